/// How integer codes stand for real values, equation (1): `real = scale * (q - zeroPoint)`.
///
/// A value has codes of 8 bits, -128...127 with a zero point among them, or of 16 bits, `-largest...largest` around 0.
public struct QuantizationParameters: Hashable, Sendable {
  /// The real distance between neighbouring codes, positive and finite.
  public let scale: Float

  /// The code that stands for 0, in -128...127; 0 for codes of 16 bits.
  public let zeroPoint: Int8

  /// The largest code: 127 for codes of 8 bits, 128...32767 for codes of 16 bits. Codes of 16 bits may be kept below
  /// 32767, so that the sums of the layers that read them fit 32 bits.
  public let largest: Int16

  /// Parameters of codes of 8 bits that are known to be good; those from files are checked by their reader.
  ///
  /// - Precondition: `scale` is positive, normal and finite.
  public init(scale: Float, zeroPoint: Int8) {
    precondition(scale.isNormal && scale > 0, "a scale is positive and finite")
    self.scale = scale
    self.zeroPoint = zeroPoint
    largest = 127
  }

  /// Parameters of codes of 16 bits, `-largest...largest` with zero point 0.
  ///
  /// - Precondition: `scale` is positive, normal and finite, `largest` at least 128.
  public init(sixteenBits scale: Float, largest: Int16 = .max) {
    precondition(scale.isNormal && scale > 0, "a scale is positive and finite")
    precondition(largest > 127, "codes up to 127 have 8 bits")
    self.scale = scale
    self.zeroPoint = 0
    self.largest = largest
  }

  /// Pixels enter exactly, equation (5): `pixel / 255` has scale 1/255 and zero point -128.
  public static let pixel = QuantizationParameters(scale: 1 / 255, zeroPoint: -128)

  /// Whether codes have 16 bits.
  public var isSixteenBits: Bool { largest > 127 }

  /// The least code: -128 for codes of 8 bits, `-largest` for codes of 16 bits.
  public var least: Int16 { isSixteenBits ? -largest : -128 }

  /// All codes.
  public var codes: ClosedRange<Int16> { least...largest }

  /// The asymmetric parameters that cover `low...high` in 8 bits, widened so that 0 is exact.
  ///
  /// The 256 codes span the range: `scale = (high - low) / 255`, and the zero point is rounded half to even.
  /// An empty range (all zeros) gets scale 1/255, so that nothing divides by zero.
  public init(covering low: Float, _ high: Float) {
    let low = Swift.min(low, 0)
    let high = Swift.max(high, 0)
    let scale = (high - low) / 255
    guard scale.isNormal else {
      self.init(scale: 1 / 255, zeroPoint: -128)
      return
    }
    let zero = (-128 - low / scale).rounded(.toNearestOrEven)
    self.init(scale: scale, zeroPoint: Int8(Swift.max(-128, Swift.min(127, zero))))
  }

  /// The symmetric parameters that cover `low...high` in 16 bits: `scale = max(-low, high) / largest`.
  ///
  /// An empty range (all zeros) gets scale 1/32767.
  public init(sixteenBitsCovering low: Float, _ high: Float, largest: Int16 = .max) {
    let scale = Swift.max(-low, high, 0) / Float(largest)
    self.init(sixteenBits: scale.isNormal ? scale : 1 / 32767, largest: largest)
  }

  /// The code nearest to a real value, ties to even, clamped to the codes that there are.
  public func quantize(_ real: Float) -> Int16 {
    let code = (real / scale).rounded(.toNearestOrEven) + Float(zeroPoint)
    return Int16(Swift.max(Float(least), Swift.min(Float(largest), code)))
  }

  /// The real value of a code, equation (1).
  public func dequantize(_ code: Int16) -> Float {
    scale * Float(Int32(code) - Int32(zeroPoint))
  }
}
