import CFloatKernels
import Numerics

/// The range that loses the least information (Migacz 2017, "8-bit Inference with TensorRT", a talk at GTC): of many
/// thresholds, the one where the distribution of the values, as 256 codes would tell them, is nearest to the true one
/// by the Kullback-Leibler divergence `sum p log(p / q)`.
///
/// A range reaches the threshold on both sides of 0, but no further than values were seen. p holds the values beyond
/// the ends in the last bins; q spreads the values of each code evenly over its bins that are not empty. The bins next
/// to 0 are left out: 0 is exact, and behind ReLU its count would drown all others.
public enum EntropyRange {
  /// Thresholds tried, evenly from an eighth of the largest magnitude to all of it.
  private static let thresholds = 256

  /// The ends with the least divergence among those tried, `low <= 0 <= high`.
  public static func range(_ histogram: Histogram) -> (low: Float, high: Float) {
    let middle = Histogram.bins / 2
    var counts = histogram.counts.map { Double($0) }
    counts[middle] = 0
    counts[middle - 1] = 0
    guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
      return (histogram.smallest, histogram.largest)
    }
    let reach = max(middle - first, last + 1 - middle)
    var best = (divergence: Double.infinity, reach: reach)
    var before = reach + 1
    // From wide to narrow: of equal thresholds, the one that clips less.
    for index in 0..<thresholds {
      let threshold = reach - reach * 7 * index / (8 * thresholds)
      guard threshold < before, threshold > 0 else { continue }
      before = threshold
      let (start, end) = (max(first, middle - threshold), min(last + 1, middle + threshold))
      guard start < end else { continue }
      let divergence = divergence(counts, start..<end)
      if divergence < best.divergence { best = (divergence, threshold) }
    }
    let threshold = Float(best.reach) * histogram.binWidth
    return (max(histogram.smallest, -threshold), min(histogram.largest, threshold))
  }

  private static func divergence(_ counts: [Double], _ bins: Range<Int>) -> Double {
    let inside = bins.reduce(0) { $0 + counts[$1] }
    let below = counts[..<bins.lowerBound].reduce(0, +)
    let above = counts[bins.upperBound...].reduce(0, +)
    let total = inside + below + above
    guard inside > 0 else { return .infinity }
    // The codes span the range from 0 on, or across it.
    let start = min(bins.lowerBound, Histogram.bins / 2)
    let span = max(bins.upperBound, Histogram.bins / 2) - start
    var sum = 0.0
    var bin = bins.lowerBound
    while bin < bins.upperBound {
      let code = (bin - start) * 256 / span
      var end = bin
      var (mass, filled) = (0.0, 0.0)
      while end < bins.upperBound, (end - start) * 256 / span == code {
        mass += counts[end]
        filled += counts[end] > 0 ? 1 : 0
        end += 1
      }
      for own in bin..<end {
        var p = counts[own]
        if own == bins.lowerBound { p += below }
        if own == bins.upperBound - 1 { p += above }
        guard p > 0 else { continue }
        // An end bin that is empty but for what was clipped: as if half a value were there.
        let q = counts[own] > 0 ? mass / filled : 0.5
        sum += p / total * Elementary.log(p / total / (q / inside))
      }
      bin = end
    }
    return sum
  }
}
