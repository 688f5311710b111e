/// A node that cannot be imported, and the nearest thing that could.
public struct UnsupportedNode: Hashable, Sendable, CustomStringConvertible {
  /// Its place among the nodes of the file, from 0.
  public let index: Int
  /// Its name, or that of its first result.
  public let name: String
  /// The operator, as in `ConvTranspose` or `CONV_2D`, with its set where that is not ONNX's own.
  public let operatorType: String
  /// The version of its definition, as in `opset 17`.
  public let version: String
  /// Why not, as a clause.
  public let reason: String
  /// What would work instead; empty where nothing is near.
  public let advice: String

  /// One line.
  public var description: String {
    "node \(index) '\(name)' (\(operatorType), \(version)): \(reason)" + (advice.isEmpty ? "" : "; \(advice)")
  }
}

/// A network that cannot be imported: all that is in the way, said at once.
public enum ImportError: Error, Sendable, CustomStringConvertible {
  /// The file as a whole, or an option that does not fit it: path and sentence.
  case network(path: String, String)
  /// Nodes that have no counterpart: path, which, and how many the network has.
  case nodes(path: String, [UnsupportedNode], of: Int)

  /// Every reason, a line each.
  public var description: String {
    switch self {
    case .network(let path, let reason): return "\(path): \(reason)"
    case .nodes(let path, let nodes, let count):
      let head = "\(path): \(nodes.count) of \(count) nodes cannot be imported; nothing was written."
      return ([head] + nodes.map { "  \($0)" }).joined(separator: "\n")
    }
  }
}

/// Why a node cannot be lowered, thrown by the function that tried.
struct Refusal: Error {
  let reason: String
  let advice: String
  /// All nodes that were refused, where this ends the whole import.
  private(set) var nodes: [UnsupportedNode]?

  init(_ reason: String, advice: String = "") {
    self.reason = reason
    self.advice = advice
  }

  init(nodes: [UnsupportedNode]) {
    self.init("\(nodes.count) nodes cannot be imported")
    self.nodes = nodes
  }
}
