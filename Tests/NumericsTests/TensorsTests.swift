import Numerics
import Testing

@Suite struct ShapeTests {
  @Test func countsAndDescribes() {
    let shape: Shape = [30, 30, 16]
    #expect(shape.count == 14_400)
    #expect(shape.description == "30x30x16")
    #expect(Shape([]).count == 1)
  }

  @Test func refusesWhatOverflows() {
    #expect(Shape(checking: [Int.max, 2]) == nil)
    #expect(Shape(checking: [3, -1]) == nil)
    #expect(Shape(checking: [0, 7])?.count == 0)
  }
}

@Suite struct QuantizationParametersTests {
  @Test func pixelsAreExact() {
    for pixel in 0...255 {
      let code = QuantizationParameters.pixel.quantize(Float(pixel) / 255)
      #expect(Int(code) == pixel - 128)
    }
  }

  @Test func zeroIsExact() {
    for (low, high) in [(-1, 3), (0.5, 2), (-7, -2), (0, 0), (-1e-30, 1e-30)] as [(Float, Float)] {
      let parameters = QuantizationParameters(covering: low, high)
      #expect(parameters.dequantize(Int16(parameters.zeroPoint)) == 0)
      #expect(parameters.quantize(0) == parameters.zeroPoint)
      let words = QuantizationParameters(sixteenBitsCovering: low, high, largest: 20_000)
      #expect(words.quantize(0) == 0 && words.dequantize(0) == 0)
    }
  }

  /// 16 bits lie around 0, end on both sides at the largest code, and take what lies beyond to it.
  @Test func sixteenBits() {
    let parameters = QuantizationParameters(sixteenBitsCovering: -1, 8, largest: 16_000)
    #expect(parameters.scale == 0.0005 && parameters.codes == -16_000...16_000 && parameters.isSixteenBits)
    #expect(parameters.quantize(8) == 16_000 && parameters.quantize(9) == 16_000)
    #expect(parameters.quantize(-8) == -16_000 && parameters.quantize(-.infinity) == -16_000)
    #expect(parameters.quantize(0.00125) == 2 && parameters.quantize(0.00175) == 4)
    #expect(!QuantizationParameters.pixel.isSixteenBits && QuantizationParameters.pixel.codes == -128...127)
  }
}

@Suite struct RequantizeTests {
  @Test func roundsHalfToEven() {
    #expect(requantize(1, multiplier: 0.5, zeroPoint: 0) == 0)
    #expect(requantize(3, multiplier: 0.5, zeroPoint: 0) == 2)
    #expect(requantize(-1, multiplier: 0.5, zeroPoint: 0) == 0)
    #expect(requantize(-3, multiplier: 0.5, zeroPoint: 5) == 3)
  }

  @Test func clampsWhateverComes() {
    #expect(requantize(.max, multiplier: 1e30, zeroPoint: -128) == 127)
    #expect(requantize(.min, multiplier: 1e30, zeroPoint: 127) == -128)
    #expect(requantize(-500, multiplier: 1, zeroPoint: -10, clamp: -10...127) == -10)
    let codes: ClosedRange<Int16> = -30_000...30_000
    #expect(requantize(sum: Int64.max, multiplier: 1e30, zeroPoint: 0, clamp: codes) == 30_000)
    #expect(requantize(sum: Int64.min, multiplier: 1e30, zeroPoint: 0, clamp: codes) == -30_000)
    #expect(requantize(sum: Int64(59_999), multiplier: 0.5, zeroPoint: 0, clamp: codes) == 30_000)
    #expect(requantize(sum: Int64(40_001), multiplier: 0.5, zeroPoint: 0, clamp: codes) == 20_000)
  }
}

@Suite struct CounterRandomTests {
  @Test func streamsDiffer() {
    var first = CounterRandom(seed: 1, stream: 0)
    var second = CounterRandom(seed: 1, stream: 1)
    var again = CounterRandom(seed: 1, stream: 0)
    #expect(first.next() != second.next())
    _ = again.next()
    #expect(first.next() == again.next())
  }

  @Test func staysInRange() {
    var random = CounterRandom(seed: 7)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<10_000 { counts[random.below(10)] += 1 }
    #expect(counts.allSatisfy { (800...1200).contains($0) })
    let units = (0..<10_000).map { _ in random.unit() }
    #expect(units.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(units.reduce(0, +) / 10_000 - 0.5) < 0.02)
  }
}
