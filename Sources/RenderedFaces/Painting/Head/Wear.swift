/// Glasses, hats and earrings.
final class WearPainter {
  let look: Look
  let pose: Pose
  let eyeSpacing: Float
  let geometry: HeadGeometry
  let illumination: Illumination
  let cloth: Colour
  let frame: Colour
  let pattern: UInt32

  init(_ p: FaceParameters, geometry: HeadGeometry, illumination: Illumination) {
    look = p.look
    pose = p.pose
    eyeSpacing = p.person.eyeSpacing
    self.geometry = geometry
    self.illumination = illumination
    cloth = Palette.hue(p.look.clothesHue + 0.12, saturation: 0.5, value: 0.25 + 0.6 * p.look.clothesTone)
    let frames = [rgb(24, 22, 24), rgb(70, 42, 26), rgb(150, 120, 70), rgb(120, 124, 130), rgb(120, 26, 34)]
    frame = frames[Int(p.surroundings.pattern % 5)]
    pattern = p.surroundings.pattern
  }

  /// Glasses over a point of the face.
  @inline(__always) func glasses(_ q: SIMD3<Float>, pixel: Float, over under: Colour) -> Colour {
    if look.glasses == .none || q.z < 0 { return under }
    // They stand off the face, so they move further when the head turns.
    let u = q.x - 0.09 * pose.yaw
    let v = q.y * geometry.aspect - 0.06 * pose.pitch
    if v < -0.34 || v > 0.36 { return under }
    let e = abs(u) - eyeSpacing - 0.015
    let y = v - 0.035
    var lens: Float
    var thick: Float = 0.016
    switch look.glasses {
    case .round: lens = ellipseDistance(e, y, 0.245, 0.225)
    case .thick:
      lens = roundedBoxDistance(e, y + 0.03 * e, 0.265, 0.185, 0.10)
      thick = 0.034
    case .tinted: lens = roundedBoxDistance(e, y, 0.275, 0.20, 0.14)
    default: lens = roundedBoxDistance(e, y, 0.265, 0.165, 0.06)
    }
    var colour = under
    let inside = coverage(lens, pixel)
    if inside > 0 {
      if look.glasses == .tinted {
        colour = mix(colour, colour * 0.32 + frame * 0.04, inside)
      }
      let streak = stroke(e * 0.8 + y + 0.10, 0.05) + 0.6 * stroke(e * 0.8 + y - 0.02, 0.02)
      colour = mix(colour, illumination.sky + illumination.key * 0.5, inside * streak * 0.15)
    }
    let rim = abs(lens) - thick
    let bridge = max(abs(y + 0.05 + 0.10 * u * u) - thick, max(e + 0.245, -1))
    let temple = max(abs(y + 0.06) - thick * 1.2, 0.24 - e)
    let shadow = coverage(min(abs(lens + 0.0) - thick, bridge) - 0.03, 0.06)
    colour *= 1 - 0.10 * shadow
    let share = coverage(min(rim, min(bridge, temple)), max(pixel, 0.010))
    if share <= 0 { return colour }
    let shine = Colour(repeating: 0.10 * noise(u * 9, v * 9, pattern))
    return mix(colour, frame * illumination.diffuse(SIMD3(q.x * 0.5, -0.4, 0.7), open: 1, shadow: 1) + shine, share)
  }

  /// A hat at a local position, its share of the pixel in the fourth lane.
  @inline(__always) func hat(_ x: Float, _ y: Float, disc: SIMD2<Float>) -> Colour {
    var colour = Colour(repeating: 0)
    if look.hat == .none || y > 0.4 { return colour }
    if look.hat == .cap {
      let tip = geometry.turned(0, -0.42, 1.05)
      let bx = x - tip.x * 1.05
      let by = y - tip.y * geometry.aspect - 0.24 * bx * bx
      let share = coverage(ellipseDistance(bx, by, 0.80, 0.13), geometry.pixel)
      let n = SIMD3<Float>(bx * 0.6, -0.5, 0.7)
      if share > 0 { colour = layer(cloth * (0.30 - 1.6 * by) * illumination.diffuse(n, open: 1, shadow: 1), share) }
      if share >= 1 { return colour }
    }
    let stand: Float = look.hat == .beanie ? 0.12 : 0.09
    let dx = disc.x / (1 + stand)
    let dy = disc.y / (1 + stand * 1.2)
    let squared = dx * dx + dy * dy
    var share = coverage(squared.squareRoot() - 1, geometry.pixel)
    if share <= 0 { return colour }
    let z = max(0, 1 - squared).squareRoot()
    let q = geometry.unturned(dx, dy, z)
    let limit: Float = look.hat == .beanie ? -0.36 : -0.44
    let bend = look.hat == .cap ? 0.10 * q.x * q.x : 0
    share *= coverage((q.y - limit - bend) * geometry.aspect, geometry.pixel)
    if share <= 0 { return colour }
    let crown = hatCloth(q, limit) * illumination.diffuse(SIMD3(dx, dy, z), open: 1, shadow: 1)
    let peak = colour.w
    return layer(mix(crown, colour, peak), max(share, peak))
  }

  @inline(__always) private func hatCloth(_ q: SIMD3<Float>, _ limit: Float) -> Colour {
    if look.hat == .cap {
      let seam = stroke(q.x, 0.02) + stroke(abs(q.x) - 0.55, 0.02)
      return cloth * (0.8 - 0.2 * seam)
    }
    let band = q.y > limit - 0.16
    let ribs = wave(q.x * (band ? 16 : 12)) * (band ? 0.16 : 0.07)
    let rows = band ? 0 : 0.10 * wave(q.y * 18)
    return (band ? cloth * 0.8 : cloth) * (0.82 + ribs + rows)
  }

  /// How much light a hat keeps from the skin.
  @inline(__always) func shade(_ q: SIMD3<Float>) -> Float {
    switch look.hat {
    case .none: 0
    case .beanie: 0.4 * (1 - unitClamp((q.y + 0.36) / 0.10))
    case .cap: 0.5 * (1 - unitClamp((q.y + 0.36) / 0.26))
    }
  }

  /// Earrings at a local position.
  @inline(__always) func earrings(_ x: Float, _ y: Float, over under: Colour) -> Colour {
    if !look.earrings || look.hair == .headscarf { return under }
    let dx = abs(x + 0.1 * pose.yaw) - 1.03
    let dy = y - 0.44
    let share = coverage(abs(ellipseDistance(dx, dy, 0.05, 0.065)) - 0.014, geometry.pixel)
    return mix(under, rgb(222, 188, 96) * (0.6 + illumination.light.key * 0.6), share)
  }
}
