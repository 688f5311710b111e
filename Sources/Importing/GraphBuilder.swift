import Models
import Numerics

/// The network as it grows: nodes of Glint's with their weights, and the shape of each value.
struct GraphBuilder {
  typealias Parameters = FloatModel.Parameters

  private(set) var nodes: [Graph.Node] = []
  private(set) var parameters: [Parameters?] = []
  /// By value number; 0 is the input.
  private(set) var shapes: [Shape]
  /// Values that a rearrangement made of a layer's, with each layer channel's place among their channels: what scales
  /// them can join the layer.
  var spread: [Int: (layer: Int, channels: [Int])] = [:]
  private var names: Set<String> = ["input"]

  /// - Parameter reserved: names that no node may have.
  init(input: Shape, reserved: [String] = []) {
    shapes = [input]
    names.formUnion(reserved)
  }

  /// Appends a node; the number of its value.
  mutating func append(
    _ name: String, _ op: Operator, _ inputs: [Int], _ shape: Shape, _ own: Parameters? = nil
  ) -> Int {
    nodes.append(Graph.Node(unique(name), op, inputs: inputs))
    parameters.append(own)
    shapes.append(shape)
    return nodes.count
  }

  /// A name that no node has yet. Exporters of PyTorch begin theirs with a slash, which says nothing.
  private mutating func unique(_ wanted: String) -> String {
    let trimmed = String(wanted.drop { $0 == "/" })
    let base = trimmed.isEmpty ? "node" : trimmed
    var name = base
    var number = 2
    while !names.insert(name).inserted {
      name = "\(base).\(number)"
      number += 1
    }
    return name
  }

  /// The node that makes a value, nil for the input.
  func node(of value: Int) -> Graph.Node? { value == 0 ? nil : nodes[value - 1] }

  /// The same elements under another shape.
  mutating func reshape(_ value: Int, to shape: Shape, _ name: String) -> Int {
    guard shapes[value] != shape else { return value }
    return append(name + ".reshape", shape.rank == 1 ? .flatten : .reshape(shape), [value], shape)
  }

  /// Whether a value is a convolution's or dense layer's result before any clamp, so that what follows can join it.
  func isLinear(_ value: Int) -> Bool {
    guard let node = node(of: value) else { return false }
    return node.operator.hasParameters && node.operator.activation == .none
  }

  /// The value into which factors and terms of a value's channels can be folded, nil where there is none.
  func foldTarget(_ value: Int) -> Int? { isLinear(spread[value]?.layer ?? value) ? value : nil }

  /// The channels of a value: its last extent.
  func channels(of value: Int) -> Int { shapes[value][shapes[value].rank - 1] }

  /// Joins a clamp with the node that makes a value; false where it cannot be joined.
  mutating func join(_ activation: Operator.Activation, with value: Int) -> Bool {
    if let layer = spread[value]?.layer { return join(activation, with: layer) }
    guard value > 0 else { return false }
    switch (nodes[value - 1].operator, nodes[value - 1].operator.activation, activation) {
    // Of two clamps the narrower stays: all begin at 0.
    case (_, .relu6, _), (_, .relu, .relu): return nodes[value - 1].operator.activation != .none
    case (.conv2D(var conv), _, _):
      conv.activation = activation
      nodes[value - 1].operator = .conv2D(conv)
    case (.dense(var dense), _, _):
      dense.activation = activation
      nodes[value - 1].operator = .dense(dense)
    case (.add, _, _): nodes[value - 1].operator = .add(activation)
    case (.multiply, _, _): nodes[value - 1].operator = .multiply(activation)
    default: return false
    }
    return true
  }

  /// Multiplies each output channel of the node that makes a value, and adds to it, in double precision.
  ///
  /// - Parameters:
  ///   - scale: one number a channel.
  ///   - shift: likewise, added after that.
  mutating func fold(scale: [Double], shift: [Double], into value: Int) {
    if let (layer, channels) = spread[value] {
      return fold(scale: channels.map { scale[$0] }, shift: channels.map { shift[$0] }, into: layer)
    }
    guard var own = parameters[value - 1] else { return }
    let taps = own.weight.shape.count / own.weight.shape[0]
    for channel in scale.indices {
      for tap in channel * taps..<(channel + 1) * taps {
        own.weight.elements[tap] = Float(Double(own.weight.elements[tap]) * scale[channel])
      }
      own.bias.elements[channel] = Float(Double(own.bias.elements[channel]) * scale[channel] + shift[channel])
    }
    parameters[value - 1] = own
  }

  /// A layer that multiplies each channel and adds to it: a depthwise convolution of 1x1.
  mutating func channelwise(
    _ name: String, _ value: Int, scale: [Float], shift: [Float], activation: Operator.Activation = .none
  ) -> Int {
    let channels = scale.count
    let isPicture = shapes[value].rank == 3 && shapes[value][2] == channels
    let shape = isPicture ? shapes[value] : [shapes[value].count / channels, 1, channels]
    let source = reshape(value, to: shape, name)
    let conv = Operator.Convolution(
      outputChannels: channels, window: .init(1, 1), groups: channels, activation: activation)
    let own = Parameters(weight: Tensor([channels, 1, 1, 1], scale), bias: Tensor([channels], shift))
    return append(name, .conv2D(conv), [source], shape, own)
  }

  /// A layer that changes nothing but for its clamp: exact, since x * 1 + 0 is x.
  mutating func identity(_ name: String, _ value: Int, activation: Operator.Activation = .none) -> Int {
    // A list longer than layers have channels is a column of one.
    let list = shapes[value].rank == 3 ? shapes[value][2] : shapes[value].count
    let channels = list <= 1 << 16 ? list : 1
    return channelwise(
      name, value, scale: [Float](repeating: 1, count: channels), shift: [Float](repeating: 0, count: channels),
      activation: activation)
  }

  /// Puts other weights into a node.
  mutating func replace(_ own: Parameters, of value: Int) { parameters[value - 1] = own }

  /// Inserts a node before all others, to which all readers of the input turn; its shape is the input's.
  mutating func insertFirst(_ name: String, _ op: Operator, _ own: Parameters) {
    let unique = unique(name)
    for index in nodes.indices { nodes[index].inputs = nodes[index].inputs.map { $0 + 1 } }
    nodes.insert(Graph.Node(unique, op, inputs: [0]), at: 0)
    parameters.insert(own, at: 0)
    shapes.insert(shapes[0], at: 1)
  }

  /// Drops the nodes that no output needs, and numbers the others anew.
  mutating func prune(_ outputs: [Graph.Output]) -> [Graph.Output] {
    let needed = needed(for: outputs.map(\.value))
    var number = [0: 0]
    var kept = GraphBuilder(input: shapes[0])
    for index in nodes.indices where needed.contains(index + 1) {
      var node = nodes[index]
      node.inputs = node.inputs.map { number[$0]! }
      kept.nodes.append(node)
      kept.parameters.append(parameters[index])
      kept.shapes.append(shapes[index + 1])
      number[index + 1] = kept.nodes.count
    }
    kept.names.formUnion(kept.nodes.map(\.name))
    self = kept
    return outputs.map { Graph.Output(value: number[$0.value]!, function: $0.function) }
  }

  /// The values that some others are computed from, and these.
  func needed(for values: [Int]) -> Set<Int> {
    var needed = Set(values)
    for index in nodes.indices.reversed() where needed.contains(index + 1) { needed.formUnion(nodes[index].inputs) }
    return needed
  }
}
