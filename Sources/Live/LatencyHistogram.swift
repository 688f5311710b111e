import Glibc

/// Durations counted in buckets that grow by 2 %: percentiles to within that, in memory that does not grow.
public struct LatencyHistogram: Sendable {
  private static let growth = 1.02
  /// From a microsecond to more than an hour.
  private static let bucketCount = 1120
  private var buckets = [Int](repeating: 0, count: bucketCount)
  /// How many durations were counted.
  public private(set) var count = 0
  /// The longest, in nanoseconds.
  public private(set) var largest: UInt64 = 0

  /// An empty histogram.
  public init() {}

  /// Counts a duration in nanoseconds.
  public mutating func add(_ nanoseconds: UInt64) {
    let bucket = nanoseconds <= 1000 ? 0 : Int((log(Double(nanoseconds) / 1000) / log(Self.growth)).rounded(.up))
    buckets[min(bucket, Self.bucketCount - 1)] += 1
    count += 1
    largest = max(largest, nanoseconds)
  }

  /// The duration in milliseconds that this share of all does not exceed: the nearest rank, at most 2 % too long.
  public func milliseconds(atShare share: Double) -> Double {
    guard count > 0 else { return 0 }
    let rank = max(1, Int((share * Double(count)).rounded(.up)))
    var seen = 0
    for (bucket, number) in buckets.enumerated() {
      seen += number
      if seen >= rank { return min(pow(Self.growth, Double(bucket)) / 1000, Double(largest) / 1e6) }
    }
    return Double(largest) / 1e6
  }
}
