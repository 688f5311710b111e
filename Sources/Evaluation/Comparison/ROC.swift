extension ModelEvaluation {
  /// The receiver operating characteristic from (0, 0) to (1, 1): of two classes that of the second, of more the mean
  /// over the curves of each class against the rest, at equal shares of false alarms. The area under the straight lines
  /// between its points is `metrics.auc`. Nil where a class has no picture, or nothing else has, or a probability is
  /// not a number.
  public var roc: [(falsePositives: Double, truePositives: Double)]? {
    let classes = labels.count == 2 ? [1] : Array(labels.indices)
    let curves = classes.compactMap(curve)
    guard curves.count == classes.count, !curves.isEmpty else { return nil }
    let shares = Set(curves.joined().map(\.share)).sorted()
    var ends = shares.map { _ in (low: 0.0, high: 0.0) }
    for curve in curves {
      var next = 0
      for (place, share) in shares.enumerated() {
        while next < curve.count, curve[next].share < share { next += 1 }
        let (low, high): (Double, Double)
        if curve[next].share == share {
          (low, high) = (curve[next].low, curve[next].high)
        } else {
          let (a, b) = (curve[next - 1], curve[next])
          let value = a.high + (b.low - a.high) * (share - a.share) / (b.share - a.share)
          (low, high) = (value, value)
        }
        ends[place].low += low / Double(curves.count)
        ends[place].high += high / Double(curves.count)
      }
    }
    return zip(shares, ends).flatMap { share, ends in
      ends.low == ends.high ? [(share, ends.low)] : [(share, ends.low), (share, ends.high)]
    }
  }

  /// By share of false alarms: the share of one class that is found as the threshold falls to it, and at its end.
  private func curve(of label: Int) -> [(share: Double, low: Double, high: Double)]? {
    let scores = zip(probabilities.map { $0[label] }, truth.map { $0 == label }).sorted { $0.0 > $1.0 }
    let positives = Double(scores.count { $0.1 })
    let negatives = Double(scores.count) - positives
    guard positives > 0, negatives > 0, scores.allSatisfy({ !$0.0.isNaN }) else { return nil }
    var points = [(share: 0.0, low: 0.0, high: 0.0)]
    var (found, wrong) = (0.0, 0.0)
    for (index, (score, isPositive)) in scores.enumerated() {
      if isPositive { found += 1 } else { wrong += 1 }
      guard index + 1 == scores.count || scores[index + 1].0 < score else { continue }
      let (x, y) = (wrong / negatives, found / positives)
      if points.last!.share == x { points[points.count - 1].high = y } else { points.append((x, y, y)) }
    }
    return points
  }
}
