import Evaluation
import Numerics
import TestSupport
import Testing

/// The fast way to codes and back, against the plain one.
@Suite struct MoveToCodesTests {
  @Test(arguments: [-128, -77, 0, 127])
  func itIsWhatQuantizingSays(zeroPoint: Int) {
    var random = CounterRandom(seed: 77)
    for scale: Float in [1 / 255, 0.037, 13] {
      let parameters = QuantizationParameters(scale: scale, zeroPoint: Int8(zeroPoint))
      // Ties, ends and far beyond them among them.
      var reals = (-600...600).map { Float($0) / 2 * scale } + [0, 1e9, -1e9]
      reals += random.floats(2000, -300 * scale, 300 * scale)
      let wanted = reals.map { parameters.dequantize(parameters.quantize($0)) }
      reals.withUnsafeMutableBufferPointer { parameters.moveToCodes($0) }
      #expect(reals == wanted)
      #expect(parameters.ends == parameters.dequantize(-128)...parameters.dequantize(127))
    }
  }
}
