// The arithmetic of the painter. Only IEEE operations that round correctly everywhere (+ - * / and square root) are
// used, never the C library's sine, exponential or power, so that every machine paints the same bytes.

/// A linear-light colour; the fourth lane is a layer's share or unused. A display value is the square root of a linear
/// one (gamma 2).
typealias Colour = SIMD4<Float>

/// The linear colour of display values in 0...255.
func rgb(_ red: Float, _ green: Float, _ blue: Float) -> Colour {
  let display = Colour(red, green, blue, 0) * (1 / 255)
  return display * display
}

/// `value` limited to `0...1`.
@inline(__always) func unitClamp(_ value: Float) -> Float { value < 0 ? 0 : (value > 1 ? 1 : value) }

/// `a` at 0, `b` at 1.
@inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// `a` at 0, `b` at 1, for colours.
@inline(__always) func mix(_ a: Colour, _ b: Colour, _ t: Float) -> Colour { a + (b - a) * t }

/// A colour with its share of the pixel in the fourth lane.
@inline(__always) func layer(_ colour: Colour, _ share: Float) -> Colour {
  var result = colour
  result.w = share
  return result
}

/// A layer over what is below.
@inline(__always) func over(_ layer: Colour, _ under: Colour) -> Colour { mix(under, layer, layer.w) }

/// Hermite step: 0 below `low`, 1 above `high`.
@inline(__always) func smoothstep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let t = unitClamp((value - low) / (high - low))
  return t * t * (3 - 2 * t)
}

/// A round hill of compact support: 1 at the centre, 0 from `squaredRadius` = 1 on.
@inline(__always) func hill(_ squaredRadius: Float) -> Float {
  let t = 1 - squaredRadius
  return t > 0 ? t * t : 0
}

/// How much of a pixel of width `pixel` lies inside a shape whose signed distance (negative inside) is `distance`.
@inline(__always) func coverage(_ distance: Float, _ pixel: Float) -> Float { unitClamp(0.5 - distance / pixel) }

/// A line's profile: 1 on it, 0 from `width` on.
@inline(__always) func stroke(_ distance: Float, _ width: Float) -> Float {
  let t = distance / width
  return hill(t * t)
}

/// Approximate signed distance to an ellipse with half axes `a` and `b`, exact on the outline to first order.
@inline(__always) func ellipseDistance(_ x: Float, _ y: Float, _ a: Float, _ b: Float) -> Float {
  let u = x / a
  let v = y / b
  let radius = (u * u + v * v).squareRoot()
  let gradient = ((u / a) * (u / a) + (v / b) * (v / b)).squareRoot()
  return gradient > 0 ? (radius - 1) * radius / gradient : -min(a, b)
}

/// Signed distance to a box with half sides `a` and `b` and corner radius `corner`.
@inline(__always) func roundedBoxDistance(_ x: Float, _ y: Float, _ a: Float, _ b: Float, _ corner: Float) -> Float {
  let u = abs(x) - a + corner
  let v = abs(y) - b + corner
  let outsideU = max(u, 0)
  let outsideV = max(v, 0)
  return (outsideU * outsideU + outsideV * outsideV).squareRoot() + min(max(u, v), 0) - corner
}

/// 32 well mixed bits of a lattice point.
@inline(__always) func latticeHash(_ x: Int32, _ y: Int32, _ seed: UInt32) -> UInt32 {
  var h = UInt32(bitPattern: x) &* 0x9E37_79B1 ^ UInt32(bitPattern: y) &* 0x85EB_CA77 ^ seed
  h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
  h = (h ^ (h >> 12)) &* 0x297A_2D39
  return h ^ (h >> 15)
}

/// A lattice point's value in `0 ..< 1`.
@inline(__always) func latticeValue(_ x: Int32, _ y: Int32, _ seed: UInt32) -> Float {
  Float(latticeHash(x, y, seed) >> 8) * 0x1p-24
}

/// The largest whole number that is not above `value`, for magnitudes below 2^22.
///
/// Adding 1.5 x 2^23 leaves the rounded number in the low bits of the sum. That needs neither the C library's floor
/// nor a checked conversion, which together took a fifth of the painter's time.
@inline(__always) func floorInt(_ value: Float) -> Int32 {
  let shifted = value + 12_582_912
  let nearest = Int32(bitPattern: shifted.bitPattern &- 0x4B40_0000)
  return shifted - 12_582_912 > value ? nearest &- 1 : nearest
}

/// The distance to the nearest whole number, with its sign.
@inline(__always) func fromNearest(_ value: Float) -> Float { value - Float(floorInt(value + 0.5)) }

/// Value noise in `0...1`, smooth, one bump a unit.
@inline(__always) func noise(_ x: Float, _ y: Float, _ seed: UInt32) -> Float {
  let ix = floorInt(x)
  let iy = floorInt(y)
  let fx = x - Float(ix)
  let fy = y - Float(iy)
  let sx = fx * fx * (3 - 2 * fx)
  let sy = fy * fy * (3 - 2 * fy)
  let top = mix(latticeValue(ix, iy, seed), latticeValue(ix &+ 1, iy, seed), sx)
  let bottom = mix(latticeValue(ix, iy &+ 1, seed), latticeValue(ix &+ 1, iy &+ 1, seed), sx)
  return mix(top, bottom, sy)
}

/// A smooth wave of period 1 between -1 and 1, in place of a sine.
func wave(_ phase: Float) -> Float {
  let t = phase - Float(floorInt(phase))
  let triangle = t < 0.5 ? t * 2 : 2 - t * 2
  return 2 * (triangle * triangle * (3 - 2 * triangle)) - 1
}
