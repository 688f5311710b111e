/// Where in a layer quantization puts an error.
public enum ErrorSource: String, Hashable, Sendable, CaseIterable {
  /// Weights beyond the largest code, which become that.
  case weightClipping = "weights_clipped"
  /// Weights and biases moved to codes: rounded, or where learning or bias correction put them.
  case weightRounding = "weights_rounded"
  /// Results beyond the range of their codes, which become its ends.
  case activationClipping = "activations_clipped"
  /// Results moved to codes.
  case activationRounding = "activations_rounded"

  /// Whether it is in the weights, not in the results.
  public var isOfWeights: Bool { self == .weightClipping || self == .weightRounding }

  /// As sentences name it.
  public var words: String {
    switch self {
    case .weightClipping: "clipping of weights"
    case .weightRounding: "rounding of weights"
    case .activationClipping: "clipping of activations"
    case .activationRounding: "rounding of activations"
    }
  }

  /// As sentences name it where both models are int8.
  public var wordsOfDifference: String { isOfWeights ? "other weights" : "other codes of activations" }
}
