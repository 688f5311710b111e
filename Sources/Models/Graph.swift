import Numerics

/// A network: nodes in the order in which they run.
///
/// Values are numbered: value 0 is the input, value `i + 1` is the result of `nodes[i]`. A node names its inputs by
/// these numbers, and each is smaller than its own, so that the list order is a valid order of execution.
public struct Graph: Hashable, Sendable {
  /// One operator applied to earlier values.
  public struct Node: Hashable, Sendable {
    /// The name that files, tables and errors use; unique within a graph.
    public var name: String
    /// What is computed.
    public var `operator`: Operator
    /// Numbers of the values that it reads.
    public var inputs: [Int]

    /// `inputs` are value numbers: 0 is the graph's input, `i + 1` the result of node `i`.
    public init(_ name: String, _ op: Operator, inputs: [Int]) {
      self.name = name
      self.operator = op
      self.inputs = inputs
    }
  }

  /// A value that leaves the graph as float logits, equation (6), and what makes them readable.
  public struct Output: Hashable, Sendable {
    /// Number of the value, the result of a convolution or dense node without activation.
    public var value: Int
    /// What turns logits into probabilities.
    public var function: Function

    /// `value` is the number of a convolution's or dense node's result.
    public init(value: Int, function: Function) {
      self.value = value
      self.function = function
    }
  }

  /// What turns logits into probabilities, in float.
  public enum Function: String, Hashable, Sendable, CaseIterable {
    /// Logits are the answer.
    case identity
    /// 1 / (1 + e^-x); with one logit it is the probability of class 1.
    case sigmoid
    /// e^x / sum e^x.
    case softmax
  }

  /// Shape of one input image, `[height, width, channels]`.
  public var input: Shape
  /// The nodes in order of execution.
  public var nodes: [Node]
  /// What leaves the graph.
  public var outputs: [Output]

  /// Nothing is checked here: `shapes()` tells whether the graph makes sense.
  public init(input: Shape, nodes: [Node], outputs: [Output]) {
    self.input = input
    self.nodes = nodes
    self.outputs = outputs
  }

  /// The name of a value: `input`, or that of the node that makes it.
  public func valueName(_ value: Int) -> String { value == 0 ? "input" : nodes[value - 1].name }

  /// Whether a value leaves the graph as logits.
  public func isOutput(_ value: Int) -> Bool { outputs.contains { $0.value == value } }

  /// The nodes that read a value.
  public func readers(of value: Int) -> [Int] {
    nodes.indices.filter { nodes[$0].inputs.contains(value) }
  }
}
