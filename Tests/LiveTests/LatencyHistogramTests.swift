import Live
import Testing

@Suite struct LatencyHistogramTests {
  @Test func percentilesAreWithinTwoPercent() {
    var histogram = LatencyHistogram()
    for millisecond in 1...1000 { histogram.add(UInt64(millisecond) * 1_000_000) }
    for (share, wanted) in [(0.5, 500.0), (0.95, 950), (0.99, 990), (1, 1000)] {
      let found = histogram.milliseconds(atShare: share)
      #expect(found >= wanted * 0.999 && found <= wanted * 1.0201, "\(share): \(found)")
    }
  }

  @Test func extremesAreCounted() {
    var histogram = LatencyHistogram()
    #expect(histogram.milliseconds(atShare: 0.5) == 0)
    histogram.add(0)
    histogram.add(.max)
    #expect(histogram.count == 2 && histogram.largest == .max)
    #expect(histogram.milliseconds(atShare: 0.5) <= 0.001)
  }
}
