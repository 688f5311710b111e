import Importing
import Models
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var channels = 3, outputs = 4, kernel = [3, 3], stride = 1, pads = [0, 0, 0, 0], dilation = 1, groups = 1
    var bias = true
    var description: String { "\(kernel) stride \(stride) pads \(pads) dilation \(dilation) groups \(groups)" }
  }

  @Test(arguments: [
    Case(), Case(bias: false), Case(kernel: [1, 1]), Case(kernel: [2, 5]), Case(stride: 2, pads: [1, 1, 1, 1]),
    Case(pads: [0, 1, 2, 3]), Case(stride: 3, pads: [2, 0, 1, 1]), Case(pads: [2, 2, 2, 2], dilation: 2),
    Case(outputs: 3, groups: 3), Case(outputs: 6, pads: [1, 1, 1, 1], groups: 3),
  ])
  func asInPlainLoops(_ it: Case) throws {
    var trial = Trial(channels: it.channels, seed: 1)
    let weights = trial.weights("w", [it.outputs, it.channels / it.groups] + it.kernel)
    let bias = it.bias ? trial.weights("b", [it.outputs]) : nil
    trial.writer.node(
      "Conv", it.bias ? ["x", "w", "b"] : ["x", "w"], ["y"],
      [
        ("kernel_shape", .ints(it.kernel)), ("strides", .ints([it.stride, it.stride])), ("pads", .ints(it.pads)),
        ("dilations", .ints([it.dilation, it.dilation])), ("group", .int(it.groups)),
      ])
    let expected = trial.input.conv(
      weights, outputs: it.outputs, kernel: (it.kernel[0], it.kernel[1]), bias: bias, stride: it.stride, pads: it.pads,
      dilation: it.dilation, groups: it.groups)
    let imported = try trial.expect(expected.values)
    #expect(imported.model.description.graph.nodes.count == 1)
  }

  /// SAME puts the odd row or column at the end or at the beginning, as ONNX's formula says.
  @Test(arguments: [("SAME_UPPER", [0, 0, 1, 1]), ("SAME_LOWER", [1, 1, 0, 0])])
  func same(_ rule: String, _ pads: [Int]) throws {
    // 8 rows and columns in steps of 2 with 3 taps: 4 positions take 9, one more than there are.
    var trial = Trial(height: 8, width: 8, seed: 2)
    let weights = trial.weights("w", [2, 3, 3, 3])
    trial.writer.node("Conv", ["x", "w"], ["y"], [("auto_pad", .text(rule)), ("strides", .ints([2, 2]))])
    try trial.expect(trial.input.conv(weights, outputs: 2, kernel: (3, 3), stride: 2, pads: pads).values)
  }

  /// A border before a convolution becomes its padding; before anything else, a layer of its own.
  @Test func borders() throws {
    var trial = Trial(seed: 3)
    let weights = trial.weights("w", [2, 3, 3, 3])
    trial.writer.integers("p", [0, 0, 2, 1, 0, 0, 0, 3])
    trial.writer.node("Pad", ["x", "p"], ["bordered"])
    trial.writer.node("Conv", ["bordered", "w"], ["y"], [("pads", .ints([0, 1, 1, 0]))])
    let imported = try trial.expect(
      trial.input.conv(weights, outputs: 2, kernel: (3, 3), pads: [2, 2, 1, 3]).values)
    #expect(imported.model.description.graph.nodes.count == 1)

    var other = Trial(seed: 4)
    other.writer.integers("p", [0, 0, 1, 0, 0, 0, 0, 2])
    other.writer.node("Pad", ["x", "p"], ["bordered"])
    other.writer.node("MaxPool", ["bordered"], ["y"], [("kernel_shape", .ints([1, 1]))])
    let input = other.input
    try other.expect(Planes(3, 10, 9) { input[$0, $1 - 1, $2] }.values)
  }

  /// Where one of two strides says nothing, the other is the layer's.
  @Test func unequalStrides() throws {
    var trial = Trial(height: 3, width: 9, seed: 5)
    let weights = trial.weights("w", [2, 3, 3, 3])
    trial.writer.node("Conv", ["x", "w"], ["y"], [("strides", .ints([1, 2]))])
    let imported = try trial.expect(trial.input.conv(weights, outputs: 2, kernel: (3, 3), stride: 2).values)
    #expect(imported.model.description.graph.nodes.map(\.operator.name) == ["conv2d"])
  }

  @Test func batchNormalization() throws {
    var trial = Trial(seed: 6)
    let weights = trial.weights("w", [4, 3, 3, 3])
    let (scale, offset) = (trial.weights("s", [4]), trial.weights("o", [4]))
    let (mean, variance) = (trial.weights("m", [4]), trial.weights("v", [4], 0.1, 2))
    trial.writer.node("Conv", ["x", "w"], ["c"], [("pads", .ints([1, 1, 1, 1]))])
    trial.writer.node("BatchNormalization", ["c", "s", "o", "m", "v"], ["n"], [("epsilon", .float(0.01))])
    trial.writer.node("Relu", ["n"], ["y"])
    let conv = trial.input.conv(weights, outputs: 4, kernel: (3, 3), pads: [1, 1, 1, 1])
    let expected = Planes(4, conv.height, conv.width) { c, y, x in
      max(0, scale[c] * (conv[c, y, x] - mean[c]) / (variance[c] + 0.01).squareRoot() + offset[c])
    }
    let imported = try trial.expect(expected.values)
    // Convolution with its clamp, and the layer that lets it leave the network.
    #expect(imported.model.description.graph.nodes.map(\.operator.name) == ["conv2d", "grouped_conv2d"])
    #expect(imported.intoWeights == 1 && imported.activations == 1)
  }

  /// Where somebody else reads the convolution, or there is none, normalization is a layer of its own.
  @Test func batchNormalizationByItself() throws {
    var trial = Trial(seed: 7)
    let weights = trial.weights("w", [3, 3, 1, 1])
    let (scale, offset) = (trial.weights("s", [3]), trial.weights("o", [3]))
    let (mean, variance) = (trial.weights("m", [3]), trial.weights("v", [3], 0.1, 2))
    trial.writer.node("BatchNormalization", ["x", "s", "o", "m", "v"], ["n"])
    trial.writer.node("Conv", ["n", "w"], ["c"])
    trial.writer.node("BatchNormalization", ["c", "s", "o", "m", "v"], ["d"])
    trial.writer.node("Add", ["c", "d"], ["y"])
    func normalized(_ planes: Planes) -> Planes {
      Planes(3, planes.height, planes.width) { c, y, x in
        scale[c] * (planes[c, y, x] - mean[c]) / (variance[c] + 1e-5).squareRoot() + offset[c]
      }
    }
    let conv = normalized(trial.input).conv(weights, outputs: 3, kernel: (1, 1))
    let second = normalized(conv)
    try trial.expect(zip(conv.values, second.values).map { $0 + $1 })
  }
}
