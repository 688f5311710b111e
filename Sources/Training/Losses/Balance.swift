import Datasets

/// How much pictures count, so that rare classes do, and so that where a picture comes from says nothing of its class.
///
/// A network may learn that grey means sad where most grey pictures are. With balanced sources, every source has in sum
/// the same shares of the classes, those of all pictures together; with balanced classes too, equal ones.
package struct Balance {
  /// No picture counts more than so many others, nor less than so many of it: one rare face that counted for hundreds
  /// would be learned by heart.
  package static let most = 10.0

  /// By source and class; empty where every picture counts 1.
  private let weights: [[Double]]

  package init(_ dataset: Dataset, classes balancesClasses: Bool, sources balancesSources: Bool) {
    guard balancesClasses || balancesSources else {
      weights = []
      return
    }
    let count = dataset.labels.count
    var own = [[Double]](repeating: [Double](repeating: 0, count: count), count: dataset.origins.count)
    for picture in dataset.training {
      if let votes = picture.votes {
        for (label, share) in votes.shares.enumerated() { own[picture.origin][label] += Double(share) }
      } else {
        own[picture.origin][picture.label] += 1
      }
    }
    let all = (0..<count).map { label in own.reduce(0) { $0 + $1[label] } }
    guard balancesSources else {
      let byClass = all.map { Float(dataset.training.count) / Float(Double(count) * max(1, $0)) }
      weights = own.map { _ in byClass.map { Double($0) } }
      return
    }
    weights = own.enumerated().map { origin, counts in
      let there = dataset.originClasses[origin].filter { counts[$0] > 0 }
      let wanted = there.map { balancesClasses ? 1 : all[$0] }
      let scale = counts.reduce(0, +) / max(1, wanted.reduce(0, +))
      var weights = [Double](repeating: 1, count: count)
      for (label, share) in zip(there, wanted) {
        weights[label] = min(Self.most, max(1 / Self.most, share * scale / counts[label]))
      }
      return weights
    }
  }

  /// How much a picture counts: of one with votes, the mean over its classes.
  package func weight(of picture: Dataset.Picture) -> Double {
    guard !weights.isEmpty else { return 1 }
    let own = weights[picture.origin]
    guard let votes = picture.votes else { return own[picture.label] }
    return zip(votes.shares, own).reduce(0) { $0 + Double($1.0) * $1.1 }
  }
}
