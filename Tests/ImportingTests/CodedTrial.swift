import Importing
import ModelFiles
import Models
import Numerics
import ONNXFiles
import Runtime
import TestSupport
import Testing

/// Codes with scale and zero point, channels first, and what ONNX's operators make of them as plain loops.
struct Coded: Equatable {
  var planes: [Int]
  var channels: Int
  var scale: Float
  /// Of int8 codes.
  var zero: Int

  /// Each code once rounded from a real number and clamped: QuantizeLinear.
  static func codes(_ reals: [Float], _ scale: Float, _ zero: Int) -> [Int] {
    reals.map { max(-128, min(127, Int(($0 / scale).rounded(.toNearestOrEven)) + zero)) }
  }

  /// DequantizeLinear.
  var reals: [Float] { planes.map { Float($0 - zero) * scale } }

  /// A convolution of 1x1 with weights `[outputs][channels]`, by exact sums and one rounding.
  func pointwise(
    _ weights: [Int], _ scales: [Float], _ bias: [Int], _ scale: Float, _ zero: Int, low: Int = -128
  ) -> Coded {
    let pixels = planes.count / channels
    var result: [Int] = []
    for output in scales.indices {
      for pixel in 0..<pixels {
        var sum = bias[output]
        for c in 0..<channels { sum += weights[output * channels + c] * (planes[c * pixels + pixel] - self.zero) }
        let steps = (Float(sum) * ((self.scale * scales[output]) / scale)).rounded(.toNearestOrEven)
        result.append(max(low, min(127, Int(steps) + zero)))
      }
    }
    return Coded(planes: result, channels: scales.count, scale: scale, zero: zero)
  }
}

/// A network of codes under construction in a test.
struct CodedTrial {
  var trial: Trial
  let isUnsigned: Bool

  init(seed: UInt64, isUnsigned: Bool, channels: Int = 3) {
    trial = Trial(channels: channels, seed: seed)
    self.isUnsigned = isUnsigned
  }

  private var offset: Int { isUnsigned ? 128 : 0 }
  private var type: Int { isUnsigned ? 2 : 3 }

  /// Adds codes of 8 bits, int8 unless told otherwise.
  mutating func bytes(_ name: String, _ shape: [Int], _ codes: [Int], type: Int = 3) {
    trial.writer.initializer(
      ONNXWriter.tensor(name, shape, type: type, raw: codes.map { UInt8(truncatingIfNeeded: $0) }))
  }

  mutating func wholes(_ name: String, _ numbers: [Int]) {
    let raw = numbers.flatMap { withUnsafeBytes(of: Int32($0).littleEndian) { Array($0) } }
    trial.writer.initializer(ONNXWriter.tensor(name, [numbers.count], type: 6, raw: raw))
  }

  /// Adds `name.s` and `name.z`.
  mutating func scale(_ name: String, _ scale: Float, _ zero: Int) {
    trial.writer.weights(name + ".s", [], [scale])
    bytes(name + ".z", [], [zero + offset], type: type)
  }

  /// Adds `to.q` and `to`, quantized and dequantized.
  mutating func pair(_ from: String, to: String, _ scale: Float, _ zero: Int) {
    self.scale(to, scale, zero)
    trial.writer.node("QuantizeLinear", [from, to + ".s", to + ".z"], [to + ".q"])
    trial.writer.node("DequantizeLinear", [to + ".q", to + ".s", to + ".z"], [to])
  }

  /// Draws and adds weights of a convolution of 1x1, dequantized as `name.w` and `name.b`.
  mutating func layer(
    _ name: String, inputs: Int, outputs: Int, input: Float
  ) -> (weights: [Int], scales: [Float], bias: [Int]) {
    let weights = (0..<inputs * outputs).map { _ in trial.random.below(255) - 127 }
    let scales = (0..<outputs).map { _ in trial.random.uniform(0.001, 0.02) }
    let bias = (0..<outputs).map { _ in trial.random.below(4001) - 2000 }
    bytes(name + ".wq", [outputs, inputs, 1, 1], weights)
    trial.writer.weights(name + ".ws", [outputs], scales)
    bytes(name + ".wz", [outputs], [Int](repeating: 0, count: outputs))
    wholes(name + ".bq", bias)
    trial.writer.weights(name + ".bs", [outputs], scales.map { input * $0 })
    trial.writer.node(
      "DequantizeLinear", [name + ".wq", name + ".ws", name + ".wz"], [name + ".w"], [("axis", .int(0))])
    trial.writer.node("DequantizeLinear", [name + ".bq", name + ".bs"], [name + ".b"], [("axis", .int(0))])
    return (weights, scales, bias)
  }

  /// The pixels' codes under a scale, by a convention.
  func input(_ scale: Float, _ zero: Int, _ number: (_ channel: Int, _ pixel: Float) -> Float) -> Coded {
    Coded(
      planes: Coded.codes(trial.planes(number).values, scale, zero), channels: trial.channels, scale: scale, zero: zero)
  }

  /// What the imported int8 model gives, channels first.
  func results(_ outputs: [String] = ["y"]) throws -> (imported: ImportedModel, numbers: [[Float]]) {
    let imported = try trial.imported(outputs)
    let model = try #require(imported.quantized)
    // What is written is read again: the loader's checks hold.
    let folder = try TemporaryFolder()
    try model.write(to: folder.path("m.safetensors"))
    let again = try QuantizedModel.load(folder.path("m.safetensors"))
    var rest = try Interpreter(again).invoke(trial.pixels)[...]
    let numbers = imported.outputs.map { output -> [Float] in
      let count = output.own.reduce(1, *)
      let numbers = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      guard output.own.count == 3 else { return numbers }
      let (h, w, c) = (output.own[0], output.own[1], output.own[2])
      return Planes(c, h, w) { numbers[($1 * w + $2) * c + $0] }.values
    }
    return (imported, numbers)
  }
}
