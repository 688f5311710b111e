/// The range whose codes give the least squared error over all values seen: what clipping costs against what rounding
/// costs (Banner, Nahshan, Soudry 2019, "Post training 4-bit quantization of convolutional networks for
/// rapid-deployment", on analytical clipping; here over the histogram itself instead of a fitted distribution).
///
/// A value inside the range is off by its rounding, on average `step^2 / 12` with `step = (high - low) / 255`; one
/// outside by its distance from the end. Values next to 0 cost nothing: the code of 0 is exact.
public enum SquaredErrorRange {
  /// The ends tried, as shares of what was seen: 1, 0.99, ... 0.1.
  private static let shares = (0...90).map { Float(100 - $0) / 100 }

  /// The ends with the least squared error among those tried, `low <= 0 <= high`.
  public static func range(_ histogram: Histogram) -> (low: Float, high: Float) {
    let sums = Sums(histogram)
    let (smallest, largest) = (min(histogram.smallest, 0), max(histogram.largest, 0))
    var best = (error: Double.infinity, low: smallest, high: largest)
    for low in smallest < 0 ? shares.map({ $0 * smallest }) : [0] {
      for high in largest > 0 ? shares.map({ $0 * largest }) : [0] {
        let error = sums.error(low: Double(low), high: Double(high))
        if error < best.error { best = (error, low, high) }
      }
    }
    return (best.low, best.high)
  }

  /// Count, sum and sum of squares of the values in the bins before each one, a value standing at its bin's middle.
  private struct Sums {
    private var counts = [0.0]
    private var sums = [0.0]
    private var squares = [0.0]
    private let width: Double

    init(_ histogram: Histogram) {
      width = Double(histogram.binWidth)
      let middle = Histogram.bins / 2
      for (bin, count) in histogram.counts.enumerated() {
        let count = bin == middle || bin == middle - 1 ? 0 : Double(count)
        let value = (Double(bin - middle) + 0.5) * width
        counts.append(counts[bin] + count)
        sums.append(sums[bin] + count * value)
        squares.append(squares[bin] + count * value * value)
      }
    }

    func error(low: Double, high: Double) -> Double {
      let first = edge(low)
      let last = edge(high)
      let end = Histogram.bins
      let step = (high - low) / 255
      let inside = (counts[last] - counts[first]) * step * step / 12
      // sum (x - e)^2 = sum x^2 - 2 e sum x + e^2 n, below the low end and above the high one.
      let below = squares[first] - 2 * low * sums[first] + low * low * counts[first]
      let (square, sum, count) = (squares[end] - squares[last], sums[end] - sums[last], counts[end] - counts[last])
      let above = square - 2 * high * sum + high * high * count
      return inside + max(0, below) + max(0, above)
    }

    /// The edge between bins that is nearest to a value.
    private func edge(_ value: Double) -> Int {
      min(Histogram.bins, max(0, Int((value / width).rounded()) + Histogram.bins / 2))
    }
  }
}
