/// Random numbers that depend only on (seed, stream, position), so that threads and order do not change them.
///
/// Each draw is SplitMix64's finalizer over a counter (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
/// generators"), started at a place that mixes the seed and the stream. Give each picture, step or layer a stream of
/// its own.
public struct CounterRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Other streams of the same seed are independent of this one.
  public init(seed: UInt64, stream: UInt64 = 0) {
    state =
      Self.mixed(seed &+ 0x9E37_79B9_7F4A_7C15) ^ Self.mixed(stream &* 0xD1B5_4A32_D192_ED03 &+ 0x2545_F491_4F6C_DD1D)
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A float in `0 ..< 1` with 24 random bits, the same on every machine.
  public mutating func unit() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A float in `low ..< high`.
  public mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * unit()
  }

  /// True with this probability.
  public mutating func chance(_ probability: Float) -> Bool { unit() < probability }

  /// An integer in `0 ..< bound`, by multiplication (bias below 2^-32 for bounds below 2^32).
  public mutating func below(_ bound: Int) -> Int {
    Int((next() >> 32).multipliedFullWidth(by: UInt64(bound) << 32).high)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
