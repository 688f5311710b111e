import Numerics

extension Graph {
  /// The most elements that one value, its frame of padding or one weight may have: int32 offsets and float copies
  /// then stay far from overflow.
  public static let mostElements = 1 << 28

  /// The most dimensions that a value may have.
  static let mostDimensions = 8

  /// The shape of every value, by number: `shapes()[0]` is the input, `shapes()[i + 1]` the result of node `i`.
  ///
  /// - Throws: `GraphError` naming the node where the graph makes no sense.
  public func shapes() throws(GraphError) -> [Shape] {
    guard input.rank == 3, input.count > 0 else {
      throw GraphError("input", "the input is height x width x channels, not \(input)")
    }
    guard input.count <= Self.mostElements else { throw GraphError("input", "\(input) is too large") }
    var shapes = [input]
    var names: Set<String> = []
    for (index, node) in nodes.enumerated() {
      guard !node.name.isEmpty, node.name != "input" else {
        throw GraphError(node.name, "a node needs a name, and 'input' is taken")
      }
      guard names.insert(node.name).inserted else { throw GraphError(node.name, "two nodes have this name") }
      var inputs: [Shape] = []
      for value in node.inputs {
        guard value >= 0, value <= index else {
          throw GraphError(node.name, "it reads a value that no earlier node makes")
        }
        inputs.append(shapes[value])
      }
      let shape = try Self.result(of: node, from: inputs)
      guard shape.count > 0, shape.count <= Self.mostElements else {
        throw GraphError(node.name, "its result \(shape) is empty or too large")
      }
      shapes.append(shape)
    }
    try checkOutputs()
    return shapes
  }

  /// The weight and bias shapes of every node that has them, by node index; nil elsewhere.
  public func parameterShapes() throws(GraphError) -> [(weight: Shape, bias: Shape)?] { parameterShapes(try shapes()) }

  /// The same where the shapes of all values are known, and so that no weight is too large.
  func parameterShapes(_ shapes: [Shape]) -> [(weight: Shape, bias: Shape)?] {
    nodes.map { node in
      switch node.operator {
      case .conv2D(let conv):
        let channels = shapes[node.inputs[0]][2] / conv.groups
        return ([conv.outputChannels, conv.window.height, conv.window.width, channels], [conv.outputChannels])
      case .dense(let dense): return ([dense.outputs, shapes[node.inputs[0]].count], [dense.outputs])
      default: return nil
      }
    }
  }

  /// Multiply-adds of each node for one image, by node index.
  public func multiplyAdds() throws(GraphError) -> [Int] {
    let shapes = try shapes()
    let parameters = parameterShapes(shapes)
    return nodes.indices.map { index in
      guard let weight = parameters[index]?.weight else { return 0 }
      let result = shapes[index + 1]
      return result.rank == 3 ? result[0] * result[1] * weight.count : weight.count
    }
  }

  private func checkOutputs() throws(GraphError) {
    guard !outputs.isEmpty else { throw GraphError("output", "nothing leaves the graph") }
    guard outputs.count <= 64 else { throw GraphError("output", "more than 64 outputs") }
    var left: Set<Int> = []
    for output in outputs {
      guard output.value > 0, output.value <= nodes.count else {
        throw GraphError("output", "an output names a value that no node makes")
      }
      let node = nodes[output.value - 1]
      guard node.operator.hasParameters, node.operator.activation == .none else {
        throw GraphError(node.name, "logits come from a convolution or dense node without activation")
      }
      guard left.insert(output.value).inserted else {
        throw GraphError(node.name, "its result leaves the graph twice")
      }
      guard readers(of: output.value).isEmpty else {
        throw GraphError(node.name, "its result leaves the graph as float logits, so no other node may read it")
      }
    }
  }

  private static func result(of node: Node, from inputs: [Shape]) throws(GraphError) -> Shape {
    let wanted: ClosedRange<Int>
    switch node.operator {
    case .add, .multiply: wanted = 2...2
    case .concatenate: wanted = 2...64
    default: wanted = 1...1
    }
    guard wanted.contains(inputs.count) else {
      throw GraphError(node.name, "\(node.operator.name) cannot read \(inputs.count) values")
    }
    let input = inputs[0]
    switch node.operator {
    case .conv2D(let conv): return try convolved(node, conv, input)
    case .maxPool2D(let window), .averagePool2D(let window):
      let pad = window.padding
      guard pad.top < window.height, pad.bottom < window.height, pad.left < window.width, pad.right < window.width
      else { throw GraphError(node.name, "a pool's padding is smaller than its window") }
      let (height, width) = try positions(node, window, dilation: 1, over: input)
      return [height, width, input[2]]
    case .globalAveragePool:
      _ = try picture(node, input)
      return [input[2]]
    case .dense(let dense):
      guard input.rank == 1 else {
        throw GraphError(node.name, "dense reads a flat value, not \(input): put 'flatten' or 'mean' before it")
      }
      guard dense.outputs > 0, dense.outputs <= 1 << 20 else {
        throw GraphError(node.name, "\(dense.outputs) outputs")
      }
      try checkWeight(node, [dense.outputs, input.count])
      return [dense.outputs]
    case .add, .multiply:
      guard inputs[1] == input || input.isPicture(withChannels: inputs[1]) else {
        throw GraphError(
          node.name,
          "\(node.operator.name) needs equal shapes, or a picture and one number a channel, not \(input) and "
            + "\(inputs[1])")
      }
      return input
    case .concatenate:
      var channels = 0
      for other in inputs {
        _ = try picture(node, other)
        guard other[0] == input[0], other[1] == input[1] else {
          throw GraphError(node.name, "concatenate needs equal heights and widths, not \(input) and \(other)")
        }
        channels += other[2]
      }
      return [input[0], input[1], channels]
    case .upsampleNearest(let factor):
      _ = try picture(node, input)
      guard (1...64).contains(factor) else { throw GraphError(node.name, "factor \(factor)") }
      return [input[0] * factor, input[1] * factor, input[2]]
    case .resize(let resize):
      _ = try picture(node, input)
      guard resize.rows.isSound, resize.columns.isSound,
        let shape = Shape(checking: [resize.rows.count, resize.columns.count, input[2]])
      else { throw GraphError(node.name, "its rows or columns are out of range") }
      return shape
    case .function(let function):
      guard function.isSound else { throw GraphError(node.name, "its numbers make no sense") }
      return input
    case .rearrange(let arrangement):
      guard (1...mostDimensions).contains(arrangement.shape.rank), arrangement.fits(input.count) else {
        throw GraphError(node.name, "its axes reach beyond \(input) or do not fill \(arrangement.shape)")
      }
      return arrangement.shape
    case .flatten: return [input.count]
    case .reshape(let shape):
      guard (1...mostDimensions).contains(shape.rank), shape.count == input.count else {
        throw GraphError(node.name, "\(input) cannot be reshaped to \(shape)")
      }
      return shape
    }
  }

  private static func convolved(
    _ node: Node, _ conv: Operator.Convolution, _ input: Shape
  ) throws(GraphError) -> Shape {
    let (height, width) = try positions(node, conv.window, dilation: conv.dilation, over: input)
    guard conv.outputChannels > 0, conv.outputChannels <= 1 << 16 else {
      throw GraphError(node.name, "\(conv.outputChannels) output channels")
    }
    guard conv.groups > 0, input[2] % conv.groups == 0, conv.outputChannels % conv.groups == 0 else {
      throw GraphError(
        node.name, "\(conv.groups) groups do not divide \(input[2]) and \(conv.outputChannels) channels")
    }
    try checkWeight(node, [conv.outputChannels, conv.window.height, conv.window.width, input[2] / conv.groups])
    guard conv.window.padding.around(input) <= mostElements else {
      throw GraphError(node.name, "its input \(input) is too large with its padding")
    }
    return [height, width, conv.outputChannels]
  }

  private static func checkWeight(_ node: Graph.Node, _ extents: [Int]) throws(GraphError) {
    guard let weight = Shape(checking: extents), weight.count <= mostElements else {
      throw GraphError(node.name, "its weight is too large")
    }
  }

  /// Rows and columns of windows that fit, all extents checked.
  private static func positions(
    _ node: Node, _ window: Operator.Window, dilation: Int, over input: Shape
  ) throws(GraphError) -> (height: Int, width: Int) {
    let (inputHeight, inputWidth) = try picture(node, input)
    let sizes = 1...4096
    let pads = 0...4096
    let pad = window.padding
    guard sizes.contains(window.height), sizes.contains(window.width), sizes.contains(window.stride),
      sizes.contains(dilation), pads.contains(pad.top), pads.contains(pad.left), pads.contains(pad.bottom),
      pads.contains(pad.right)
    else { throw GraphError(node.name, "window, stride, dilation or padding out of range") }
    guard let positions = window.positions(height: inputHeight, width: inputWidth, dilation: dilation) else {
      throw GraphError(node.name, "a window of \(window.height)x\(window.width) does not fit into \(input)")
    }
    return positions
  }

  private static func picture(_ node: Node, _ input: Shape) throws(GraphError) -> (Int, Int) {
    guard input.rank == 3 else {
      throw GraphError(node.name, "\(node.operator.name) reads height x width x channels, not \(input)")
    }
    return (input[0], input[1])
  }
}

extension Shape {
  /// Whether this is a picture of as many channels as `other` has numbers: `[c]`, or a picture of one pixel.
  public func isPicture(withChannels other: Shape) -> Bool {
    rank == 3 && other.count == self[2] && other[other.rank - 1] == self[2]
  }
}

extension Operator.Padding {
  /// Elements of a picture of at most `Graph.mostElements` in its frame: at most (1 + 8192)^2 * 2^28 < 2^55.
  func around(_ picture: Shape) -> Int { (picture[0] + top + bottom) * (picture[1] + left + right) * picture[2] }
}
