/// One point of the face while its features are laid on, from skin to wrinkles.
struct FaceSurface {
  /// Position on the face: half head widths from the middle, y down.
  let u: Float
  let v: Float
  /// The width of a pixel there.
  let pixel: Float
  var albedo: Colour
  /// Slope of the relief, per head unit.
  var slopeU: Float = 0
  var slopeV: Float = 0
  /// Share of the surrounding light that gets here.
  var open: Float = 1
  /// Strength of the highlight.
  var gloss: Float = 0.08

  init(u: Float, v: Float, pixel: Float, albedo: Colour) {
    self.u = u
    self.v = v
    self.pixel = pixel
    self.albedo = albedo
  }

  /// Raises (or with a negative height sinks) the skin in an ellipse.
  @inline(__always)
  mutating func raise(_ centreU: Float, _ centreV: Float, _ radiusU: Float, _ radiusV: Float, _ height: Float) {
    let du = (u - centreU) / radiusU
    let dv = (v - centreV) / radiusV
    let t = 1 - du * du - dv * dv
    if t <= 0 { return }
    let factor = -4 * height * t
    slopeU += factor * du / radiusU
    slopeV += factor * dv / radiusV
  }

  /// Darkens by a share.
  @inline(__always) mutating func darken(_ share: Float) { albedo *= 1 - unitClamp(share) }

  /// Lays a colour over.
  @inline(__always) mutating func lay(_ colour: Colour, _ share: Float) { albedo = mix(albedo, colour, share) }
}
