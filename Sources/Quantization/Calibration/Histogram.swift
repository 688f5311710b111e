/// Counts of real values in bins whose width is a power of two, so that histograms merge exactly in any order.
///
/// The bins cover `-limit ..< limit`. A value beyond doubles the limit and joins neighbouring bins two by two; the
/// same values therefore give the same histogram, whatever their order and however they were shared among threads.
public struct Histogram: Hashable, Sendable, Codable {
  /// Number of bins, half of them below zero.
  public static let bins = 4096

  /// Exponent of the limit: the bins cover `-2^exponent ..< 2^exponent`.
  public private(set) var exponent: Int
  /// Values counted in each bin, `bins` of them.
  public private(set) var counts: [Int]
  /// The smallest value, 0 where none was counted.
  public private(set) var smallest: Float
  /// The largest value, 0 where none was counted.
  public private(set) var largest: Float
  /// How many values were counted.
  public private(set) var total: Int

  /// No values, over the narrowest range; it widens by doubling.
  public init() {
    exponent = -40
    counts = [Int](repeating: 0, count: Self.bins)
    smallest = 0
    largest = 0
    total = 0
  }

  /// `2^(exponent + 1) / bins`, in real units.
  public var binWidth: Float {
    // 2^(exponent + 1) itself overflows where the limit is that of the numbers.
    Self.power(exponent + 1 - Self.bins.trailingZeroBitCount)
  }

  /// Counts values, all of them finite, and returns the smallest and the largest of them (0 where there are none).
  @discardableResult
  public mutating func add(_ values: UnsafeBufferPointer<Float>) -> (low: Float, high: Float) {
    guard !values.isEmpty else { return (0, 0) }
    var low = values[0]
    var high = values[0]
    for value in values {
      low = min(low, value)
      high = max(high, value)
    }
    smallest = total == 0 ? low : min(smallest, low)
    largest = total == 0 ? high : max(largest, high)
    total += values.count
    widen(toHold: max(-low, high))
    let scale = 1 / binWidth
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values {
        let bin = Int((value * scale).rounded(.down)) + Self.bins / 2
        counts[max(0, min(Self.bins - 1, bin))] += 1
      }
    }
    return (low, high)
  }

  /// Adds the counts of another histogram.
  public mutating func merge(_ other: Histogram) {
    guard other.total > 0 else { return }
    var other = other
    let common = max(exponent, other.exponent)
    widen(toExponent: common)
    other.widen(toExponent: common)
    for bin in counts.indices { counts[bin] += other.counts[bin] }
    smallest = total == 0 ? other.smallest : min(smallest, other.smallest)
    largest = total == 0 ? other.largest : max(largest, other.largest)
    total += other.total
  }

  /// The range that leaves out a share of `tail` of the values at each end, to the width of a bin, and never reaches
  /// beyond the values seen.
  public func range(leavingOut tail: Double) -> (low: Float, high: Float) {
    guard total > 0 else { return (0, 0) }
    let most = Int(Double(total) * tail)
    var first = 0
    var below = 0
    while first < Self.bins - 1, below + counts[first] <= most {
      below += counts[first]
      first += 1
    }
    var last = Self.bins - 1
    var above = 0
    while last > first, above + counts[last] <= most {
      above += counts[last]
      last -= 1
    }
    let low = Float(first - Self.bins / 2) * binWidth
    let high = Float(last + 1 - Self.bins / 2) * binWidth
    return (max(low, smallest), min(high, largest))
  }

  /// The share of values from this one on, to the width of a bin.
  public func share(from value: Float) -> Float {
    guard total > 0, value <= largest else { return 0 }
    let first = Int((value / binWidth).rounded()) + Self.bins / 2
    guard first < Self.bins else { return 0 }
    return Float(counts[max(0, first)...].reduce(0, +)) / Float(total)
  }

  private mutating func widen(toHold magnitude: Float) {
    var wanted = exponent
    while wanted < 127, magnitude >= Self.power(wanted) { wanted += 1 }
    widen(toExponent: wanted)
  }

  private mutating func widen(toExponent wanted: Int) {
    while exponent < wanted {
      let half = Self.bins / 2
      var wider = [Int](repeating: 0, count: Self.bins)
      for bin in counts.indices where counts[bin] > 0 {
        // Floor division keeps the bin edges: bin b covers b ... b + 1 widths from the middle.
        wider[((bin - half) >> 1) + half] += counts[bin]
      }
      counts = wider
      exponent += 1
    }
  }

  private static func power(_ exponent: Int) -> Float { Float(sign: .plus, exponent: exponent, significand: 1) }
}

extension Histogram {
  private enum Key: String, CodingKey {
    case exponent, first, counts, smallest, largest
  }

  /// Written without the empty bins at both ends.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let first = counts.firstIndex { $0 > 0 } ?? 0
    let last = counts.lastIndex { $0 > 0 } ?? -1
    try container.encode(exponent, forKey: .exponent)
    try container.encode(first, forKey: .first)
    try container.encode(first <= last ? Array(counts[first...last]) : [], forKey: .counts)
    try container.encode(smallest, forKey: .smallest)
    try container.encode(largest, forKey: .largest)
  }

  /// Reads what `encode(to:)` wrote; counts and ends that cannot be are refused.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    exponent = try container.decode(Int.self, forKey: .exponent)
    smallest = try container.decode(Float.self, forKey: .smallest)
    largest = try container.decode(Float.self, forKey: .largest)
    let first = try container.decode(Int.self, forKey: .first)
    let filled = try container.decode([Int].self, forKey: .counts)
    counts = [Int](repeating: 0, count: Self.bins)
    total = 0
    guard (-40...127).contains(exponent), first >= 0, first <= Self.bins, filled.count <= Self.bins - first,
      filled.allSatisfy({ (0...1 << 48).contains($0) }), smallest.isFinite, largest.isFinite, smallest <= largest
    else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no histogram"))
    }
    for (offset, count) in filled.enumerated() { counts[first + offset] = count }
    total = filled.reduce(0, +)
  }
}
