import Numerics

/// Temperature scaling (Guo, Pleiss, Sun, Weinberger 2017): one number, fitted on pictures that were not trained on, by
/// which logits are divided so that probabilities say how often an answer is right. It changes no answer.
public enum Temperature {
  /// What fits are kept within: a small validation part that is all right would ask for no end of certainty.
  public static let bounds: ClosedRange<Float> = 0.5...10

  /// Fewer are not fitted to.
  public static let fewestPictures = 20

  /// The temperature with the smallest mean loss over the predictions, to three decimals; 1 where there are fewer than
  /// `fewestPictures`, all of one class, or one without logits or with one that is not finite.
  ///
  /// With b = 1 / T the loss is convex, and its slope, the sum of (expected logit - logit of the true class), grows
  /// with b: a bisection finds where it is zero.
  public static func fitted(
    to predictions: [Metrics.Prediction], within bounds: ClosedRange<Float> = bounds
  ) -> Float {
    guard predictions.count >= fewestPictures, Set(predictions.map(\.label)).count > 1,
      predictions.allSatisfy({ !$0.logits.isEmpty && $0.logits.allSatisfy(\.isFinite) })
    else { return 1 }
    func slope(_ inverse: Double) -> Double {
      predictions.reduce(0) { sum, prediction in
        let logits = classLogits(prediction.logits)
        let expected = zip(softmax(logits.map { $0 * inverse }), logits).reduce(0) { $0 + $1.0 * $1.1 }
        return sum + expected - logits[prediction.label]
      }
    }
    var (low, high) = (1 / Double(bounds.upperBound), 1 / Double(bounds.lowerBound))
    guard slope(high) > 0 else { return bounds.lowerBound }
    guard slope(low) < 0 else { return bounds.upperBound }
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if slope(middle) < 0 { low = middle } else { high = middle }
    }
    return Float((2 / (low + high) * 1000).rounded() / 1000)
  }

  /// Predictions with their probabilities made anew from their logits at this temperature.
  public static func apply(_ temperature: Float, to predictions: [Metrics.Prediction]) -> [Metrics.Prediction] {
    predictions.map { prediction in
      guard !prediction.logits.isEmpty else { return prediction }
      var scaled = prediction
      scaled.probabilities = softmax(classLogits(prediction.logits).map { $0 / Double(temperature) })
      return scaled
    }
  }

  /// One logit a class: of a sigmoid's, that of the second class against 0 for the first.
  private static func classLogits(_ logits: [Float]) -> [Double] {
    logits.count == 1 ? [0, Double(logits[0])] : logits.map { Double($0) }
  }

  private static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let powers = logits.map { Elementary.exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
