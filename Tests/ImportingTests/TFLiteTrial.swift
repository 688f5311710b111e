import FloatRuntime
import Importing
import ModelFiles
import Models
import Numerics
import TFLiteFiles
import TestSupport
import Testing

/// A network of TensorFlow Lite's under construction in a test, and its input: channels last, as it has them.
struct TFLiteTrial {
  var writer = TFLiteWriter()
  var options = ImportOptions()
  /// What `Planes` and random numbers need of a trial.
  var plain: Trial
  let x: Int

  init(channels: Int = 3, height: Int = 9, width: Int = 7, seed: UInt64) {
    plain = Trial(channels: channels, height: height, width: width, seed: seed)
    x = writer.tensor("x", [1, height, width, channels])
    writer.inputs = [x]
  }

  var input: Planes { plain.input }

  /// Adds weights whose numbers are `[outputs, inputs, height, width]`, in the order that TensorFlow Lite keeps.
  mutating func filters(_ shape: [Int], depthwise: Bool = false) -> (tensor: Int, numbers: [Float]) {
    let numbers = plain.random.floats(shape.reduce(1, *), -1, 1)
    let tensor = writer.weights(
      "w", depthwise ? [1, shape[2], shape[3], shape[0]] : [shape[0], shape[2], shape[3], shape[1]],
      Self.turned(numbers, shape, depthwise: depthwise))
    return (tensor, numbers)
  }

  /// `[outputs, inputs, height, width]` as `[outputs, height, width, inputs]`, or of depthwise weights as `[1, height,
  /// width, outputs]`.
  static func turned<Number>(_ numbers: [Number], _ shape: [Int], depthwise: Bool = false) -> [Number] {
    let (o, i, h, w) = (shape[0], shape[1], shape[2], shape[3])
    func number(_ a: Int, _ b: Int, _ y: Int, _ x: Int) -> Number { numbers[((a * i + b) * h + y) * w + x] }
    var result: [Number] = []
    if depthwise {
      for y in 0..<h { for x in 0..<w { for a in 0..<o { result.append(number(a, 0, y, x)) } } }
    } else {
      for a in 0..<o { for y in 0..<h { for x in 0..<w { for b in 0..<i { result.append(number(a, b, y, x)) } } } }
    }
    return result
  }

  func imported(_ outputs: [Int]) throws -> ImportedModel {
    var writer = writer
    writer.outputs = outputs
    let folder = try TemporaryFolder()
    return try ImportedModel(TFLiteModel(path: try folder.write(writer.bytes, as: "net.tflite")), options: options)
  }

  func refusal(_ outputs: [Int]) -> String {
    do {
      _ = try imported(outputs)
      return ""
    } catch { return "\(error)" }
  }

  /// Holds the only output against numbers that were computed otherwise, channels first.
  @discardableResult
  func expect(_ output: Int, _ expected: [Float], place: SourceLocation = #_sourceLocation) throws -> ImportedModel {
    let imported = try imported([output])
    let found = try plain.results(imported)[0]
    try #require(found.count == expected.count, sourceLocation: place)
    let largest = expected.map { abs($0) }.max() ?? 0
    let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(difference <= 2e-5 * max(1, largest), "off by \(difference) of \(largest)", sourceLocation: place)
    return imported
  }

  /// Options of a convolution: padding 0 is SAME, 1 VALID.
  static func convolution(padding: Int, stride: Int = 1, activation: Int = 0) -> (Int, FlatTable) {
    (1, FlatTable([0: .byte(padding), 1: .whole(stride), 2: .whole(stride), 3: .byte(activation)]))
  }
}
