// What activations are made of, from the same operations as the exponential and the logarithm.
extension Elementary {
  /// 1 / (1 + e^-x).
  public static func sigmoid(_ x: Double) -> Double {
    // The power is at most 1, whichever side x is on.
    let power = exp(-x.magnitude)
    return x < 0 ? power / (1 + power) : 1 / (1 + power)
  }

  /// e^x - 1, also where x is small beside 1.
  public static func expMinusOne(_ x: Double) -> Double {
    guard x.magnitude < 0.3 else { return exp(x) - 1 }
    var sum = 1.0
    // 0.3^13 / 14! < 2^-58
    for i in stride(from: 13, through: 2, by: -1) { sum = 1 + sum * x / Double(i) }
    return x * sum
  }

  /// ln(1 + e^x).
  public static func softplus(_ x: Double) -> Double {
    let power = exp(-x.magnitude)
    // 1 + power rounds away what is small of the power: ln(1 + p) = 2 atanh(p / (2 + p)) does not.
    let s = power / (2 + power), square = s * s
    var sum = 0.0
    // |s| <= 1/3, (1/3)^35 / 35 < 2^-60
    for i in stride(from: 33, through: 1, by: -2) { sum = sum * square + 1 / Double(i) }
    return max(x, 0) + 2 * s * sum
  }

  /// The hyperbolic tangent.
  public static func tanh(_ x: Double) -> Double {
    let e = expMinusOne(-2 * x.magnitude)
    let result = -e / (2 + e)
    return x < 0 ? -result : result
  }

  /// The error function, by the series e^(-x^2) 2 / sqrt(pi) (x + 2 x^3 / 3 + 4 x^5 / 15 + ...), whose terms all have
  /// one sign.
  public static func erf(_ x: Double) -> Double {
    if x != x { return x }
    // 1 - erf(6) < 2^-55
    guard x.magnitude < 6 else { return x < 0 ? -1 : 1 }
    let square = x * x
    var term = x, sum = x
    var i = 3.0
    while term.magnitude > sum.magnitude * 0x1p-60 {
      term *= 2 * square / i
      sum += term
      i += 2
    }
    return 1.1283791670955126 * exp(-square) * sum
  }

  /// x^y; not a number where x is negative and y not whole.
  public static func power(_ x: Double, _ y: Double) -> Double {
    if y == 0.5 { return x.squareRoot() }
    if y.magnitude <= 64, y == y.rounded(.towardZero) {
      var product = 1.0
      for _ in 0..<Int(y.magnitude) { product *= x }
      return y < 0 ? 1 / product : product
    }
    if x == 0 { return y > 0 ? 0 : .infinity }
    return x > 0 ? exp(y * log(x)) : .nan
  }
}
