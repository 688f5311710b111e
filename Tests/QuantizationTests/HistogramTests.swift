import Evaluation
import Foundation
import Numerics
import Quantization
import TestSupport
import Testing

@Suite struct HistogramTests {
  private func histogram(_ values: [Float]) -> Histogram {
    var result = Histogram()
    _ = values.withUnsafeBufferPointer { result.add($0) }
    return result
  }

  private func observed(_ values: [Float]) -> CalibrationRecord.Value {
    .init(name: "x", histogram: histogram(values), extremes: [])
  }

  @Test func orderAndSharingDoNotMatter() {
    var random = CounterRandom(seed: 11)
    let values = (0..<5_000).map { _ in random.uniform(-3, 9) * random.unit() * random.unit() }
    let whole = histogram(values)
    #expect(histogram(values.reversed()) == whole)
    var merged = histogram(Array(values[..<10]))
    merged.merge(histogram(Array(values[4_000...])))
    merged.merge(Histogram())
    merged.merge(histogram(Array(values[10..<4_000])))
    #expect(merged == whole)
    #expect(whole.counts.reduce(0, +) == 5_000)
    #expect(whole.smallest == values.min() && whole.largest == values.max())
  }

  /// 0 ... 999, each once: the 99th percentile from both sides leaves out ten at each end.
  @Test func percentileOfKnownValues() {
    let all = histogram((0..<1_000).map { Float($0) })
    let (low, high) = all.range(leavingOut: 0.01)
    #expect(abs(low - 10) <= all.binWidth)
    #expect(abs(high - 990) <= all.binWidth)
    let (first, last) = all.range(leavingOut: 0)
    #expect(first == 0 && last == 999)
  }

  @Test func oneOutlierIsLeftOut() {
    let values = [Float](repeating: 1, count: 9_999) + [1_000]
    #expect(RangeMethod.minMax.range(observed(values)).high == 1_000)
    #expect(RangeMethod.percentile(tail: 0.001).range(observed(values)).high < 1.6)
  }

  @Test func theFileHoldsAllCounts() throws {
    var random = CounterRandom(seed: 12)
    for values in [[], [0], (0..<300).map { _ in random.uniform(-2, 70) }] as [[Float]] {
      let whole = histogram(values)
      let data = try JSONEncoder().encode(whole)
      #expect(try JSONDecoder().decode(Histogram.self, from: data) == whole)
    }
    let broken = #"{"exponent":3,"first":4090,"counts":[1,1,1,1,1,1,1],"smallest":0,"largest":1}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Histogram.self, from: Data(broken.utf8)) }
  }

  /// The limit of the bins is then 2^127, and twice that is no number.
  @Test func theLargestNumbersHaveBins() {
    let largest = Float.greatestFiniteMagnitude
    let whole = histogram([-largest, 0, 0, 1e38, largest])
    #expect(whole.exponent == 127 && whole.binWidth.isFinite && whole.counts.reduce(0, +) == 5)
    #expect(whole.counts.last == 1 && whole.counts.first == 1)
    let (low, high) = whole.range(leavingOut: 0.25)
    #expect(low.isFinite && high.isFinite && low <= 0 && high >= 1e38)
  }

  @Test func emptyAndConstantAreSound() {
    let (low, high) = Histogram().range(leavingOut: 0.001)
    #expect(low == 0 && high == 0)
    let constant = histogram([Float](repeating: 0, count: 100))
    let range = constant.range(leavingOut: 0.01)
    #expect(range.low == 0 && range.high == 0)
  }
}

@Suite struct McNemarTests {
  /// Ten images on which only one is right, split 2 to 8: 2 * (1 + 10 + 45) / 1024.
  @Test func exactBinomial() {
    #expect(abs(McNemar.pValue(onlyFirstRight: 2, onlySecondRight: 8) - 112.0 / 1024) < 1e-12)
    #expect(McNemar.pValue(onlyFirstRight: 0, onlySecondRight: 0) == 1)
    #expect(McNemar.pValue(onlyFirstRight: 5, onlySecondRight: 5) == 1)
    #expect(McNemar.pValue(onlyFirstRight: 0, onlySecondRight: 2_000) < 1e-300)
  }
}
