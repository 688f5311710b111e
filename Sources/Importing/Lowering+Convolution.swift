import Models
import Numerics
import ONNXFiles

/// Convolutions, and padding before them.
extension Lowering {
  mutating func convolution(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    guard let weight = try constant(node, 1, "weights") else { throw Refusal("has no weights") }
    let bias = try constant(node, 2, "biases")
    guard weight.dimensions.count == 4 else {
      throw Refusal(
        "a convolution with weights of \(weight.dimensions.extents)", advice: "two-dimensional ones would work")
    }
    var (value, shape) = try picture(source, node)
    let groups = try node.integer("group", 1)
    let (outputs, perGroup) = (weight.dimensions[0], weight.dimensions[1])
    guard groups > 0, perGroup > 0, outputs > 0, shape[2] == perGroup * groups, outputs % groups == 0 else {
      throw Refusal("weights of \(weight.dimensions.extents) in \(groups) groups over \(shape[2]) channels")
    }
    guard bias == nil || bias!.count == outputs else {
      throw Refusal("\(bias!.count) biases for \(outputs) channels")
    }
    let kernel = try node.integers("kernel_shape", count: 2, Array(weight.dimensions[2...]))
    guard kernel == Array(weight.dimensions[2...]) else { throw Refusal("a kernel_shape that is not its weights'") }
    let dilations = try node.integers("dilations", count: 2, [1, 1])
    guard dilations[0] == dilations[1] || kernel.contains(1) else {
      throw Refusal("dilations \(dilations)", advice: "the same down and across would work")
    }
    // A window of one row knows no distance between rows.
    let dilation = kernel[0] > 1 ? dilations[0] : dilations[1]
    var extra = Operator.Padding.none
    if mayChange(source, node, 0), let before = paddingLayer(value) {
      (value, extra) = before
      shape = builder.shapes[value]
    }
    let window = try Sliding(node, kernel: kernel, dilation: dilation, before: extra).window(over: shape)
    guard let positions = window.positions(height: shape[0], width: shape[1], dilation: dilation) else {
      throw Refusal("a window of \(kernel[0])x\(kernel[1]) over \(shape)")
    }
    let conv = Operator.Convolution(outputChannels: outputs, window: window, dilation: dilation, groups: groups)
    let own = GraphBuilder.Parameters(
      weight: Tensor([outputs, kernel[0], kernel[1], perGroup], Self.channelsLast(weight)),
      bias: Tensor([outputs], bias?.floats ?? [Float](repeating: 0, count: outputs)))
    let result = builder.append(
      node.title, .conv2D(conv), [value], try shaped(positions.height, positions.width, outputs), own)
    set(node, result, TensorView(height: positions.height, width: positions.width, channels: outputs))
  }

  /// Weights `[outputs, channels, height, width]` as `[outputs, height, width, channels]`.
  private static func channelsLast(_ weight: Constant) -> [Float] {
    let from = weight.floats
    let (outputs, channels) = (weight.dimensions[0], weight.dimensions[1])
    let taps = weight.dimensions[2] * weight.dimensions[3]
    var result = [Float](repeating: 0, count: from.count)
    for output in 0..<outputs {
      for channel in 0..<channels {
        for tap in 0..<taps {
          result[(output * taps + tap) * channels + channel] = from[(output * channels + channel) * taps + tap]
        }
      }
    }
    return result
  }

  /// A border of zeros: a depthwise convolution of 1x1 that changes nothing else. A convolution that follows takes the
  /// border over.
  mutating func pad(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let rank = source.view.dimensions.count
    let mode = try node.text("mode", "constant")
    guard mode == "constant" else {
      throw Refusal("mode \(mode)", advice: "a border of zeros would work")
    }
    let fill = try number(node, "value", input: 2, 0)
    guard let given = try axes(node, "pads", input: 1) else { throw Refusal("says no pads") }
    var pads = given
    if let axes = try constant(node, 3, "axes")?.integers {
      pads = [Int](repeating: 0, count: 2 * rank)
      guard given.count == 2 * axes.count else { throw Refusal("\(given.count) pads for \(axes.count) axes") }
      for (place, axis) in axes.enumerated() {
        guard let axis = source.view.dimensions.normalized(axis: axis) else { throw Refusal("pads axis \(axis)") }
        pads[axis] = given[place]
        pads[axis + rank] = given[place + axes.count]
      }
    }
    guard pads.count == 2 * rank else { throw Refusal("\(pads.count) pads for \(rank) axes") }
    guard pads.contains(where: { $0 != 0 }) else { return alias(node, source, source.view) }
    guard fill == 0, rank == 4, pads.allSatisfy({ (0...4096).contains($0) }),
      [pads[0], pads[1], pads[4], pads[5]].allSatisfy({ $0 == 0 })
    else { throw Refusal("pads \(pads) with \(fill)", advice: "zeros around rows and columns would work") }
    let (value, shape) = try picture(source, node)
    let window = Operator.Window(
      1, 1, padding: .init(top: pads[2], left: pads[3], bottom: pads[6], right: pads[7]))
    let channels = shape[2]
    let (height, width) = (shape[0] + pads[2] + pads[6], shape[1] + pads[3] + pads[7])
    let own = GraphBuilder.Parameters(
      weight: Tensor([channels, 1, 1, 1], filledWith: 1), bias: Tensor([channels], filledWith: 0))
    let conv = Operator.Convolution(outputChannels: channels, window: window, groups: channels)
    let result = builder.append(node.title, .conv2D(conv), [value], try shaped(height, width, channels), own)
    set(node, result, TensorView(height: height, width: width, channels: channels))
  }

  /// What a layer that only adds a border reads, and the border.
  private func paddingLayer(_ value: Int) -> (value: Int, padding: Operator.Padding)? {
    guard case .conv2D(let conv)? = builder.node(of: value)?.operator, conv.window.height == 1, conv.window.width == 1,
      conv.window.stride == 1, conv.window.padding != .none, conv.groups == conv.outputChannels,
      conv.activation == .none, let own = builder.parameters[value - 1],
      own.weight.elements.allSatisfy({ $0 == 1 }), own.bias.elements.allSatisfy({ $0 == 0 })
    else { return nil }
    return (builder.nodes[value - 1].inputs[0], conv.window.padding)
  }
}

/// A sliding window as ONNX describes it: strides and padding of each axis by themselves, perhaps worked out from a
/// rule.
struct Sliding {
  let kernel: [Int]
  let dilation: Int
  /// Down, across.
  private let strides: [Int]
  /// Top, left, bottom, right.
  private var pads: [Int]
  private let rule: String
  let roundsUp: Bool

  /// Reads strides, pads, auto_pad and ceil_mode.
  ///
  /// - Parameter before: a border that a layer before it added.
  init(
    _ node: ONNXNode, kernel: [Int], dilation: Int, before: Operator.Padding = .none
  ) throws(Refusal) {
    self.kernel = kernel
    self.dilation = dilation
    strides = try node.integers("strides", count: 2, [1, 1])
    guard strides.allSatisfy({ $0 > 0 }), kernel.allSatisfy({ $0 > 0 }), dilation > 0 else {
      throw Refusal("a window, stride or dilation of 0")
    }
    rule = try node.text("auto_pad", "NOTSET")
    pads = try node.integers("pads", count: 4, [0, 0, 0, 0])
    if rule != "NOTSET" { pads = [0, 0, 0, 0] }
    // SAME depends on the bordered picture; that border and its own may be added once both are known.
    border = [before.top, before.left, before.bottom, before.right]
    roundsUp = try node.integer("ceil_mode", 0) != 0
  }

  private let border: [Int]

  /// Whether there is padding of its own.
  var hasPadding: Bool { pads.contains { $0 != 0 } || rule.hasPrefix("SAME") }

  /// The window in Glint's terms.
  ///
  /// - Throws: `Refusal` where it would take strides that differ, or padding beyond the window that rounding up needs.
  func window(over shape: Shape) throws(Refusal) -> Operator.Window {
    var padding = border
    var positions = [0, 0]
    for axis in 0..<2 {
      let size = shape[axis] + border[axis] + border[axis + 2]
      let extent = (kernel[axis] - 1) * dilation + 1
      let stride = strides[axis]
      var (begin, end) = (pads[axis], pads[axis + 2])
      switch rule {
      case "NOTSET", "VALID": break
      case "SAME_UPPER", "SAME_LOWER":
        let total = max(0, ((size + stride - 1) / stride - 1) * stride + extent - size)
        begin = rule == "SAME_UPPER" ? total / 2 : total - total / 2
        end = total - begin
      default: throw Refusal("auto_pad \(rule)")
      }
      guard size + begin + end >= extent else { throw Refusal("a window of \(extent) over \(size) rows or columns") }
      var count = (size + begin + end - extent) / stride + 1
      if roundsUp, (size + begin + end - extent) % stride != 0 {
        // A window that would begin in the padding at the end is left out.
        if count * stride < size + begin {
          count += 1
          end = (count - 1) * stride + extent - size - begin
        }
      }
      padding[axis] += begin
      padding[axis + 2] += end
      positions[axis] = count
    }
    // One stride for both axes: where an axis has one position, its stride says nothing.
    for stride in strides {
      let window = Operator.Window(
        kernel[0], kernel[1], stride: stride,
        padding: .init(top: padding[0], left: padding[1], bottom: padding[2], right: padding[3]))
      if let found = window.positions(height: shape[0], width: shape[1], dilation: dilation),
        found == (positions[0], positions[1])
      {
        return window
      }
    }
    throw Refusal("strides \(strides)", advice: "the same stride down and across would work")
  }
}
