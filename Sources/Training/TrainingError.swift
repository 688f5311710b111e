import FloatRuntime
import Models

/// What can go wrong while a network is trained: the place, the cause, and what to do.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
  /// The graph makes no sense.
  case network(GraphError)
  /// A node's weights do not fit its shape: its name, and how.
  case weights(node: String, String)
  /// The pictures cannot be trained on: where they are, and why.
  case data(path: String, String)
  /// The loss or a value stopped being a number.
  case diverged(step: Int, layer: String)
  /// A picture that is evaluated gets a value that is not a number: its name, and the first layer that gives one.
  case notFinite(picture: String, layer: String)
  /// A checkpoint that cannot be resumed: its path, and why.
  case checkpoint(path: String, String)

  /// A trained network that its own float interpreter refuses.
  package init(_ error: FloatRuntimeError) {
    switch error {
    case .network(let error): self = .network(error)
    case .weights(let node, let reason): self = .weights(node: node, reason)
    }
  }

  /// Place, cause, advice.
  public var description: String {
    switch self {
    case .network(let error): "the network makes no sense: \(error)"
    case .weights(let node, let reason): "the weights of node '\(node)' do not fit: \(reason)"
    case .data(let path, let reason): "\(path): \(reason)"
    case .diverged(let step, let layer):
      "training diverged at step \(step): layer '\(layer)' gave a value that is not a number. "
        + "Try a smaller --learning-rate."
    case .notFinite(let picture, let layer):
      "layer '\(layer)' gives a value that is not a number for the picture \(picture). Try a smaller --learning-rate."
    case .checkpoint(let path, let reason): "\(path): \(reason)"
    }
  }
}
