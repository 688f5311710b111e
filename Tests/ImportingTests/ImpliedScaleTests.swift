import Importing
import Numerics
import TestSupport
import Testing

/// Operators that take several layers, between whose codes the file has no scale: codes are rounded once all the same.
@Suite struct ImpliedScaleTests {
  private static let unit: Float = 1 / 255
  private static let (scale, zero): (Float, Int) = (0.02, -9)

  /// Codes of 3 x 9 x 7 around `zero`, of which `operators` make `m`, and codes `y` of that.
  private func network(
    seed: UInt64, to end: (scale: Float, zero: Int) = (0.02, -9), _ operators: (inout CodedTrial) -> Void
  ) -> (net: CodedTrial, codes: Coded) {
    var net = CodedTrial(seed: seed, isUnsigned: false)
    net.pair("x", to: "a", Self.unit, -128)
    let layer = net.layer("l", inputs: 3, outputs: 3, input: Self.unit)
    net.trial.writer.node("Conv", ["a", "l.w", "l.b"], ["c"])
    net.pair("c", to: "b", Self.scale, Self.zero)
    operators(&net)
    net.pair("m", to: "y", end.scale, end.zero)
    let codes = net.input(Self.unit, -128) { $1 / 255 }
      .pointwise(layer.weights, layer.scales, layer.bias, Self.scale, Self.zero)
    return (net, codes)
  }

  /// Holds results against real numbers that are rounded once.
  private func check(
    _ net: CodedTrial, _ reals: [Float], to end: (scale: Float, zero: Int) = (0.02, -9), exact: Bool = true
  ) throws {
    let expected = Coded.codes(reals, end.scale, end.zero)
    let codes = try net.results().numbers[0].map { Int(($0 / end.scale).rounded()) + end.zero }
    #expect(codes.count == expected.count && Set(expected).count > 20)
    let differences = zip(codes, expected).map { abs($0 - $1) }
    #expect((differences.max() ?? 0) <= (exact ? 0 : 1))
    // A product or sum of floats lies near a tie now and then.
    #expect(differences.count { $0 > 0 } * 50 <= codes.count, "\(differences.count { $0 > 0 })")
  }

  @Test func transposedConvolution() throws {
    var weights: [Int] = []
    let (net, codes) = network(seed: 31, to: (0.05, 3)) { net in
      weights = (0..<24).map { _ in net.trial.random.below(255) - 127 }
      net.bytes("t.q", [3, 2, 2, 2], weights)
      net.trial.writer.weights("t.s", [2], [0.004, 0.007])
      net.bytes("t.z", [2], [0, 0])
      net.trial.writer.node("DequantizeLinear", ["t.q", "t.s", "t.z"], ["t"], [("axis", .int(1))])
      net.trial.writer.node("ConvTranspose", ["b", "t"], ["m"], [("strides", .ints([2, 2]))])
    }
    var reals = [Float](repeating: 0, count: 2 * 18 * 14)
    for output in 0..<2 {
      for y in 0..<18 {
        for x in 0..<14 {
          var sum = 0
          for c in 0..<3 {
            let weight = weights[((c * 2 + output) * 2 + y % 2) * 2 + x % 2]
            sum += weight * (codes.planes[(c * 9 + y / 2) * 7 + x / 2] - Self.zero)
          }
          reals[(output * 18 + y) * 14 + x] = Float(sum) * (Self.scale * [0.004, 0.007][output])
        }
      }
    }
    try check(net, reals, to: (0.05, 3), exact: false)
  }

  @Test(arguments: [[0.1, 0.25, -0.4], [0.5, 3, 0]] as [[Float]])
  func slopesByChannel(_ slopes: [Float]) throws {
    let (net, codes) = network(seed: 32, to: (0.03, 11)) { net in
      net.trial.writer.weights("s", [3, 1, 1], slopes)
      net.trial.writer.node("PRelu", ["b", "s"], ["m"])
    }
    let reals = codes.reals.enumerated().map { $1 > 0 ? $1 : slopes[$0 / 63] * $1 }
    try check(net, reals, to: (0.03, 11), exact: false)
  }

  /// The larger or smaller of codes and constants that are codes themselves.
  @Test(arguments: ["Max", "Min"]) func extremes(_ type: String) throws {
    let limits: [Float] = [0.2, -0.4, 0.6]
    let (net, codes) = network(seed: 33) { net in
      net.trial.writer.weights("k", [1, 3, 1, 1], limits)
      net.trial.writer.node(type, ["b", "k"], ["m"])
    }
    let reals = codes.reals.enumerated().map { type == "Max" ? max($1, limits[$0 / 63]) : min($1, limits[$0 / 63]) }
    try check(net, reals)
  }

  @Test func sums() throws {
    let (net, codes) = network(seed: 34, to: (0.11, -20)) { net in
      net.trial.writer.integers("axes", [2])
      net.trial.writer.node("ReduceSum", ["b", "axes"], ["m"], [("keepdims", .int(0))])
    }
    var reals = [Float](repeating: 0, count: 21)
    for c in 0..<3 {
      for x in 0..<7 {
        var sum = 0
        for y in 0..<9 { sum += codes.planes[(c * 9 + y) * 7 + x] - Self.zero }
        reals[c * 7 + x] = Float(sum) * Self.scale
      }
    }
    let expected = Coded.codes(reals, 0.11, -20)
    let numbers = try net.results().numbers[0].map { Int(($0 / 0.11).rounded()) - 20 }
    #expect(zip(numbers, expected).count { $0 != $1 } <= 1 && numbers.count == 21 && Set(expected).count > 8)
  }

  /// A border of a number that is a code.
  @Test func bordersOfANumber() throws {
    let (net, codes) = network(seed: 35) { net in
      net.trial.writer.integers("pads", [0, 0, 1, 0, 0, 0, 0, 2])
      net.trial.writer.weights("v", [], [-0.3])
      net.trial.writer.node("Pad", ["b", "pads", "v"], ["m"])
    }
    var reals: [Float] = []
    for c in 0..<3 {
      for y in 0..<10 {
        for x in 0..<9 { reals.append(y == 0 || x > 6 ? -0.3 : codes.reals[(c * 9 + y - 1) * 7 + x]) }
      }
    }
    try check(net, reals)
  }

  /// What would be rounded twice is refused, and what takes several layers is called so.
  @Test func whatStaysRefused() throws {
    let float = network(seed: 36, to: (0.05, 0)) { net in
      let layer = net.layer("k", inputs: 3, outputs: 3, input: Self.scale)
      _ = layer
      net.trial.writer.node("Conv", ["b", "k.w", "k.b"], ["d"])
      net.trial.writer.node("Add", ["d", "b"], ["m"])
    }.net.trial.refusal()
    #expect(float.contains("(Conv, opset 13): its result (conv2d) stays in float"), "\(float)")
    let softmax = network(seed: 37, to: (1 / 256, -128)) { net in
      net.trial.writer.node("Softmax", ["b"], ["p"], [("axis", .int(1))])
      net.trial.writer.node("Mul", ["p", "b"], ["m"])
    }.net.trial.refusal()
    #expect(softmax.contains("it takes several layers"), "\(softmax)")
  }
}
