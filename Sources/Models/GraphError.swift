/// A graph that makes no sense: which node, and why.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name, "input" or "output"; empty for the graph as a whole.
  public let node: String
  /// What is wrong, as a clause.
  public let reason: String

  /// `node` is the node's name, `reason` what does not fit.
  public init(_ node: String, _ reason: String) {
    self.node = node
    self.reason = reason
  }

  /// An error of the graph as a whole.
  public static func ofGraph(_ reason: String) -> GraphError { GraphError("", reason) }

  /// Node and reason in one line; for the graph as a whole, the reason alone.
  public var description: String { node.isEmpty ? reason : "node '\(node)': \(reason)" }
}
