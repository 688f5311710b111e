/// How the range of an activation is chosen from what calibration saw. The largest value, a percentile and the entropy
/// are compared in Wu et al. 2020, "Integer Quantization for Deep Learning Inference: Principles and Empirical
/// Evaluation"; the others are of the papers named where they are computed.
public enum RangeMethod: Hashable, Sendable, CustomStringConvertible {
  /// All that was seen. Nothing clips, but one outlier widens the step for everything else.
  case minMax
  /// The ends of each image's values, averaged over the images (`MovingAverage`).
  case movingAverage
  /// All but a share of `tail` at each end, as in `0.0001` for the 99.99th percentile.
  case percentile(tail: Double)
  /// What loses the least information (`EntropyRange`).
  case entropy
  /// What gives the least squared error (`SquaredErrorRange`).
  case squaredError

  /// The ends to quantize between, in real units, by this method.
  public func range(_ value: CalibrationRecord.Value) -> (low: Float, high: Float) {
    let histogram = value.histogram
    switch self {
    case .minMax: return (histogram.smallest, histogram.largest)
    case .movingAverage: return MovingAverage.range(value.extremes)
    case .percentile(let tail): return histogram.range(leavingOut: tail)
    case .entropy: return EntropyRange.range(histogram)
    case .squaredError: return SquaredErrorRange.range(histogram)
    }
  }

  /// The 99.99th percentile.
  public static let defaultPercentile = RangeMethod.percentile(tail: 0.0001)

  /// The method's name as commands, cards and tables have it, such as `mse` or `percentile-99.9`.
  public var description: String {
    switch self {
    case .minMax: return "min-max"
    case .movingAverage: return "moving-average"
    case .percentile: return self == .defaultPercentile ? "percentile" : "percentile-\(percentage)"
    case .entropy: return "entropy"
    case .squaredError: return "mse"
    }
  }

  /// The method of a name; nil where there is none.
  public init?(name: String) {
    let plain: [RangeMethod] = [.minMax, .movingAverage, .defaultPercentile, .entropy, .squaredError]
    if let method = plain.first(where: { $0.description == name }) {
      self = method
      return
    }
    guard name.hasPrefix("percentile-"), let percentage = Double(name.dropFirst("percentile-".count)),
      (50.0...100.0).contains(percentage)
    else { return nil }
    self = .percentile(tail: (100 - percentage) / 100)
  }

  /// The percentile in percent, without the rounding of the subtraction.
  private var percentage: Double {
    guard case .percentile(let tail) = self else { return 100 }
    return ((1 - tail) * 1e8).rounded() / 1e6
  }
}
