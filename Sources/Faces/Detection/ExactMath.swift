// Powers and logarithms from operations that IEEE 754 rounds alike everywhere: no C library, and no fused multiply-add,
// which Swift never forms of its own accord. So every machine finds the same boxes.

/// 2^x to within 3e-7 of it, for x limited to -126...126: the exponent's bits for the whole part, and for the fraction f
/// a polynomial 1 + f + f (1 - f) h(f), which is exact at 0 and 1, fitted for the least relative error.
func exp2Exactly(_ x: Float) -> Float {
  let limited = min(max(x, -126), 126)
  let whole = limited.rounded(.down)
  let f = limited - whole
  var h: Float = -0.00187932
  h = h * f - 0.01087031
  h = h * f - 0.06668899
  h = h * f - 0.30684826
  let fraction = (1 + f) + (f * (1 - f)) * h
  return Float(bitPattern: UInt32(Int32(whole) + 127) << 23) * fraction
}

/// log2(x) for a normal x above 0, taken as linear between powers of two, where it is at most 0.09 too small.
func roughLog2(_ x: Float) -> Float {
  Float(x.exponent) + (x.significand - 1)
}
