import Importing
import Models
import Numerics
import TestSupport
import Testing

/// Networks whose activations have 16 bits, as ONNX Runtime's quantizer writes them with QInt16 or QUInt16.
@Suite struct SixteenBitTests {
  /// Two convolutions of 1x1 with ReLU between them, codes of 16 bits throughout.
  private struct Net {
    var coded: CodedTrial
    let isUnsigned: Bool
    let first: (weights: [Int], scales: [Float], bias: [Int])
    let second: (weights: [Int], scales: [Float], bias: [Int])
    let scales: [Float]

    init(seed: UInt64, isUnsigned: Bool, channels: Int, zero: Int? = nil) {
      coded = CodedTrial(seed: seed, isUnsigned: isUnsigned)
      self.isUnsigned = isUnsigned
      let most: Float = 32_767
      scales = [1 / most, 9 / most, 2 * Float(channels) / most]
      first = coded.layer("one", inputs: 3, outputs: channels, input: scales[0])
      second = coded.layer("two", inputs: channels, outputs: 4, input: scales[1])
      pair("x", to: "a", scales[0], zero)
      coded.trial.writer.node("Conv", ["a", "one.w", "one.b"], ["c"], name: "one")
      coded.trial.writer.node("Relu", ["c"], ["r"])
      pair("r", to: "b", scales[1], zero)
      coded.trial.writer.node("Conv", ["b", "two.w", "two.b"], ["d"], name: "two")
      pair("d", to: "y", scales[2], zero)
    }

    private mutating func pair(_ from: String, to: String, _ scale: Float, _ zero: Int?) {
      let bits = UInt16(zero ?? (isUnsigned ? 32_768 : 0)).littleEndian
      coded.trial.writer.weights(to + ".s", [], [scale])
      coded.trial.writer.initializer(
        ONNXWriter.tensor(to + ".z", [], type: isUnsigned ? 4 : 5, raw: withUnsafeBytes(of: bits) { Array($0) }))
      coded.trial.writer.node("QuantizeLinear", [from, to + ".s", to + ".z"], [to + ".q"])
      coded.trial.writer.node("DequantizeLinear", [to + ".q", to + ".s", to + ".z"], [to])
    }

    /// What the nodes say, in double precision.
    func expected() -> [Double] {
      func quantized(_ real: Double, _ scale: Float) -> Double {
        max(-32_768, min(32_767, (real / Double(scale)).rounded(.toNearestOrEven))) * Double(scale)
      }
      var planes = coded.trial.planes { $1 / 255 }.values.map { quantized(Double($0), scales[0]) }
      var channels = 3
      for (layer, input, output) in [(first, 0, 1), (second, 1, 2)] {
        let pixels = planes.count / channels
        var result: [Double] = []
        for o in layer.scales.indices {
          for pixel in 0..<pixels {
            var sum = Double(layer.bias[o]) * Double(scales[input] * layer.scales[o])
            for c in 0..<channels {
              sum += Double(layer.weights[o * channels + c]) * Double(layer.scales[o]) * planes[c * pixels + pixel]
            }
            result.append(quantized(output == 1 ? max(0, sum) : sum, scales[output]))
          }
        }
        (planes, channels) = (result, layer.scales.count)
      }
      return planes
    }
  }

  @Test(arguments: [false, true])
  func activations(_ isUnsigned: Bool) throws {
    let net = Net(seed: 1, isUnsigned: isUnsigned, channels: 5)
    let (imported, numbers) = try net.coded.results()
    let model = try #require(imported.quantized)
    #expect(model.quantization.filter(\.isSixteenBits).allSatisfy { $0.largest == 32_767 })
    #expect(model.sixteenBitValues.count >= 3)
    #expect(imported.notes.contains { $0.contains("16 bits") }, "\(imported.notes)")
    let expected = net.expected()
    let worst = zip(numbers[0], expected).map { abs(Double($0) - $1) / Double(net.scales[2]) }.max()!
    // A neighbour here and there, of which some sums are made; 8 bits would be off by a hundred and more.
    #expect(worst < 8 && numbers[0].count == expected.count, "\(worst) steps")
  }

  /// 1,300 weights a channel leave sums no room for 16 whole bits: codes get fewer, and results stay as near.
  @Test func wideLayers() throws {
    let net = Net(seed: 2, isUnsigned: false, channels: 1_300)
    let (imported, numbers) = try net.coded.results()
    let model = try #require(imported.quantized)
    #expect(model.quantization.contains { $0.isSixteenBits && $0.largest < 32_767 && $0.largest > 8_000 })
    #expect(imported.notes.contains { $0.contains("so that sums stay in 32 bits") }, "\(imported.notes)")
    let worst = zip(numbers[0], net.expected()).map { abs(Double($0) - $1) / Double(net.scales[2]) }.max()!
    #expect(worst < 4, "\(worst) steps")
  }

  @Test func asymmetricCodesAreRefused() throws {
    let net = Net(seed: 3, isUnsigned: true, channels: 5, zero: 1_000)
    let error = caught(ImportError.self) { try net.coded.results() }
    #expect(error?.description.contains("codes of 16 bits around 1000") == true, "\(error?.description ?? "imported")")
  }
}
