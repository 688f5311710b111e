import Models
import Numerics

/// A network as it is trained: nodes in the order in which they run, with the layers that a graph for inference no
/// longer has (batch normalization, dropout) and activations as nodes of their own.
///
/// Values are numbered as in `Graph`: 0 is the input, `i + 1` the result of node `i`. The last node gives the logits.
public struct Architecture: Hashable, Sendable {
  /// What a node computes.
  public enum Kind: Hashable, Sendable {
    /// Convolution; its activation is `.none`.
    case conv2D(Operator.Convolution)
    /// Batch normalization of a convolution's result (Ioffe, Szegedy 2015); folded into the convolution on export.
    case batchNormalization
    /// ReLU or ReLU6.
    case activation(Operator.Activation)
    /// Largest value of each window.
    case maxPool2D(Operator.Window)
    /// Mean over height and width.
    case globalAveragePool
    /// Fully connected.
    case dense(outputs: Int)
    /// `[h, w, c]` to `[h * w * c]`.
    case flatten
    /// Sets this share of the values to zero while training and enlarges the others to match (Srivastava et al. 2014).
    case dropout(Float)
    /// Sum of two values of one shape.
    case add
    /// Each value repeated `factor` times down and across.
    case upsampleNearest(factor: Int)
    /// Rounds to int8 codes and back while training; the graph for inference has no such node.
    case fakeQuantization(QuantizationParameters)
  }

  /// One layer applied to earlier values.
  public struct Node: Hashable, Sendable {
    /// Unique name.
    public var name: String
    /// What is computed.
    public var kind: Kind
    /// Numbers of the values that it reads.
    public var inputs: [Int]

    /// `inputs` are value numbers: 0 is the image, `i + 1` the result of node `i`.
    public init(_ name: String, _ kind: Kind, inputs: [Int]) {
      self.name = name
      self.kind = kind
      self.inputs = inputs
    }
  }

  /// Shape of one image, `[height, width, channels]`.
  public var input: Shape
  /// The nodes in order.
  public var nodes: [Node] = []

  /// An architecture without nodes.
  public init(input: Shape) { self.input = input }

  /// The number of the latest value.
  public var last: Int { nodes.count }

  /// Appends a node that reads `inputs` (the latest value where none are given) and returns its value's number.
  @discardableResult
  public mutating func append(_ name: String, _ kind: Kind, reading inputs: [Int]? = nil) -> Int {
    nodes.append(Node(name, kind, inputs: inputs ?? [nodes.count]))
    return nodes.count
  }

  /// A graph's layers for training: fused activations become nodes of their own.
  ///
  /// - Parameter quantization: by value number, the codes that values are rounded to (`fakeQuantization`), but for
  ///   those that keep the codes of what they are made of, and for logits; nil where the network stays float.
  /// - Throws: `TrainingError.network` for an operator that is not trained here.
  public init(_ graph: Graph, quantization: [QuantizationParameters]? = nil) throws(TrainingError) {
    self.init(input: graph.input)
    var value = [0]
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { value[$0] }
      let kind: Kind
      switch node.operator {
      case .conv2D(var convolution):
        convolution.activation = .none
        kind = .conv2D(convolution)
      case .dense(let dense): kind = .dense(outputs: dense.outputs)
      case .maxPool2D(let window): kind = .maxPool2D(window)
      case .globalAveragePool: kind = .globalAveragePool
      case .flatten: kind = .flatten
      case .add: kind = .add
      case .upsampleNearest(let factor): kind = .upsampleNearest(factor: factor)
      default: throw .network(GraphError(node.name, "\(node.operator.name) is not trained here"))
      }
      append(node.name, kind, reading: inputs)
      if node.operator.activation != .none {
        append(node.name + ".\(node.operator.activation.rawValue)", .activation(node.operator.activation))
      }
      if let quantization, Self.isRounded(index, graph) {
        append(node.name + ".int8", .fakeQuantization(quantization[index + 1]))
      }
      value.append(last)
    }
  }

  /// Whether the result of a node is rounded. The largest of rounded values is the rounded largest, equation (4), so
  /// a value that only a max pool reads is rounded behind it, where there is less of it.
  private static func isRounded(_ index: Int, _ graph: Graph) -> Bool {
    guard !graph.isOutput(index + 1) else { return false }
    if case .maxPool2D = graph.nodes[index].operator { return isPooledAlone(graph.nodes[index].inputs[0], graph) }
    return !graph.nodes[index].operator.keepsQuantization && !isPooledAlone(index + 1, graph)
  }

  private static func isPooledAlone(_ value: Int, _ graph: Graph) -> Bool {
    let readers = graph.readers(of: value)
    guard value > 0, !graph.nodes[value - 1].operator.keepsQuantization, readers.count == 1 else { return false }
    if case .maxPool2D = graph.nodes[readers[0]].operator { return true }
    return false
  }

  /// The nodes that read a value.
  func readers(of value: Int) -> [Int] { nodes.indices.filter { nodes[$0].inputs.contains(value) } }

  /// The shape of every value.
  ///
  /// - Throws: `TrainingError.network` naming the node that makes no sense.
  public func shapes() throws(TrainingError) -> [Shape] {
    // A graph with one operator a node; layers that keep the shape are played by one that does so too.
    let stand = nodes.map { node in
      let op: Operator
      switch node.kind {
      case .conv2D(let convolution): op = .conv2D(convolution)
      case .maxPool2D(let window): op = .maxPool2D(window)
      case .globalAveragePool: op = .globalAveragePool
      case .dense(let outputs): op = .dense(.init(outputs: outputs))
      case .flatten: op = .flatten
      case .add: op = .add(.none)
      case .upsampleNearest(let factor): op = .upsampleNearest(factor: factor)
      case .batchNormalization, .activation, .dropout, .fakeQuantization: op = .function(.relu)
      }
      return Graph.Node(node.name, op, inputs: node.inputs)
    }
    do throws(GraphError) {
      return try Graph(input: input, nodes: stand, outputs: [.init(value: last, function: .identity)]).shapes()
    } catch { throw .network(error) }
  }
}
