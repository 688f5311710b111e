import Numerics

extension CounterRandom {
  /// `count` bytes over the whole int8 range.
  public mutating func int8s(_ count: Int) -> [Int8] {
    (0..<count).map { _ in Int8(truncatingIfNeeded: next()) }
  }

  /// `count` int8 weights in -127...127.
  public mutating func weights(_ count: Int) -> [Int8] {
    (0..<count).map { _ in Int8(below(255) - 127) }
  }

  /// `count` floats in `low ..< high`.
  public mutating func floats(_ count: Int, _ low: Float = -1, _ high: Float = 1) -> [Float] {
    (0..<count).map { _ in uniform(low, high) }
  }
}

/// Pixels of any shape from a seed.
public func randomPixels(_ shape: Shape, seed: UInt64) -> [UInt8] {
  var random = CounterRandom(seed: seed, stream: 1)
  return (0..<shape.count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
}
