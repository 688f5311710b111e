import Importing
import Models
import Numerics
import TestSupport
import Testing

/// Networks that compute with codes: what comes out equals, to the last bit, what ONNX Runtime computes.
@Suite struct QuantizedTests {
  private static let unit: Float = 1 / 255

  /// Convolution, ReLU by saturation, and the last codes as numbers, with codes of either type.
  @Test(arguments: [false, true])
  func convolutions(_ isUnsigned: Bool) throws {
    var net = CodedTrial(seed: 1, isUnsigned: isUnsigned)
    net.pair("x", to: "a", Self.unit, -128)
    let first = net.layer("one", inputs: 3, outputs: 5, input: Self.unit)
    net.trial.writer.node("Conv", ["a", "one.w", "one.b"], ["c"], name: "one")
    net.trial.writer.node("Relu", ["c"], ["r"])
    net.pair("r", to: "b", 0.021, -128)
    let second = net.layer("two", inputs: 5, outputs: 4, input: 0.021)
    net.trial.writer.node("Conv", ["b", "two.w", "two.b"], ["d"], name: "two")
    net.pair("d", to: "y", 0.037, 11)
    let hidden = net.input(Self.unit, -128) { $1 / 255 }
      .pointwise(first.weights, first.scales, first.bias, 0.021, -128)
    let expected = hidden.pointwise(second.weights, second.scales, second.bias, 0.037, 11)
    let result = try net.results()
    #expect(result.numbers == [expected.reals])
    #expect(result.imported.notes == [])
    #expect(result.imported.quantized!.description.graph.nodes.map(\.name) == ["one", "two", "y"])
  }

  /// The same as operators of whole numbers, whose last layer gives real numbers.
  @Test(arguments: [false, true])
  func wholeNumberOperators(_ isUnsigned: Bool) throws {
    var net = CodedTrial(seed: 2, isUnsigned: isUnsigned)
    net.scale("a", Self.unit, -128)
    net.trial.writer.node("QuantizeLinear", ["x", "a.s", "a.z"], ["a"])
    let conv = net.layer("one", inputs: 3, outputs: 6, input: Self.unit)
    net.scale("c", 0.03, -7)
    net.trial.writer.node(
      "QLinearConv", ["a", "a.s", "a.z", "one.wq", "one.ws", "one.wz", "c.s", "c.z", "one.bq"], ["c"], name: "one")
    net.scale("g", 0.011, 5)
    net.trial.writer.node(
      "QLinearGlobalAveragePool", ["c", "c.s", "c.z", "g.s", "g.z"], ["g"], domain: "com.microsoft")
    net.trial.writer.node("Flatten", ["g"], ["f"])
    let dense = net.layer("two", inputs: 6, outputs: 4, input: 0.011)
    net.bytes("two.m", [4, 6], dense.weights)
    net.trial.writer.node(
      "QGemm", ["f", "g.s", "g.z", "two.m", "two.ws", "two.wz", "two.bq"], ["y"], [("transB", .int(1))],
      name: "two", domain: "com.microsoft")
    let hidden = net.input(Self.unit, -128) { $1 / 255 }.pointwise(conv.weights, conv.scales, conv.bias, 0.03, -7)
    let factor: Float = 0.03 / (0.011 * 63)
    let means = (0..<6).map { c in
      let sum = hidden.planes[c * 63..<(c + 1) * 63].reduce(0) { $0 + $1 + 7 }
      return max(-128, min(127, Int((Float(sum) * factor).rounded(.toNearestOrEven)) + 5))
    }
    let expected = (0..<4).map { o -> Float in
      let sum = (0..<6).reduce(dense.bias[o]) { $0 + dense.weights[o * 6 + $1] * (means[$1] - 5) }
      return Float(sum) * (0.011 * dense.scales[o])
    }
    #expect(try net.results().numbers == [expected])
  }

  /// All pairs of codes of an addition, as ONNX Runtime's QLinearAdd adds them; scales that disagree are among them.
  @Test(arguments: [false, true])
  func additions(_ isUnsigned: Bool) throws {
    var disagreed = 0
    var random = CounterRandom(seed: 3)
    for seed in 0..<25 {
      let scales = (0..<3).map { _ in random.uniform(0.01, 0.1) }
      let zeros = (0..<3).map { _ in random.below(256) - 128 }
      let sum = max(scales[0], scales[1]) * 1.2
      var net = CodedTrial(seed: UInt64(seed), isUnsigned: isUnsigned, channels: 1)
      net.pair("x", to: "a", Self.unit, -128)
      for (name, place) in [("one", 0), ("two", 1)] {
        // Two layers that give each code from 0 to 255 for some pixel, in other orders.
        net.bytes(name + ".wq", [1, 1, 1, 1], [place == 0 ? 1 : -1])
        net.trial.writer.weights(name + ".ws", [1], [scales[place] / Self.unit])
        net.trial.writer.node("DequantizeLinear", [name + ".wq", name + ".ws"], [name + ".w"])
        net.trial.writer.node("Conv", ["a", name + ".w"], [name + ".c"], name: name)
        net.pair(name + ".c", to: name, scales[place], zeros[place])
      }
      net.trial.writer.node("Add", ["one", "two"], ["s"], name: "sum")
      net.pair("s", to: "y", sum, zeros[2])
      let input = net.input(Self.unit, -128) { $1 / 255 }
      let (r, s) = (scales[0] / sum, scales[1] / sum)
      let offset: Float = isUnsigned ? 128 : 0
      let zero = zeros.map { Float($0) + offset }
      let constant = zero[2] - (s * zero[1]).addingProduct(r, zero[0])
      let pairs = input.planes.map { code in
        [1, -1].enumerated().map { place, sign in
          max(-128, min(127, sign * (code + 128) + zeros[place]))
        }
      }
      let expected = pairs.map { pair -> Float in
        let inner = constant.addingProduct(Float(pair[1]) + offset, s)
        let code = inner.addingProduct(Float(pair[0]) + offset, r).rounded(.toNearestOrEven) - offset
        return (max(-128, min(127, code)) - Float(zeros[2])) * sum
      }
      let result = try net.results()
      #expect(result.numbers == [expected], "seed \(seed)")
      let nodes = result.imported.quantized!.description.graph.nodes
      if nodes.contains(where: { $0.name.hasPrefix("sum.copy") }) { disagreed += 1 }
    }
    // Without copies under other scales, some pair of codes would differ in each of these.
    #expect(disagreed > 0)
  }

  /// Pooling, views and concatenation move codes; scales that differ are met by one rounding.
  @Test func moves() throws {
    var net = CodedTrial(seed: 4, isUnsigned: true)
    net.pair("x", to: "a", Self.unit, -128)
    net.trial.writer.node("MaxPool", ["a"], ["m"], [("kernel_shape", .ints([2, 2]))])
    net.pair("m", to: "p", 0.0047, -100)
    net.trial.writer.node("MaxPool", ["a"], ["n"], [("kernel_shape", .ints([2, 2]))])
    net.trial.writer.node("Concat", ["n", "p"], ["c"], [("axis", .int(1))])
    net.pair("c", to: "k", 0.0052, -120)
    net.trial.writer.node("Transpose", ["k"], ["y"], [("perm", .ints([0, 1, 2, 3]))])
    let input = net.input(Self.unit, -128) { $1 / 255 }
    let planes = Planes(3, 9, 7) { Float(input.planes[($0 * 9 + $1) * 7 + $2]) }
    let pooled = planes.pool((2, 2), stride: 1, pads: [0, 0, 0, 0], rows: 8, columns: 6) { $0.max()! }
    func real(_ codes: [Int], _ scale: Float, _ zero: Int) -> [Float] { codes.map { Float($0 - zero) * scale } }
    let plain = real(pooled.values.map { Int($0) }, Self.unit, -128)
    let moved = real(Coded.codes(plain, 0.0047, -100), 0.0047, -100)
    let expected = real(Coded.codes(plain + moved, 0.0052, -120), 0.0052, -120)
    #expect(try net.results().numbers == [expected])
  }

  /// What stands in place of pixels becomes codes in a layer of its own, for every pixel value.
  @Test func conventions() throws {
    for (range, colour, scale, zero) in [
      (ImportOptions.Range.symmetric, ImportOptions.Colour.rgb, Float(0.0079), -1), (.imagenet, .bgr, 0.0187, 9),
      (.bytes, .rgb, 1, -128), (.unit, .bgr, Self.unit, -128), (.unit, .rgb, 0.00391, -128),
    ] {
      var net = CodedTrial(seed: 5, isUnsigned: false)
      net.trial.options.range = range
      net.trial.options.colour = colour
      net.pair("x", to: "a", scale, zero)
      net.trial.writer.node("Identity", ["a"], ["y"])
      let (mean, deviation) = ([0.485, 0.456, 0.406] as [Double], [0.229, 0.224, 0.225] as [Double])
      let source = { (channel: Int) in colour == .bgr ? 2 - channel : channel }
      let reals = Planes(3, 9, 7) { c, y, x in
        let pixel = Double(net.trial.pixels[(y * 7 + x) * 3 + source(c)])
        switch range {
        case .unit: return Float(pixel / 255)
        case .symmetric: return Float(2 * pixel / 255 - 1)
        case .bytes: return Float(pixel)
        case .imagenet: return Float((pixel / 255 - mean[source(c)]) / deviation[source(c)])
        }
      }
      let codes = Coded.codes(reals.values, scale, zero)
      let result = try net.results()
      #expect(result.numbers == [codes.map { Float($0 - zero) * scale }], "\(range) \(colour)")
      #expect(result.imported.notes == [])
    }
  }

  // MARK: Refusals

  @Test func weightsThatAreRefused() throws {
    for (zeros, isPerChannel, words) in [
      ([3, 3], false, "its weights are asymmetric, with the zero point 3"),
      ([3, -4], true, "its weights have a zero point for each channel"),
    ] {
      var net = CodedTrial(seed: 6, isUnsigned: false)
      net.pair("x", to: "a", Self.unit, -128)
      net.bytes("w.q", [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])
      net.trial.writer.weights("w.s", isPerChannel ? [2] : [], isPerChannel ? [0.1, 0.2] : [0.1])
      net.bytes("w.z", isPerChannel ? [2] : [], isPerChannel ? zeros : [3])
      net.trial.writer.node("DequantizeLinear", ["w.q", "w.s", "w.z"], ["w"], [("axis", .int(0))])
      net.trial.writer.node("Conv", ["a", "w"], ["c"], name: "conv")
      net.pair("c", to: "y", 0.1, 0)
      #expect(net.trial.refusal().contains("'conv' (Conv, opset 13): \(words)"), "\(net.trial.refusal())")
    }
  }

  /// A layer that computes in float among layers of codes is named.
  @Test func mixedNetworks() throws {
    var net = CodedTrial(seed: 7, isUnsigned: false)
    net.pair("x", to: "a", Self.unit, -128)
    _ = net.layer("one", inputs: 3, outputs: 5, input: Self.unit)
    net.trial.writer.node("Conv", ["a", "one.w", "one.b"], ["c"], name: "one")
    _ = net.trial.weights("float.w", [4, 5, 1, 1])
    net.trial.writer.node("Conv", ["c", "float.w"], ["d"], name: "between")
    net.pair("d", to: "y", 0.037, 11)
    let refusal = net.trial.refusal()
    #expect(refusal.contains("'one' (Conv, opset 13): its result (conv2d) stays in float: no QuantizeLinear follows"))
    #expect(refusal.contains("'between' (Conv, opset 13): its weights are float"), "\(refusal)")
    #expect(refusal.contains("2 of 8 nodes"), "\(refusal)")
  }

  /// Scales of another value, codes of other sizes, and scales of channels where the network computes.
  @Test func scalesThatAreRefused() throws {
    var other = CodedTrial(seed: 8, isUnsigned: false)
    other.scale("a", Self.unit, -128)
    other.scale("b", 0.01, -128)
    other.trial.writer.node("QuantizeLinear", ["x", "a.s", "a.z"], ["q"])
    other.trial.writer.node("DequantizeLinear", ["q", "b.s", "b.z"], ["y"])
    #expect(other.trial.refusal().contains("its scale or zero point is not that of the codes that it reads"))

    var channels = CodedTrial(seed: 9, isUnsigned: false)
    channels.trial.writer.weights("s", [3], [0.1, 0.2, 0.3])
    channels.trial.writer.node("QuantizeLinear", ["x", "s"], ["q"], [("axis", .int(1))])
    channels.trial.writer.node("DequantizeLinear", ["q", "s"], ["y"], [("axis", .int(1))])
    #expect(channels.trial.refusal().contains("3 scales for what the network computes"))

    var negative = CodedTrial(seed: 10, isUnsigned: false)
    negative.scale("a", -0.5, 0)
    negative.trial.writer.node("QuantizeLinear", ["x", "a.s", "a.z"], ["y"])
    #expect(negative.trial.refusal().contains("its scale is no positive number"))
  }
}
