import Models
import Numerics
import ONNXFiles

/// Transposed convolution: each place of the input adds a window to the output, `stride` further on for each.
///
/// Turned around, an output row `t * stride + r` is a sum over input rows near `t`, with taps that depend on `r` alone.
/// So it is a convolution with stride 1 that makes `stride * stride` times as many channels, which then become rows
/// and columns.
extension Lowering {
  mutating func transposedConvolution(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    guard let weight = try realConstant(node, 1, "weights"), weight.dimensions.count == 4 else {
      throw Refusal("a transposed convolution without weights of four dimensions")
    }
    let bias = try realConstant(node, 2, "biases")
    let (value, shape) = try picture(source, node)
    let groups = try node.integer("group", 1)
    let (inputs, perGroup) = (weight.dimensions[0], weight.dimensions[1])
    guard groups > 0, inputs == shape[2], inputs % groups == 0, perGroup > 0,
      bias == nil || bias!.count == perGroup * groups
    else { throw Refusal("weights of \(weight.dimensions.extents) in \(groups) groups over \(shape[2]) channels") }
    let axes = try phases(node, kernel: Array(weight.dimensions[2...]), over: shape)
    let (rows, columns) = (axes[0], axes[1])
    let phases = rows.stride * columns.stride
    let outputs = perGroup * groups * phases
    guard outputs <= 1 << 16, rows.taps <= 4096, columns.taps <= 4096,
      rows.taps * columns.taps * outputs * (inputs / groups) <= max(4 * weight.count, Constant.mostWeights)
    else {
      throw Refusal(
        "strides \(rows.stride) and \(columns.stride) of \(perGroup * groups) channels",
        advice: "smaller strides or dilations would work")
    }
    let window = Operator.Window(
      rows.taps, columns.taps,
      padding: .init(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after))
    guard let positions = window.positions(height: shape[0], width: shape[1]) else { throw Refusal("its window") }
    let own = GraphBuilder.Parameters(
      weight: Tensor(
        [outputs, rows.taps, columns.taps, inputs / groups], turned(weight, groups: groups, rows, columns)),
      bias: Tensor(
        [outputs],
        (0..<outputs).map { bias?.floats[$0 / (phases * perGroup) * perGroup + $0 % perGroup] ?? 0 }))
    let conv = Operator.Convolution(outputChannels: outputs, window: window, groups: groups)
    let layer = builder.append(
      node.title, .conv2D(conv), [value], try shaped(positions.height, positions.width, outputs), own)
    var result = Computed(
      value: layer, view: TensorView(height: positions.height, width: positions.width, channels: outputs))
    if phases > 1 {
      let (down, across) = (rows.places * rows.stride, columns.places * columns.stride)
      let channels = perGroup * groups
      let interleaved: [Axis] = [
        .init(size: rows.places, stride: positions.width * outputs),
        .init(size: rows.stride, stride: columns.stride * perGroup),
        .init(size: columns.places, stride: outputs), .init(size: columns.stride, stride: perGroup),
        .init(size: groups, stride: phases * perGroup), .init(size: perGroup, stride: 1),
      ].filter { $0.size > 1 }
      result.value = try rearrange(layer, interleaved, to: try shaped(down, across, channels), node.title)
      result.view = TensorView(height: down, width: across, channels: channels)
      builder.spread[result.value] = (layer, (0..<outputs).map { $0 / (phases * perGroup) * perGroup + $0 % perGroup })
    }
    result = try sliced(result, axis: 2, from: 0, count: rows.size, node.title)
    values[node.outputs[0]] = .computed(try sliced(result, axis: 3, from: 0, count: columns.size, node.title))
  }

  /// How the taps of one axis fall on the rows of its phases.
  private struct Phases {
    let stride: Int
    /// Rows of the result.
    let size: Int
    /// Of each phase and tap, the row of the input that it reads, counted from the result's own; nil for none.
    let offsets: [[Int?]]
    /// Taps of the convolution that computes all phases, the first of which reads `-before` rows off.
    let taps: Int
    let before: Int
    let after: Int
    /// Rows of each phase.
    let places: Int

    init(input: Int, kernel: Int, stride: Int, dilation: Int, size: Int, padding: Int) {
      self.stride = stride
      self.size = size
      offsets = (0..<stride).map { phase in
        (0..<kernel).map { tap in
          let distance = phase + padding - tap * dilation
          return distance % stride == 0 ? distance / stride : nil
        }
      }
      let all = offsets.joined().compactMap { $0 }
      let (first, last) = (min(all.min() ?? 0, 0), max(all.max() ?? 0, 0))
      (taps, before) = (last - first + 1, -first)
      places = (size + stride - 1) / stride
      after = max(0, places + last - input)
    }
  }

  private func phases(_ node: ONNXNode, kernel: [Int], over shape: Shape) throws(Refusal) -> [Phases] {
    let strides = try node.integers("strides", count: 2, [1, 1])
    let dilations = try node.integers("dilations", count: 2, [1, 1])
    let pads = try node.integers("pads", count: 4, [0, 0, 0, 0])
    let extra = try node.integers("output_padding", count: 2, [0, 0])
    let wanted = try node.integers("output_shape")
    let rule = try node.text("auto_pad", "NOTSET")
    guard ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(rule),
      wanted.map({ $0.count >= 2 && $0.allSatisfy { (0...1 << 16).contains($0) } }) ?? true,
      (strides + dilations + kernel).allSatisfy({ (1...4096).contains($0) })
    else { throw Refusal("strides \(strides), dilations \(dilations) or auto_pad \(rule)") }
    var result: [Phases] = []
    for axis in 0..<2 {
      let (n, stride) = (shape[axis], strides[axis])
      let whole = stride * (n - 1) + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
      var (begin, size) = (pads[axis], whole - pads[axis] - pads[axis + 2])
      if let target = wanted.map({ $0[$0.count - 2 + axis] }) ?? (rule.hasPrefix("SAME") ? n * stride : nil) {
        // What is too much is cut off, on the side that the rule names.
        let total = whole - target
        // Halves are rounded down, also where too much is negative.
        begin = rule == "SAME_UPPER" ? total >> 1 : total - (total >> 1)
        size = target
      }
      guard (1...1 << 16).contains(size), begin.magnitude <= 1 << 16 else {
        throw Refusal("a result of \(size) rows or columns")
      }
      result.append(
        Phases(input: n, kernel: kernel[axis], stride: stride, dilation: dilations[axis], size: size, padding: begin))
    }
    return result
  }

  /// Weights `[inputs, outputs / groups, height, width]` as those of the convolution: outputs by group, phase down,
  /// phase across and channel.
  private func turned(_ weight: Constant, groups: Int, _ rows: Phases, _ columns: Phases) -> [Float] {
    let from = weight.floats
    let (perGroup, inputs) = (weight.dimensions[1], weight.dimensions[0] / groups)
    let (height, width) = (weight.dimensions[2], weight.dimensions[3])
    let each = rows.taps * columns.taps * inputs
    var result = [Float](repeating: 0, count: perGroup * groups * rows.stride * columns.stride * each)
    for group in 0..<groups {
      for down in 0..<rows.stride {
        for across in 0..<columns.stride {
          for channel in 0..<perGroup {
            let output = ((group * rows.stride + down) * columns.stride + across) * perGroup + channel
            for y in 0..<height {
              guard let row = rows.offsets[down][y] else { continue }
              for x in 0..<width {
                guard let column = columns.offsets[across][x] else { continue }
                let tap = (row + rows.before) * columns.taps + column + columns.before
                for input in 0..<inputs {
                  let place = ((group * inputs + input) * perGroup + channel) * height * width + y * width + x
                  result[output * each + tap * inputs + input] = from[place]
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
