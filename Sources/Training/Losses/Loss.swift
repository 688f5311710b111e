import CFloatKernels
import Numerics

/// What is minimized, from logits: each gradient is `probability - target`, which no saturation spoils.
public struct Loss: Hashable, Sendable {
  /// The function.
  public enum Kind: String, Hashable, Sendable {
    /// Sigmoid of one logit with binary cross-entropy; the logit speaks for class 1.
    case binaryCrossEntropy
    /// Softmax with cross-entropy.
    case crossEntropy
  }

  /// The function.
  public var kind: Kind
  /// The share of the target that is spread evenly over all classes (Szegedy et al. 2016).
  public var labelSmoothing: Float

  /// `labelSmoothing` in 0..<1.
  public init(_ kind: Kind, labelSmoothing: Float = 0) {
    self.kind = kind
    self.labelSmoothing = labelSmoothing
  }

  /// Logits of one image for a number of classes.
  public func logits(classes: Int) -> Int { kind == .binaryCrossEntropy ? 1 : classes }

  /// The probability of each class.
  public func probabilities(_ logits: [Float]) -> [Double] {
    switch kind {
    case .binaryCrossEntropy:
      let sad = 1 / (1 + Elementary.exp(-Double(logits[0])))
      return [1 - sad, sad]
    case .crossEntropy:
      let largest = Double(logits.max() ?? 0)
      let powers = logits.map { Elementary.exp(Double($0) - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }

  /// The loss of one image, and the gradient by its logits.
  ///
  /// - Parameters:
  ///   - logits: one, or one a class.
  ///   - truth: what is known of the class. Where the image can be of some classes alone, the loss is that of the
  ///     probabilities among these, and the other logits get no gradient: nothing is said of them. What a teacher says
  ///     is of all classes, and is not smoothed: it is divided already.
  ///   - scale: multiplies the gradient: 1 / images for the mean over a batch.
  ///   - gradient: written, as many as logits; nil where none is needed.
  /// - Returns: the loss, not scaled.
  func evaluate(
    _ logits: UnsafeBufferPointer<Float>, _ truth: Truth, scale: Double, gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    let weight = truth.weight
    let smoothing = Double(labelSmoothing)
    switch kind {
    case .binaryCrossEntropy:
      let logit = Double(logits[0])
      let own = truth.distribution(over: [0, 1])[1] * (1 - smoothing) + smoothing / 2
      let target = truth.taught.map { own + Double($0.weight) * (Double($0.shares[1]) - own) } ?? own
      let probability = 1 / (1 + Elementary.exp(-logit))
      gradient?[0] = Float(weight * scale * (probability - target))
      // max(x, 0) - x t + log(1 + e^-|x|), which no x overflows
      return weight * (max(logit, 0) - logit * target + Elementary.log(1 + Elementary.exp(-abs(logit))))
    case .crossEntropy:
      gradient?.update(repeating: 0, count: logits.count)
      let share = Double(truth.taught?.weight ?? 0)
      let classes = truth.candidates ?? Array(logits.indices)
      let target = truth.distribution(over: classes).map { $0 * (1 - smoothing) + smoothing / Double(classes.count) }
      var loss = (1 - share) * crossEntropy(logits, classes, target, weight * scale * (1 - share), gradient)
      if let taught = truth.taught {
        let said = taught.shares.map(Double.init)
        loss += share * crossEntropy(logits, Array(logits.indices), said, weight * scale * share, gradient)
      }
      return weight * loss
    }
  }

  /// Cross-entropy of a target among some classes; its gradient, scaled, is added.
  private func crossEntropy(
    _ logits: UnsafeBufferPointer<Float>, _ classes: [Int], _ target: [Double], _ scale: Double,
    _ gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    let largest = Double(classes.map { logits[$0] }.max() ?? 0)
    var sum = 0.0
    for index in classes { sum += Elementary.exp(Double(logits[index]) - largest) }
    let logSum = Elementary.log(sum) + largest
    var loss = 0.0
    for (index, target) in zip(classes, target) {
      loss += target * (logSum - Double(logits[index]))
      let probability = Elementary.exp(Double(logits[index]) - largest) / sum
      gradient?[index] += Float(scale * (probability - target))
    }
    return loss
  }
}
