/// Error correction of QR codes: Reed-Solomon over the field of 256 elements with x^8 + x^4 + x^3 + x^2 + 1
/// (ISO/IEC 18004, 7.5.2).
enum ReedSolomon {
  private static let tables: (powers: [UInt8], logarithms: [Int]) = {
    var powers = [UInt8](repeating: 0, count: 255), logarithms = [Int](repeating: 0, count: 256), value = 1
    for exponent in 0..<255 {
      powers[exponent] = UInt8(value)
      logarithms[value] = exponent
      value <<= 1
      if value > 255 { value ^= 0x11D }
    }
    return (powers, logarithms)
  }()

  static func product(_ a: UInt8, _ b: UInt8) -> UInt8 {
    guard a != 0, b != 0 else { return 0 }
    return tables.powers[(tables.logarithms[Int(a)] + tables.logarithms[Int(b)]) % 255]
  }

  /// 2 to this power.
  static func power(_ exponent: Int) -> UInt8 { tables.powers[exponent % 255] }

  /// The remainder of the data by the generator, whose roots are the first `count` powers of 2.
  static func correction(of data: some Sequence<UInt8>, count: Int) -> [UInt8] {
    // Without its leading coefficient, which is 1; the highest first.
    var generator = [UInt8](repeating: 0, count: count)
    generator[count - 1] = 1
    for exponent in 0..<count {
      for place in 0..<count {
        generator[place] = product(generator[place], power(exponent)) ^ (place + 1 < count ? generator[place + 1] : 0)
      }
    }
    var remainder = [UInt8](repeating: 0, count: count)
    for byte in data {
      let factor = byte ^ remainder.removeFirst()
      remainder.append(0)
      for place in 0..<count { remainder[place] ^= product(generator[place], factor) }
    }
    return remainder
  }
}
