/// A model that cannot be written as ONNX.
public struct ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name, empty where it is the model as a whole.
  public let node: String
  /// Why not, as a clause, and what to do.
  public let reason: String

  init(node: String = "", _ reason: String) {
    self.node = node
    self.reason = reason
  }

  /// One line.
  public var description: String { node.isEmpty ? reason : "node '\(node)': \(reason)" }
}
