/// A graph that makes no sense: which node, and why.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name, or "input" or "output".
  public let node: String
  /// What is wrong, as a clause.
  public let reason: String

  /// `node` is the node's name, `reason` what does not fit.
  public init(_ node: String, _ reason: String) {
    self.node = node
    self.reason = reason
  }

  /// Node and reason in one line.
  public var description: String { "node '\(node)': \(reason)" }
}
