/// 64 bits that stay nearly the same when a picture is scaled, recompressed or changed a little in brightness: for
/// finding near-duplicates. Integers only, so that every machine finds the same.
///
/// The picture's luma is resampled to 32 x 32 and put through a cosine transform (DCT-II, cosines in 14 bits). Of the
/// 64 lowest frequencies in zigzag order without the constant one, a bit says whether the coefficient is above the
/// median.
public struct PerceptualHash: Hashable, Sendable {
  /// The bits; the lowest frequency is the lowest bit.
  public var bits: UInt64

  /// Takes the hash of a picture.
  public init(_ image: Image) {
    let small = image.grey.resampled(width: 32, height: 32)
    // Frequencies up to 11 hold the first 65 of the zigzag.
    let highest = 11
    var across = [Int](repeating: 0, count: 32 * (highest + 1))  // [y, u]
    for y in 0..<32 {
      for u in 0...highest {
        var sum = 0
        for x in 0..<32 { sum += Int(small.pixels[32 * y + x]) * Self.cosine((2 * x + 1) * u) }
        across[y * (highest + 1) + u] = sum
      }
    }
    var coefficients: [Int] = []
    for diagonal in 1...highest {
      for step in 0...diagonal where coefficients.count < 64 {
        // The zigzag goes up one diagonal and down the next.
        let u = diagonal.isMultiple(of: 2) ? step : diagonal - step
        let v = diagonal - u
        var sum = 0
        for y in 0..<32 { sum += across[y * (highest + 1) + u] * Self.cosine((2 * y + 1) * v) }
        coefficients.append(sum)
      }
    }
    let sorted = coefficients.sorted()
    let median = (sorted[31] + sorted[32]) / 2
    bits = 0
    for (i, value) in coefficients.enumerated() where value > median { bits |= 1 << UInt64(i) }
  }

  /// In how many of the 64 bits two pictures differ. Copies of one picture differ in a few, unrelated pictures in about
  /// 32.
  public func distance(to other: PerceptualHash) -> Int {
    (bits ^ other.bits).nonzeroBitCount
  }

  /// cos(pi k / 64) in 14 bits.
  private static func cosine(_ k: Int) -> Int {
    let k = k & 127
    switch k {
    case 0...32: return quarter[k]
    case 33...64: return -quarter[64 - k]
    case 65...96: return -quarter[k - 64]
    default: return quarter[128 - k]
    }
  }

  /// round(2^14 cos(pi k / 64)), k = 0 ... 32.
  private static let quarter: [Int] = [
    16384, 16364, 16305, 16207, 16069, 15893, 15679, 15426, 15137, 14811, 14449,
    14053, 13623, 13160, 12665, 12140, 11585, 11003, 10394, 9760, 9102, 8423,
    7723, 7005, 6270, 5520, 4756, 3981, 3196, 2404, 1606, 804, 0,
  ]
}
