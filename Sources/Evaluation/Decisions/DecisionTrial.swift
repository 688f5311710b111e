import Models
import Numerics

/// What thresholds do on pictures of known classes, counted fast: many thousands of them are tried.
struct DecisionTrial {
  /// The thresholds that are tried: hundredths from 0 to 0.99, or where classes weigh more, so that shares are smaller,
  /// half of that.
  let steps: [Float]
  private let isHidden: [Bool]
  private let pictures: [Int]
  /// How many classes there are.
  var classes: Int { pictures.count }
  /// How many pictures of a class have another one as the likeliest that may be shown, and reach a step with it:
  /// `[true class][likeliest class][step]`.
  private var reaching: [Int]

  /// - Parameter weights: by class, what its probability weighs; nil where all weigh the same.
  init(_ predictions: [Metrics.Prediction], classes: Int, hidden: Set<Int>, weights: [Float]? = nil) {
    let shown = (0..<classes).filter { !hidden.contains($0) }
    let rule = Decision(thresholds: [Float?](repeating: nil, count: classes), weights: weights, otherwise: "")
    steps = stride(from: 0, through: 990, by: rule.isWeighted ? 5 : 10).map { Float($0) / 1_000 }
    isHidden = (0..<classes).map { hidden.contains($0) }
    var pictures = [Int](repeating: 0, count: classes)
    reaching = [Int](repeating: 0, count: classes * classes * steps.count)
    for prediction in predictions {
      pictures[prediction.label] += 1
      let best = shown[shown.map { prediction.probabilities[$0] }.indexOfLargest ?? 0]
      let share = rule.share(of: best, prediction.probabilities.map { Float($0) })
      let row = (prediction.label * classes + best) * steps.count
      // One that is not a number reaches none.
      for (step, threshold) in steps.enumerated() where share >= threshold { reaching[row + step] += 1 }
    }
    self.pictures = pictures
  }

  /// - Parameter chosen: by class, the number of its step; that of a class that is never shown says nothing.
  func counts(_ chosen: [Int]) -> DecisionCounts {
    var labels = [Int](repeating: 0, count: classes * classes)
    for place in labels.indices { labels[place] = reaching[place * steps.count + chosen[place % classes]] }
    return DecisionCounts(isHidden: isHidden, pictures: pictures, labels: labels)
  }
}

/// What a decision did on pictures, by class.
struct DecisionCounts {
  /// By class, whether it is never shown.
  let isHidden: [Bool]
  /// Pictures of each class.
  let pictures: [Int]
  /// `[true class][class that is said]`.
  let labels: [Int]

  /// Pictures of a class with a label, be it right or wrong.
  func labelled(_ truth: Int) -> Int {
    pictures.indices.reduce(0) { $0 + said($1, of: truth) }
  }

  /// Pictures of a class with this label.
  func said(_ label: Int, of truth: Int) -> Int { labels[truth * pictures.count + label] }

  /// Pictures of classes that may be shown.
  var shown: Int { sum(false) { pictures[$0] } }
  /// Those with a label.
  var labelled: Int { sum(false, labelled) }
  /// Those with the right one.
  var right: Int { sum(false) { said($0, of: $0) } }
  /// Pictures of classes that are never shown.
  var hidden: Int { sum(true) { pictures[$0] } }
  /// Those with a label.
  var hiddenLabelled: Int { sum(true, labelled) }

  private func sum(_ ofHidden: Bool, _ count: (Int) -> Int) -> Int {
    isHidden.indices.reduce(0) { $0 + (isHidden[$1] == ofHidden ? count($1) : 0) }
  }
}
