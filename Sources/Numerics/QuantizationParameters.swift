/// How int8 values stand for real ones, equation (1): `real = scale * (q - zeroPoint)`.
public struct QuantizationParameters: Hashable, Sendable {
  /// The real distance between neighbouring codes, positive and finite.
  public let scale: Float

  /// The code that stands for 0, in -128...127.
  public let zeroPoint: Int8

  /// Parameters that are known to be good; those from files are checked by their reader.
  ///
  /// - Precondition: `scale` is positive, normal and finite.
  public init(scale: Float, zeroPoint: Int8) {
    precondition(scale.isNormal && scale > 0, "a scale is positive and finite")
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Pixels enter exactly, equation (5): `pixel / 255` has scale 1/255 and zero point -128.
  public static let pixel = QuantizationParameters(scale: 1 / 255, zeroPoint: -128)

  /// The asymmetric parameters that cover `low...high`, widened so that 0 is exact.
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

  /// The code nearest to a real value, ties to even, clamped to int8.
  public func quantize(_ real: Float) -> Int8 {
    let code = (real / scale).rounded(.toNearestOrEven) + Float(zeroPoint)
    return Int8(Swift.max(-128, Swift.min(127, code)))
  }

  /// The real value of a code, equation (1).
  public func dequantize(_ code: Int8) -> Float {
    scale * Float(Int32(code) - Int32(zeroPoint))
  }
}
