import Numerics

/// When a classifier may name a class, and what is said where it may not: part of the model, so that every command,
/// page and program says the same of the same probabilities.
public struct Decision: Hashable, Sendable {
  /// By class: the least probability at which its label is shown; nil for a class that is never shown, whose pictures
  /// are to come out as `otherwise`. In 0...1, kept to three decimals in files.
  public var thresholds: [Float?]
  /// By class: how much its probability weighs against the labels of others, 1 for classes that may be shown. What a
  /// threshold is held against is a label's share in the weighted sum of all probabilities, so that where a rare class
  /// weighs more, fewer of its pictures get a label. Above 0, kept to three decimals in files.
  public var weights: [Float]
  /// What is said where no label may be shown, for example `unsure`.
  public var otherwise: String

  /// What trained models say where no label may be shown.
  public static let unsure = "unsure"

  /// `thresholds` has one entry a class, nil for one that is never shown; `weights` too, where not all are 1.
  public init(thresholds: [Float?], weights: [Float]? = nil, otherwise: String) {
    self.thresholds = thresholds
    self.weights = weights ?? [Float](repeating: 1, count: thresholds.count)
    self.otherwise = otherwise
  }

  /// Whether some class weighs more or less than others.
  public var isWeighted: Bool { weights.contains { $0 != 1 } }

  /// What a class's threshold is held against: its share in the weighted sum of the probabilities, which is its
  /// probability where all weights are 1.
  public func share(of label: Int, _ probabilities: [Float]) -> Float {
    guard isWeighted else { return probabilities[label] }
    var sum: Float = 0
    for (probability, weight) in zip(probabilities, weights) { sum += probability * weight }
    return probabilities[label] / sum
  }

  /// The classes whose labels may be shown.
  public var shownClasses: [Int] { thresholds.indices.filter { thresholds[$0] != nil } }

  /// What is said for these probabilities: see `ModelDescription.answer`.
  public func answer(
    _ probabilities: [Float], labels: [String], after shown: Int? = nil, steadiness: Float = 1
  ) -> Answer {
    let nearest = Answer(nearest: shownClasses, probabilities, labels)
    let factor = nearest.candidate == shown ? steadiness.squareRoot() : steadiness
    guard let threshold = thresholds[nearest.candidate],
      share(of: nearest.candidate, probabilities) >= Self.share(threshold, odds: factor)
    else {
      return Answer(
        label: otherwise, candidate: nearest.candidate, probability: nearest.probability, isSure: false)
    }
    return nearest
  }

  /// The share whose odds, p / (1 - p), are so many times those of `share`.
  private static func share(_ share: Float, odds factor: Float) -> Float {
    factor == 1 ? share : factor * share / (1 - share + factor * share)
  }
}

/// What is said of one picture.
public struct Answer: Hashable, Sendable {
  /// The word that is shown: a label, or the decision's word for none.
  public let label: String
  /// The likeliest class whose label may be shown, the first of equals, whether or not it is likely enough.
  public let candidate: Int
  /// The candidate's probability.
  public let probability: Float
  /// Whether `label` is the candidate's: whether the model names a class.
  public let isSure: Bool
}

extension Answer {
  /// The label of the likeliest of some classes.
  init(nearest classes: [Int], _ probabilities: [Float], _ labels: [String]) {
    let best = classes[classes.map { probabilities[$0] }.indexOfLargest ?? 0]
    self.init(label: labels[best], candidate: best, probability: probabilities[best], isSure: true)
  }
}

extension ModelDescription {
  /// The classes whose labels may be shown: without a decision, all.
  public var shownClasses: [Int] { decision?.shownClasses ?? Array(labels.indices) }

  /// What is said for these probabilities, be they one picture's or smoothed over time: the label of the likeliest
  /// class that may be shown, if its share reaches the class's threshold, otherwise the decision's word for that.
  /// Without a decision, always the likeliest class.
  ///
  /// Where something is watched for a while, a wrong label stands there for seconds, and a right one comes again: a
  /// label then appears where the odds of its share are `steadiness` times those of the threshold, and stays while they
  /// are at least the root of that times as great, so that it does not flicker either.
  ///
  /// - Parameters:
  ///   - probabilities: `[labels]`, as `probabilities(logits:exp:)` gives them.
  ///   - shown: the class whose label was said a moment ago, if any was.
  ///   - steadiness: at least 1, which is the threshold itself.
  public func answer(_ probabilities: [Float], after shown: Int? = nil, steadiness: Float = 1) -> Answer {
    decision?.answer(probabilities, labels: labels, after: shown, steadiness: steadiness)
      ?? Answer(nearest: Array(labels.indices), probabilities, labels)
  }
}
