import Models
import Numerics
import ONNXFiles

/// Convolutions.
extension Lowering {
  mutating func convolution(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    guard let weight = try realConstant(node, 1, "weights") else { throw Refusal("has no weights") }
    let bias = try realConstant(node, 2, "biases")
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
    guard dilations.allSatisfy({ $0 > 0 }) else { throw Refusal("dilations \(dilations)") }
    // A window of one row knows no distance between rows. Where distances differ, zeros lie between the taps.
    let distances = zip(kernel, dilations).map { $0 > 1 ? $1 : 0 }
    let dilation = max(1, Self.greatestDivisor(distances[0], distances[1]))
    let gaps = distances.map { max(1, $0 / dilation) }
    let taps = zip(kernel, gaps).map { ($0 - 1) * $1 + 1 }
    guard taps.allSatisfy({ (1...4096).contains($0) }),
      gaps == [1, 1] || outputs * perGroup * taps[0] * taps[1] <= Constant.mostWeights
    else { throw Refusal("dilations \(dilations)", advice: "the same down and across would work") }
    let spread = weight.spread(rows: gaps[0], columns: gaps[1])
    var extra = Operator.Padding.none
    if mayChange(source, node, 0), let before = paddingLayer(value) {
      (value, extra) = before
      shape = builder.shapes[value]
    }
    let sliding = try Sliding(node, kernel: taps, dilation: dilation, before: extra)
    let (window, skips) = try sliding.window(over: shape)
    guard let positions = window.positions(height: shape[0], width: shape[1], dilation: dilation) else {
      throw Refusal("a window of \(kernel[0])x\(kernel[1]) over \(shape)")
    }
    let conv = Operator.Convolution(outputChannels: outputs, window: window, dilation: dilation, groups: groups)
    let own = GraphBuilder.Parameters(
      weight: Tensor([outputs, taps[0], taps[1], perGroup], Self.channelsLast(spread)),
      bias: Tensor([outputs], bias?.floats ?? [Float](repeating: 0, count: outputs)))
    let result = builder.append(
      node.title, .conv2D(conv), [value], try shaped(positions.height, positions.width, outputs), own)
    try setSkipping(node, result, skips)
  }

  /// The greatest number that divides both.
  static func greatestDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestDivisor(b, a % b) }

  /// Names a picture of which only some rows and columns are wanted.
  mutating func setSkipping(_ node: ONNXNode, _ value: Int, _ skips: [Skip]) throws(Refusal) {
    let shape = builder.shapes[value]
    var result = Computed(value: value, view: TensorView(height: shape[0], width: shape[1], channels: shape[2]))
    for (axis, skip) in skips.enumerated() {
      result = try sliced(result, axis: axis + 2, from: 0, count: skip.count, step: skip.step, node.title)
    }
    values[node.outputs[0]] = .computed(result)
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
}

/// A sliding window as ONNX describes it: strides and padding of each axis by themselves, perhaps worked out from a
/// rule.
struct Sliding {
  let kernel: [Int]
  let dilation: Int
  /// Down, across.
  let strides: [Int]
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

  /// Padding that the node itself names, top, left, bottom, right; all of it where a rule works it out.
  func ownPadding(_ side: Int) -> Int { rule.hasPrefix("SAME") ? 4096 : pads[side] }

  /// Whether there is padding of its own.
  var hasPadding: Bool { pads.contains { $0 != 0 } || rule.hasPrefix("SAME") }

  /// The window in Glint's terms, and which rows and columns of its results are wanted: with strides that differ it
  /// moves by what divides both, and the others are left out.
  ///
  /// - Throws: `Refusal` where it does not fit.
  func window(over shape: Shape) throws(Refusal) -> (Operator.Window, [Skip]) {
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
    var window = Operator.Window(
      kernel[0], kernel[1],
      padding: .init(top: padding[0], left: padding[1], bottom: padding[2], right: padding[3]))
    // Where an axis has one position, its stride says nothing.
    for stride in strides {
      window.stride = stride
      guard let found = window.positions(height: shape[0], width: shape[1], dilation: dilation) else {
        throw Refusal("a window of \(kernel) over \(shape)")
      }
      // As many positions may come of another stride, at other places.
      let isRight = (0..<2).allSatisfy { positions[$0] == 1 || strides[$0] == stride }
      if isRight, found == (positions[0], positions[1]) {
        return (window, positions.map { Skip(count: $0, step: 1) })
      }
    }
    window.stride = Lowering.greatestDivisor(strides[0], strides[1])
    return (window, (0..<2).map { Skip(count: positions[$0], step: strides[$0] / window.stride) })
  }
}

/// Which of a picture's rows or columns are wanted: so many, from the first on, every `step`-th.
struct Skip {
  let count: Int
  let step: Int
}

extension Constant {
  /// Weights with zeros between the taps, which then lie `rows` and `columns` apart.
  func spread(rows: Int, columns: Int) -> Constant {
    guard rows > 1 || columns > 1 else { return self }
    let (outer, height, width) = (dimensions[0] * dimensions[1], dimensions[2], dimensions[3])
    let (tall, wide) = ((height - 1) * rows + 1, (width - 1) * columns + 1)
    var result = [Float](repeating: 0, count: outer * tall * wide)
    for (place, number) in floats.enumerated() {
      let (plane, y, x) = (place / (height * width), place / width % height, place % width)
      result[(plane * tall + y * rows) * wide + x * columns] = number
    }
    return Constant([dimensions[0], dimensions[1], tall, wide], .floats(result))
  }
}
