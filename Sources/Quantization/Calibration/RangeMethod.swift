/// How the range of an activation is chosen from what calibration saw.
public enum RangeMethod: Hashable, Sendable, CustomStringConvertible {
  /// All that was seen. Nothing clips, but one outlier widens the step for everything else.
  case minMax
  /// All but a share of `tail` at each end, as in `0.0001` for the 99.99th percentile.
  case percentile(tail: Double)

  /// The range.
  public func range(_ histogram: Histogram) -> (low: Float, high: Float) {
    switch self {
    case .minMax: (histogram.smallest, histogram.largest)
    case .percentile(let tail): histogram.range(leavingOut: tail)
    }
  }

  /// The method's name as cards and tables show it.
  public var description: String {
    switch self {
    case .minMax: "min-max"
    case .percentile(let tail): "percentile \((1 - tail) * 100)"
    }
  }
}
