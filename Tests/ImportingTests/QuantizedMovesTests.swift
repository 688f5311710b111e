import Importing
import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// What lies between two layers of codes: means, functions and moves that the file gives no scale of its own.
@Suite struct QuantizedMovesTests {
  private static let unit: Float = 1 / 255

  /// Pixels as codes, and their means of windows, where the exact sums say it alone.
  private func averages(_ side: Int, stride: Int, _ scale: Float, pads: Int = 0) -> CodedTrial {
    var net = CodedTrial(seed: 21, isUnsigned: true)
    net.pair("x", to: "a", Self.unit, -128)
    net.trial.writer.node(
      "AveragePool", ["a"], ["m"],
      [
        ("kernel_shape", .ints([side, side])), ("strides", .ints([stride, stride])),
        ("pads", .ints([pads, pads, pads, pads])),
      ], name: "mean")
    net.pair("m", to: "y", scale, -128)
    return net
  }

  @Test func meansThatNoOrderChanges() throws {
    let net = averages(3, stride: 2, Self.unit)
    let means = net.input(Self.unit, -128) { $1 / 255 }
    let expected = Planes(3, 9, 7) { c, y, x in Float(means.planes[(c * 9 + y) * 7 + x] + 128) }
      .pool((3, 3), stride: 2, pads: [0, 0, 0, 0], rows: 4, columns: 3) {
        ($0.reduce(0, +) / 9).rounded(.toNearestOrEven) * Self.unit
      }
    let result = try net.results()
    #expect(result.numbers == [expected.values])
    #expect(result.imported.notes == [])
  }

  /// Four codes have means in the middle between two codes; so have two or four at a border.
  @Test func meansThatAnOrderDecides() {
    for net in [averages(2, stride: 2, Self.unit), averages(3, stride: 2, Self.unit, pads: 1)] {
      let refusal = net.trial.refusal()
      #expect(refusal.contains("'mean' (AveragePool, opset 13): its means of "), "\(refusal)")
      #expect(refusal.contains("may lie between two codes"), "\(refusal)")
    }
  }

  /// Squeeze and excitation: a sigmoid whose codes gate channels.
  @Test func gates() throws {
    var net = CodedTrial(seed: 22, isUnsigned: false)
    net.pair("x", to: "a", Self.unit, -128)
    net.trial.writer.node("GlobalAveragePool", ["a"], ["g"])
    net.pair("g", to: "b", 0.0035, -120)
    net.trial.writer.node("Sigmoid", ["b"], ["s"])
    net.pair("s", to: "t", 1 / 256, -128)
    net.trial.writer.node("Mul", ["a", "t"], ["m"])
    net.pair("m", to: "y", 0.003, -128)
    let pixels = net.input(Self.unit, -128) { $1 / 255 }
    var expected: [Float] = []
    for c in 0..<3 {
      let codes = pixels.planes[c * 63..<(c + 1) * 63].map { Float($0 + 128) }
      let mean = Coded.codes([codes.reduce(0, +) * Self.unit / 63], 0.0035, -120)[0]
      let gate = Coded.codes([1 / (1 + Elementary.exp(-Float(mean + 120) * 0.0035))], 1 / 256, -128)[0]
      expected += Coded.codes(codes.map { $0 * Self.unit * Float(gate + 128) / 256 }, 0.003, -128).map {
        Float($0 + 128) * 0.003
      }
    }
    let numbers = try net.results().numbers[0]
    #expect(numbers.count == expected.count)
    // One code, where a mean or a product lies near a tie.
    #expect(zip(numbers, expected).allSatisfy { abs($0 - $1) < 0.0031 })
    #expect(zip(numbers, expected).count { abs($0 - $1) > 1e-6 } < 4)
  }

  /// Rows and columns that are mirrored are joined pieces, whose codes stay.
  @Test func mirroredEdges() throws {
    var net = CodedTrial(seed: 23, isUnsigned: true)
    net.pair("x", to: "a", Self.unit, -128)
    net.trial.writer.integers("p", [0, 0, 1, 2, 0, 0, 1, 0])
    net.trial.writer.node("Pad", ["a", "p"], ["b"], [("mode", .text("reflect"))])
    net.pair("b", to: "y", Self.unit, -128)
    let input = net.trial.input
    let expected = Planes(3, 11, 9) { c, y, x in
      let (row, column) = (abs(y - 1), abs(x - 2))
      return input[c, row > 8 ? 16 - row : row, column]
    }
    let numbers = try net.results().numbers[0]
    #expect(zip(numbers, expected.values).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  /// A first layer in float is named, and so is the last one.
  @Test func floatAtTheBeginning() {
    var net = CodedTrial(seed: 24, isUnsigned: false)
    _ = net.trial.weights("w", [4, 3, 1, 1])
    net.trial.writer.node("Conv", ["x", "w"], ["c"], name: "first")
    net.pair("c", to: "a", 0.02, 0)
    let layer = net.layer("two", inputs: 4, outputs: 2, input: 0.02)
    #expect(layer.scales.count == 2)
    net.trial.writer.node("Conv", ["a", "two.w", "two.b"], ["d"], name: "second")
    net.pair("d", to: "e", 0.02, 0)
    _ = net.trial.weights("v", [2, 2, 1, 1])
    net.trial.writer.node("Conv", ["e", "v"], ["y"], name: "last")
    let refusal = net.trial.refusal()
    #expect(refusal.contains("'first' (Conv, opset 13)"), "\(refusal)")
    #expect(refusal.contains("'last' (Conv, opset 13): its weights are float"), "\(refusal)")
    #expect(!refusal.contains("'second'"), "\(refusal)")
  }

  /// TensorFlow Lite's difference of two values, whose second is turned around: within one code of the exact one.
  @Test func differences() throws {
    var trial = TFLiteTrial(seed: 25)
    func codes(_ name: String, _ scale: Float, _ zero: Int) -> Int {
      trial.writer.tensor(name, [1, 9, 7, 3], type: 9, scales: [scale], zeroPoints: [zero])
    }
    let (a, b) = (codes("a", Self.unit, -128), codes("b", Self.unit / 2, -128))
    let (d, y) = (codes("d", 0.004, 3), trial.writer.tensor("y", [1, 9, 7, 3]))
    trial.writer.node(114, [trial.x], a)
    trial.writer.node(114, [a], b)
    trial.writer.node(41, [a, b], d, options: (28, FlatTable([0: .byte(0)])))
    trial.writer.node(6, [d], y)
    let model = try #require(try trial.imported([y]).quantized)
    let numbers = try Interpreter(model).invoke(trial.plain.pixels)
    // Of pixels above 127, the second value is its largest code.
    let expected = trial.plain.pixels.map { Float($0) - min(Float($0), 127.5) }.map { $0 / 255 }
    #expect(zip(numbers, expected).allSatisfy { abs($0 - $1) <= 0.0061 })
    #expect(Set(numbers).count > 60)
  }

  /// An operator that cannot be read is named itself, where others read its codes.
  @Test func refusedAmongCodes() throws {
    var trial = TFLiteTrial(seed: 27)
    func codes(_ name: String) -> Int {
      trial.writer.tensor(name, [1, 9, 7, 3], type: 9, scales: [0.01], zeroPoints: [-128])
    }
    let (a, b, c) = (codes("a"), codes("b"), codes("c"))
    let y = trial.writer.tensor("y", [1, 9, 7, 3])
    trial.writer.node(114, [trial.x], a)
    trial.writer.node(32, [a], b, custom: "Mine")
    trial.writer.node(0, [a, b], c, options: (11, FlatTable([0: .byte(0)])))
    trial.writer.node(6, [c], y)
    let refusal = trial.refusal([y])
    #expect(refusal.contains("node 1 'b' (Mine, version 1): a custom operator"), "\(refusal)")
    #expect(refusal.contains("1 of 4 nodes") && !refusal.contains("nothing before it makes"), "\(refusal)")
  }

  /// The codes that a file takes tell how pixels become them.
  @Test(
    arguments: [
      (1, -128, 9, "0..255"), (1 / 255, -128, 9, "0..1"), (2 / 255, 0, 9, "-1..1"), (1, 0, 3, "0..255"),
      (2 / 255, 128, 3, "-1..1"), (0.5, 0, 9, "0..1"),
    ] as [(Float, Int, Int, String)])
  func rangesOfCodes(_ scale: Float, _ zero: Int, _ type: Int, _ range: String) throws {
    var trial = TFLiteTrial(seed: 26)
    let x = trial.writer.tensor("codes", [1, 9, 7, 3], type: type, scales: [scale], zeroPoints: [zero])
    let y = trial.writer.tensor("y", [1, 9, 7, 3], type: type, scales: [scale], zeroPoints: [zero])
    let window = FlatTable([0: .byte(1), 1: .whole(1), 2: .whole(1), 3: .whole(1), 4: .whole(1)])
    trial.writer.node(17, [x], y, options: (5, window))
    trial.writer.inputs = [x]
    let imported = try trial.imported([y])
    #expect(imported.convention == "rgb, " + range)
    let interface = try #require(imported.model.description.interface)
    #expect(interface.codes == .init(scale: scale, zeroPoint: zero, isUnsigned: type == 3))
    #expect(interface.input.dimensions == [1, 9, 7, 3] && !interface.input.isChannelsFirst)
  }
}
