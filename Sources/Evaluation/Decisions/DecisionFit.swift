import Models
import Numerics

extension Decision {
  /// The thresholds that serve an aim best on pictures that were not trained on, and weights where there are goals for
  /// classes that are never shown.
  ///
  /// - Parameters:
  ///   - predictions: of pictures that were not trained on, calibrated, from sources that hold every class.
  ///   - classes: how many there are.
  ///   - hidden: the classes that are never shown.
  ///   - aim: goals or costs.
  ///   - weights: by class, what its probability weighs. Where nil, they are sought for the classes that are never
  ///     shown and have goals of their own: see `DecisionWeights`.
  ///   - otherwise: what is said where no label may be shown.
  public static func fitted(
    to predictions: [Metrics.Prediction], classes: Int, hiding hidden: Set<Int>, aim: DecisionAim,
    weights: [Float]? = nil, otherwise: String
  ) -> Decision {
    let weights = weights ?? DecisionWeights.fitted(to: predictions, classes: classes, hiding: hidden, aim: aim)
    let trial = DecisionTrial(predictions, classes: classes, hidden: hidden, weights: weights)
    let best = trial.best(aim, shown: (0..<classes).filter { !hidden.contains($0) })
    return Decision(
      thresholds: (0..<classes).map { hidden.contains($0) ? nil : trial.steps[best.steps[$0]] }, weights: weights,
      otherwise: otherwise)
  }

  /// The same rule for another model of the same network, for example its int8 version: thresholds that as many of the
  /// same pictures reach.
  ///
  /// - Parameters:
  ///   - before: probabilities by which this rule was fitted, `[labels]` of each picture.
  ///   - after: the other model's, of the same pictures. One that is not a number reaches no threshold.
  public func matched(_ before: [[Float]], _ after: [[Float]]) -> Decision {
    var matched = self
    for (label, threshold) in thresholds.enumerated() {
      guard let threshold else { continue }
      let reaching = before.count { share(of: label, $0) >= threshold }
      // Where all reach it, or none, nothing is known of where it belongs.
      guard reaching > 0, reaching < before.count else { continue }
      matched.thresholds[label] = Self.threshold(reachedBy: reaching, of: after.map { share(of: label, $0) })
    }
    return matched
  }

  /// When a label is shown, as in `happy from 0.512, sad from 0.433, disgust weighing 12, otherwise unsure`.
  public func words(labels: [String]) -> String {
    let shown = shownClasses.map { "\(labels[$0]) from \(thresholds[$0] ?? 0)" }
    let weighing = weights.indices.filter { weights[$0] != 1 }.map { "\(labels[$0]) weighing \(weights[$0])" }
    return (shown + weighing).joined(separator: ", ") + ", otherwise " + otherwise
  }

  /// The largest number of three decimals that so many of the shares reach.
  private static func threshold(reachedBy count: Int, of shares: [Float]) -> Float {
    let numbers = shares.filter { !$0.isNaN }
    guard count > 0, count <= numbers.count else { return 0 }
    let last = numbers.sorted(by: >)[count - 1]
    var thousandths = min(1_000, Int(last * 1_000) + 1)
    while thousandths > 0, Float(thousandths) / 1_000 > last { thousandths -= 1 }
    return Float(thousandths) / 1_000
  }
}

extension DecisionTrial {
  /// The thresholds that serve an aim best.
  ///
  /// First one threshold for all classes is sought (Chow 1970: the best for probabilities that are true, if all
  /// mistakes cost the same), then those of any two classes are changed together until no move helps: one alone cannot
  /// follow where a goal is kept only if one threshold rises as another falls.
  ///
  /// - Parameters:
  ///   - shown: the classes that may be shown.
  ///   - every: tries each so many of the steps.
  /// - Returns: by class the number of the step, and what is large with them.
  func best(_ aim: DecisionAim, shown: [Int], every: Int = 1) -> (steps: [Int], merits: [Double]) {
    let tried = Array(stride(from: 0, to: steps.count, by: every))
    // Each class with each other one; one that is alone, with itself.
    let pairs = shown.flatMap { one in shown.filter { $0 > one || shown.count == 1 }.map { (one, $0) } }
    func best(_ candidates: [[Int]]) -> (steps: [Int], merits: [Double]) {
      let tried = candidates.map { ($0, aim.merits(counts($0))) }
      return tried.dropFirst().reduce(tried[0]) { $0.1.lexicographicallyPrecedes($1.1) ? $1 : $0 }
    }
    var leader = best(tried.map { [Int](repeating: $0, count: classes) })
    var hasImproved = true
    while hasImproved {
      hasImproved = false
      for (one, other) in pairs {
        let improved = best(
          tried.flatMap { first in
            tried.map { second in
              var steps = leader.steps
              steps[one] = first
              steps[other] = second
              return steps
            }
          })
        if leader.merits.lexicographicallyPrecedes(improved.merits) { (leader, hasImproved) = (improved, true) }
      }
    }
    return leader
  }
}
