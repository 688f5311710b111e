import Models

/// What the probabilities of classes that are never shown weigh against labels.
///
/// A network says how likely a class is where classes are as common as in its training pictures. A rare one, such as
/// disgust, then stands against a common one like sad with little, however much its faces must not be called so. Its
/// weight is both, how much more common it shall be taken to be and how much worse a label on it is; in Bayes' rule the
/// two are the same factor (Elkan 2001, "The foundations of cost-sensitive learning").
enum DecisionWeights {
  /// What is tried.
  static let ladder: [Float] = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32]

  /// The weights with which thresholds meet goals with the most room, one class changed at a time until none helps; nil
  /// where no class that is never shown has a goal of its own.
  static func fitted(
    to predictions: [Metrics.Prediction], classes: Int, hiding hidden: Set<Int>, aim: DecisionAim
  ) -> [Float]? {
    let sought = hidden.filter { aim.goals?.byClass[$0] != nil }.sorted()
    guard !sought.isEmpty else { return nil }
    let shown = (0..<classes).filter { !hidden.contains($0) }
    func merits(_ weights: [Float]) -> [Double] {
      DecisionTrial(predictions, classes: classes, hidden: hidden, weights: weights)
        .best(aim, shown: shown, every: 4).merits
    }
    var weights = [Float](repeating: 1, count: classes)
    var most = merits(weights)
    var hasImproved = true
    while hasImproved {
      hasImproved = false
      for label in sought {
        for weight in ladder where weight != weights[label] {
          var tried = weights
          tried[label] = weight
          let merits = merits(tried)
          if most.lexicographicallyPrecedes(merits) { (weights, most, hasImproved) = (tried, merits, true) }
        }
      }
    }
    return weights
  }
}
