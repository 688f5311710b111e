import Numerics
import Quantization
import TestSupport
import Testing

@Suite struct RangeTests {
  private func histogram(_ values: [Float]) -> Histogram {
    var result = Histogram()
    _ = values.withUnsafeBufferPointer { result.add($0) }
    return result
  }

  /// Images that end at 0 and 10, then one at -4 and 30, then two more of the first: `a += 0.05 (x - a)` three times.
  @Test func movingAverageByHand() {
    let common = CalibrationRecord.Extremes(low: 0, high: 10)
    let (low, high) = MovingAverage.range([common, .init(low: -4, high: 30), common, common])
    let share: Float = 0.05 * 0.95 * 0.95
    #expect(abs(low + 4 * share) < 1e-5)
    #expect(abs(high - 10 - 20 * share) < 1e-5)
    let none = MovingAverage.range([])
    #expect(none.low == 0 && none.high == 0)
  }

  /// n values spread evenly over 0...1 and m at 10. Clipping at h (between 1 and 10) costs m (10 - h)^2, rounding
  /// (n + m) (h / 255)^2 / 12; the derivative is 0 at h = 10 m / (m + n / (12 * 255^2)) when m is small beside n.
  @Test(arguments: [(1_560_600, 1), (390_150, 2), (7_803, 1)])
  func squaredErrorWeighsClippingAgainstRounding(many: Int, few: Int) {
    let values = (0..<many).map { 0.01 + 0.99 * Float($0) / Float(many) } + [Float](repeating: 10, count: few)
    let (low, high) = SquaredErrorRange.range(histogram(values))
    let rounding = Float(many) / 780_300
    let wanted = 10 * Float(few) / (Float(few) + rounding)
    #expect(low == 0)
    // Steps of a hundredth of the largest, and bins of 1/128.
    #expect(abs(high - wanted) <= 0.15, "\(high) for \(wanted)")
  }

  /// Two sides are chosen apart: an outlier above does not narrow what lies below.
  @Test func squaredErrorTakesEachSideAlone() {
    let values = (0..<1_000_000).map { -1 + Float($0) * 1e-6 } + [50]
    let (low, high) = SquaredErrorRange.range(histogram(values))
    #expect(low <= -0.98)
    #expect(high < 30)
  }

  /// An even distribution loses the more the more is clipped; a few far outliers cost less than coarse steps.
  @Test func entropyKeepsWhatIsEvenAndClipsWhatIsFar() {
    let even = (0..<100_000).map { Float($0) / 1_000 }
    let whole = EntropyRange.range(histogram(even))
    #expect(whole.high > 95)
    var random = CounterRandom(seed: 5)
    // A sum of squares falls off steeply, then 20 outliers ten times as far away as nearly all others.
    let gaussian = (0..<200_000).map { _ in
      let (a, b, c) = (random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1))
      return abs(a + b + c) / 3 * random.unit()
    }
    let (_, high) = EntropyRange.range(histogram(gaussian + [Float](repeating: 8, count: 20)))
    #expect(high < 3, "\(high)")
    #expect(high > 0.5, "\(high)")
  }

  /// A bin of three values, one of one value, again and again over bins 2 to 249 on one side of 0, and `far` values in
  /// the last of its 2,048. With the nearest end that is tried, bin 263, hardly any code covers two bins, and only
  /// clipping loses: the far values stand in the last bin, which is empty but for the half value that is put there, and
  /// cost `far / n ln(2 far (n - far) / n)`, 0.02 for 5. With all of the range every code covers eight bins, takes
  /// threes and ones for twos, and loses `(3 ln(3/2) + ln(1/2)) / 4 = 0.13`. 200 far values would cost 1.6.
  @Test(arguments: [(5, Float(263)), (200, 2_047.5)])
  func entropyWeighsClippingAgainstMixing(far: Int, end: Float) {
    var values: [Float] = []
    for bin in 2..<250 { values += [Float](repeating: Float(bin) + 0.5, count: bin % 2 == 0 ? 3 : 1) }
    values += [Float](repeating: 2_047.5, count: far)
    let seen = histogram(values)
    #expect(seen.binWidth == 1 && Histogram.bins == 4_096)
    #expect(EntropyRange.range(seen).high == end)
  }

  /// With 256 codes or more than there are bins nothing is lost, and so nothing is clipped.
  @Test func entropyOfFewDistinctValuesClipsNothing() {
    let values = (1...100).flatMap { [Float](repeating: Float($0) / 100, count: $0) }
    let (_, high) = EntropyRange.range(histogram(values))
    #expect(high == 1)
  }

  @Test func everyMethodIsSoundOnNothingAndOnOutliers() {
    let methods: [RangeMethod] = [.minMax, .movingAverage, .defaultPercentile, .entropy, .squaredError]
    let sets: [[Float]] = [
      [], [0], [0, 0, 0], [1e-30, 2e-30], [-5, -5], [1e37, 1, 2, 3], [-1e37, 1e37], [Float](repeating: 3, count: 1000),
    ]
    for values in sets {
      let ends = values.isEmpty ? [] : [CalibrationRecord.Extremes(low: values.min()!, high: values.max()!)]
      let seen = CalibrationRecord.Value(name: "x", histogram: histogram(values), extremes: ends)
      for method in methods {
        let (low, high) = method.range(seen)
        #expect(low.isFinite && high.isFinite, "\(method) of \(values)")
        #expect(low <= high, "\(method) of \(values)")
        #expect(QuantizationParameters(covering: low, high).scale > 0)
      }
    }
  }
}

@Suite struct WeightMethodTests {
  /// 4,096 weights spread evenly over -0.5...0.5 and one of 1. With the scale f / 127 the large one is off by 1 - f and
  /// each other by (f / 127)^2 / 12 on average: the sum is least at f = 1 / (1 + 4096 / (12 * 127^2)) = 0.979.
  @Test(arguments: [(4_096, Float(0.98)), (40_000, 0.83), (10, 1)])
  func squaredErrorClipsTheOutlier(count: Int, share: Float) {
    let weights = (0..<count).map { Float($0) / Float(count) - 0.5 } + [1]
    #expect(WeightMethod.maximum.scale(weights[...]) == Float(1) / 127)
    let scale = WeightMethod.squaredError.scale(weights[...])
    #expect(abs(scale * 127 - share) < 0.021, "\(scale * 127)")
  }

  @Test func squaredErrorNeverLosesToTheMaximum() {
    var random = CounterRandom(seed: 3)
    for size in [1, 2, 7, 8, 9, 27, 300] {
      let weights = (0..<size).map { _ in random.uniform(-1, 1) * random.unit() * random.unit() }
      func error(_ scale: Float) -> Double {
        weights.reduce(0.0) { sum, w in
          let code = max(-127, min(127, (w / scale).rounded(.toNearestOrEven)))
          return sum + Double((w - scale * code) * (w - scale * code))
        }
      }
      let chosen = error(WeightMethod.squaredError.scale(weights[...]))
      #expect(chosen <= error(WeightMethod.maximum.scale(weights[...])) * 1.0001, "\(size) weights")
    }
    #expect(WeightMethod.squaredError.scale([0, 0, 0]) == 0)
    #expect(WeightMethod.fine.scale([0, 0, 0]) == 0)
  }

  /// Nine weights find a scale in whose codes they all nearly lie; of hundreds some always lie between two.
  @Test func fewWeightsFindAScale() {
    var random = CounterRandom(seed: 5)
    func gain(_ size: Int) -> Double {
      var (coarse, fine) = (0.0, 0.0)
      for _ in 0..<40 {
        let weights = (0..<size).map { _ in random.uniform(-1, 1) }
        func error(_ scale: Float) -> Double {
          weights.reduce(0.0) { sum, w in
            let code = max(-127, min(127, (w / scale).rounded(.toNearestOrEven)))
            return sum + Double((w - scale * code) * (w - scale * code))
          }
        }
        coarse += error(WeightMethod.squaredError.scale(weights[...]))
        fine += error(WeightMethod.fine.scale(weights[...]))
      }
      return fine / coarse
    }
    #expect(gain(9) < 0.7)
    #expect((0.8...1.001).contains(gain(600)))
  }
}

@Suite struct QuantizationMethodTests {
  @Test func namesComeBack() {
    let names = [
      "min-max", "moving-average", "percentile", "percentile-99.9", "entropy", "mse", "mse+weights-mse",
      "percentile-99.95+equalize", "mse+weights-mse+equalize+round+bias", "mse+equalize+bias+fine-tune",
      "entropy+weights-fine+bias",
    ]
    for name in names { #expect(QuantizationMethod(name: name)?.description == name) }
    #expect(QuantizationMethod(name: "bias")?.description == "percentile+bias")
    for wrong in ["", "mse+", "kl", "mse+entropy", "weights-mse+weights-max", "percentile-12", "MSE"] {
      #expect(QuantizationMethod(name: wrong) == nil, "\(wrong)")
    }
  }
}
