/// A model that cannot run, or an engine that cannot start: which node, and why.
public struct RuntimeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name, "input", "output", or "engine" where no node is to blame.
  public let node: String
  /// What is wrong, as a clause.
  public let reason: String

  /// `node` is the node's name, `reason` why the engine cannot run it.
  public init(_ node: String, _ reason: String) {
    self.node = node
    self.reason = reason
  }

  /// Node and reason in one line.
  public var description: String { node == "engine" ? reason : "node '\(node)': \(reason)" }
}
