/// What the order of scores says.
public enum RankStatistics {
  /// The area under the ROC curve (Mann-Whitney's statistic as a share): the probability that a positive has a higher
  /// score than a negative, ties half. Nil where one of the two is absent, or a score is not a number and has no rank.
  public static func areaUnderROC(_ scores: [(score: Double, positive: Bool)]) -> Double? {
    guard scores.allSatisfy({ !$0.score.isNaN }) else { return nil }
    let sorted = scores.sorted { $0.score < $1.score }
    var rankSum = 0.0
    var start = 0
    while start < sorted.count {
      var end = start
      while end < sorted.count, sorted[end].score == sorted[start].score { end += 1 }
      let rank = Double(start + end + 1) / 2
      rankSum += rank * Double(sorted[start..<end].count { $0.positive })
      start = end
    }
    let positives = Double(sorted.count { $0.positive })
    let negatives = Double(sorted.count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    return (rankSum - positives * (positives + 1) / 2) / (positives * negatives)
  }
}
