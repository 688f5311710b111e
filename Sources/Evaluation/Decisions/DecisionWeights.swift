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

  /// The weights with which thresholds meet goals with the most room; nil where no class that is never shown has a goal
  /// of its own.
  ///
  /// From equal weights, and from those that make all classes as common as the commonest one, weights are changed one
  /// at a time, and where none helps, two at a time, until no move does: what is best for one class depends on others.
  static func fitted(
    to predictions: [Metrics.Prediction], classes: Int, hiding hidden: Set<Int>, aim: DecisionAim
  ) -> [Float]? {
    let sought = hidden.filter { aim.goals?.byClass[$0] != nil }.sorted()
    guard !sought.isEmpty else { return nil }
    let shown = (0..<classes).filter { !hidden.contains($0) }
    func judged(_ weights: [Float]) -> (weights: [Float], merits: [Double]) {
      let trial = DecisionTrial(predictions, classes: classes, hidden: hidden, weights: weights)
      return (weights, trial.best(aim, shown: shown, every: 4).merits)
    }
    let equal = [Float](repeating: 1, count: classes)
    var common = equal
    let counts = sought.map { label in max(1, predictions.count { $0.label == label }) }
    for (label, count) in zip(sought, counts) { common[label] = nearest(to: Float(counts.max() ?? 1) / Float(count)) }
    let found = [equal, common].map { start in
      var leader = judged(start)
      while true {
        let one = better(than: leader, sought.map { [$0] }, judged)
        let pairs = sought.flatMap { first in sought.filter { $0 > first }.map { [first, $0] } }
        guard let next = one ?? better(than: leader, pairs, judged) else { return leader }
        leader = next
      }
    }
    return found.dropFirst().reduce(found[0]) { $0.merits.lexicographicallyPrecedes($1.merits) ? $1 : $0 }.weights
  }

  /// The step of the ladder that is nearest, as ratios go.
  private static func nearest(to weight: Float) -> Float {
    ladder.min { max($0 / weight, weight / $0) < max($1 / weight, weight / $1) } ?? 1
  }

  /// The best weights after one change of each group of classes in turn; nil where no change serves better.
  private static func better(
    than leader: (weights: [Float], merits: [Double]), _ groups: [[Int]],
    _ judged: ([Float]) -> (weights: [Float], merits: [Double])
  ) -> (weights: [Float], merits: [Double])? {
    var best = leader
    for group in groups {
      var candidates = [best.weights]
      for label in group {
        candidates = candidates.flatMap { candidate in
          ladder.map { weight in
            var tried = candidate
            tried[label] = weight
            return tried
          }
        }
      }
      for tried in candidates where tried != best.weights {
        let tried = judged(tried)
        if best.merits.lexicographicallyPrecedes(tried.merits) { best = tried }
      }
    }
    return best.weights == leader.weights ? nil : best
  }
}
