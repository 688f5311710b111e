/// Exponential, logarithm and cosine from additions, multiplications and divisions alone, each rounded once (IEEE 754
/// binary64): a C library may choose another polynomial on another machine, and losses decide weights.
public enum Elementary {
  // ln 2 in two parts, the first with few enough bits that an exponent times it is exact.
  private static let ln2 = (high: 0x1.62e42feep-1, low: 0x1.a39ef35793c76p-33)

  /// e^x to about one unit in the last place; 0 below -700, e^709 above 709, NaN for NaN.
  public static func exp(_ x: Double) -> Double {
    if x != x { return x }
    if x < -700 { return 0 }
    let x = x > 709 ? 709 : x
    // x = k ln 2 + r with |r| <= 0.35
    let scaled = x * 1.4426950408889634
    let k = Int(scaled + (scaled < 0 ? -0.5 : 0.5))
    let r = (x - Double(k) * ln2.high) - Double(k) * ln2.low
    var sum = 1.0
    // Horner's form of the series; 0.35^15 / 15! < 2^-62
    for i in stride(from: 14, through: 1, by: -1) { sum = 1 + sum * r / Double(i) }
    return sum * Double(sign: .plus, exponent: k, significand: 1)
  }

  /// e^x rounded to a float from the double.
  public static func exp(_ x: Float) -> Float { Float(exp(Double(x))) }

  /// The natural logarithm of a positive, normal number.
  public static func log(_ x: Double) -> Double {
    // x = 2^k m with m in 0.71 ... 1.41, and ln m = 2 atanh((m - 1) / (m + 1)).
    var k = Int(x.bitPattern >> 52) - 1023
    var m = Double(bitPattern: x.bitPattern & ((1 << 52) - 1) | 1023 << 52)
    if m > 1.4142135623730951 {
      m /= 2
      k += 1
    }
    let s = (m - 1) / (m + 1), square = s * s
    var sum = 0.0
    // |s| < 0.172, 0.172^25 / 25 < 2^-68
    for i in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(i) }
    return Double(k) * ln2.high + (2 * s * sum + Double(k) * ln2.low)
  }

  /// cos(pi t) for t in 0...1, by the series of sin(pi (1/2 - t)).
  public static func cosinePi(_ t: Double) -> Double {
    let x = Double.pi * (0.5 - t)  // |x| <= pi / 2
    var (term, sum) = (x, x)
    for n in stride(from: 2, through: 24, by: 2) {
      term *= -x * x / Double(n * (n + 1))
      sum += term
    }
    return sum
  }
}
