import FloatRuntime
import Importing
import ModelFiles
import Models
import Numerics
import ONNXFiles
import TestSupport
import Testing

/// A picture as ONNX has it, channels first, and ONNX's operators on it as plain loops: what imported networks are held
/// against, by code that shares nothing with them.
struct Planes {
  var channels: Int
  var height: Int
  var width: Int
  var values: [Float]

  init(_ channels: Int, _ height: Int, _ width: Int, _ value: (_ c: Int, _ y: Int, _ x: Int) -> Float) {
    (self.channels, self.height, self.width) = (channels, height, width)
    values = []
    for c in 0..<channels { for y in 0..<height { for x in 0..<width { values.append(value(c, y, x)) } } }
  }

  /// The element, 0 outside.
  subscript(_ c: Int, _ y: Int, _ x: Int) -> Float {
    (0..<height).contains(y) && (0..<width).contains(x) ? values[(c * height + y) * width + x] : 0
  }

  func contains(_ y: Int, _ x: Int) -> Bool { (0..<height).contains(y) && (0..<width).contains(x) }

  func map(_ change: (Float) -> Float) -> Planes { Planes(channels, height, width) { change(self[$0, $1, $2]) } }

  /// Weights `[outputs][channels / groups][kernel][kernel]`; pads top, left, bottom, right.
  func conv(
    _ weights: [Float], outputs: Int, kernel: (Int, Int), bias: [Float]? = nil, stride: Int = 1,
    pads: [Int] = [0, 0, 0, 0], dilation: Int = 1, groups: Int = 1
  ) -> Planes {
    let perGroup = channels / groups
    let rows = (height + pads[0] + pads[2] - (kernel.0 - 1) * dilation - 1) / stride + 1
    let columns = (width + pads[1] + pads[3] - (kernel.1 - 1) * dilation - 1) / stride + 1
    return Planes(outputs, rows, columns) { o, y, x in
      var sum = Double(bias?[o] ?? 0)
      for i in 0..<perGroup {
        for ky in 0..<kernel.0 {
          for kx in 0..<kernel.1 {
            let weight = weights[((o * perGroup + i) * kernel.0 + ky) * kernel.1 + kx]
            let c = o / (outputs / groups) * perGroup + i
            let value = self[c, y * stride + ky * dilation - pads[0], x * stride + kx * dilation - pads[1]]
            sum += Double(weight) * Double(value)
          }
        }
      }
      return Float(sum)
    }
  }

  /// The windows' elements inside the picture, each put together by `join`.
  func pool(
    _ kernel: (Int, Int), stride: Int, pads: [Int], rows: Int, columns: Int, _ join: ([Float]) -> Float
  ) -> Planes {
    Planes(channels, rows, columns) { c, y, x in
      var inside: [Float] = []
      for ky in 0..<kernel.0 {
        for kx in 0..<kernel.1 {
          let (row, column) = (y * stride + ky - pads[0], x * stride + kx - pads[1])
          if contains(row, column) { inside.append(self[c, row, column]) }
        }
      }
      return join(inside)
    }
  }

  /// Sums of the rows of a matrix `[outputs][channels * height * width]`, plus a bias.
  func dense(_ matrix: [Float], outputs: Int, bias: [Float]? = nil) -> [Float] {
    (0..<outputs).map { o in
      var sum = Double(bias?[o] ?? 0)
      for (i, value) in values.enumerated() { sum += Double(matrix[o * values.count + i]) * Double(value) }
      return Float(sum)
    }
  }
}

/// A network under construction in a test, and its input.
struct Trial {
  var writer = ONNXWriter()
  var options = ImportOptions()
  var random: CounterRandom
  let channels: Int
  let height: Int
  let width: Int
  let pixels: [UInt8]

  init(channels: Int = 3, height: Int = 9, width: Int = 7, seed: UInt64) {
    (self.channels, self.height, self.width) = (channels, height, width)
    random = CounterRandom(seed: seed)
    pixels = randomPixels([height, width, channels], seed: seed)
    writer.input("x", [1, channels, height, width])
  }

  /// The pixels as numbers from 0 to 1, channels first.
  var input: Planes { planes { $1 / 255 } }

  /// The pixels as a convention makes numbers of them.
  func planes(_ number: (_ channel: Int, _ pixel: Float) -> Float) -> Planes {
    Planes(channels, height, width) { c, y, x in number(c, Float(pixels[(y * width + x) * channels + c])) }
  }

  /// Adds random weights; their numbers.
  mutating func weights(_ name: String, _ shape: [Int], _ low: Float = -1, _ high: Float = 1) -> [Float] {
    let numbers = random.floats(shape.reduce(1, *), low, high)
    writer.weights(name, shape, numbers)
    return numbers
  }

  /// The model.
  func imported(_ outputs: [String] = ["y"]) throws -> ImportedModel {
    var writer = writer
    for output in outputs { writer.output(output) }
    let folder = try TemporaryFolder()
    return try ImportedModel(ONNXModel(path: try folder.write(writer.bytes, as: "net.onnx")), options: options)
  }

  /// The import's refusal.
  func refusal(_ outputs: [String] = ["y"]) -> String {
    do {
      _ = try imported(outputs)
      return ""
    } catch { return "\(error)" }
  }

  /// Each output's numbers, channels first.
  func results(_ imported: ImportedModel) throws -> [[Float]] {
    var rest = try FloatInterpreter(imported.model).run(pixels: pixels)[...]
    return imported.outputs.map { output in
      let count = output.own.reduce(1, *)
      let numbers = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      guard output.own.count == 3 else { return numbers }
      let (h, w, c) = (output.own[0], output.own[1], output.own[2])
      return Planes(c, h, w) { numbers[($1 * w + $2) * c + $0] }.values
    }
  }

  /// Holds the only output against numbers that were computed otherwise; the model.
  @discardableResult
  func expect(_ expected: [Float], place: SourceLocation = #_sourceLocation) throws -> ImportedModel {
    let imported = try imported()
    let found = try results(imported)[0]
    try #require(found.count == expected.count, sourceLocation: place)
    let largest = expected.map { abs($0) }.max() ?? 0
    let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(difference <= 2e-5 * max(1, largest), "off by \(difference) of \(largest)", sourceLocation: place)
    return imported
  }
}
