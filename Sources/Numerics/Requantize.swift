/// Equation (3): a sum becomes a code with one rounding, to nearest, ties to even.
///
/// One conversion, one multiplication, one conversion, each IEEE round-to-nearest-even, then the zero point and a
/// clamp. It is what XNNPACK (`qs8-qc8w`, fp32) and ONNX Runtime (`QLinearConv`) compute.
///
/// - Parameters:
///   - sum: `bias + sum (x - zeroPointIn) * w`.
///   - multiplier: `scaleIn * scaleWeight[channel] / scaleOut`, computed in float in that order.
///   - zeroPoint: of the output.
///   - clamp: the codes that the fused activation allows.
public func requantize(
  sum: Int64, multiplier: Float, zeroPoint: Int8, clamp: ClosedRange<Int16>
) -> Int16 {
  let rounded = (Float(sum) * multiplier).rounded(.toNearestOrEven)
  // Clamped as a float first: the product may lie beyond Int32.
  let code = Int32(max(-65536, min(65536, rounded))) + Int32(zeroPoint)
  return Int16(max(Int32(clamp.lowerBound), min(Int32(clamp.upperBound), code)))
}

/// Equation (3) for codes of 8 bits.
public func requantize(
  _ accumulator: Int32, multiplier: Float, zeroPoint: Int8, clamp: ClosedRange<Int8> = -128...127
) -> Int8 {
  let codes = Int16(clamp.lowerBound)...Int16(clamp.upperBound)
  return Int8(requantize(sum: Int64(accumulator), multiplier: multiplier, zeroPoint: zeroPoint, clamp: codes))
}

/// The multiplier of equation (3), in float and in this order.
public func requantizationMultiplier(input: Float, weight: Float, output: Float) -> Float {
  (input * weight) / output
}
