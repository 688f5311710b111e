import Models

/// A float model that cannot be run: the place and the cause.
public enum FloatRuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The graph makes no sense.
  case network(GraphError)
  /// A node's weights do not fit its shape: its name, and how.
  case weights(node: String, String)

  /// Place and cause.
  public var description: String {
    switch self {
    case .network(let error): "the network makes no sense: \(error)"
    case .weights(let node, let reason): "the weights of node '\(node)' do not fit: \(reason)"
    }
  }
}
