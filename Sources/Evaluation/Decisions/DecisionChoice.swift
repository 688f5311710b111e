import Models

/// What one price of a wrong label gives.
public struct DecisionChoice: Sendable {
  /// The cost of a wrong label, in faces without one.
  public let cost: Double
  /// The thresholds that cost least.
  public let decision: Decision
  /// What they do on the pictures that they are judged by.
  public let coverage: Coverage

  /// Prices from answers at any price to answers beyond all doubt.
  public static let prices: [Double] = [0.5, 1, 2, 3, 5, 8, 12, 20, 40]

  /// By rising cost of any wrong label, what could be chosen.
  ///
  /// - Parameters:
  ///   - fitting: what thresholds are fitted to.
  ///   - judging: what they are judged by.
  ///   - weights: by class, what its probability weighs.
  public static func all(
    fitting: [Metrics.Prediction], judging: [Metrics.Prediction], labels: [String], hiding hidden: Set<Int>,
    weights: [Float], otherwise: String
  ) -> [DecisionChoice] {
    prices.map { price in
      let decision = Decision.fitted(
        to: fitting, classes: labels.count, hiding: hidden, aim: .costs(DecisionCosts(wrong: price)),
        weights: weights, otherwise: otherwise)
      return DecisionChoice(
        cost: price, decision: decision, coverage: Coverage(judging, labels: labels, by: decision))
    }
  }
}
