/// Neck, shoulders and clothes.
final class BodyPainter {
  let geometry: HeadGeometry
  let illumination: Illumination
  let skin: Colour
  let cloth: Colour
  let chinX: Float
  let isScarf: Bool
  let collar: UInt32
  let pattern: UInt32

  init(_ p: FaceParameters, geometry: HeadGeometry, illumination: Illumination) {
    self.geometry = geometry
    self.illumination = illumination
    skin = Palette.skin(p.person)
    cloth = Palette.clothes(p.look)
    chinX = -p.pose.roll * geometry.aspect * 0.75 + 0.14 * p.pose.yaw
    isScarf = p.look.hair == .headscarf
    collar = p.surroundings.pattern % 3
    pattern = p.surroundings.pattern
  }

  /// The body over a position in head units, tilt not undone.
  @inline(__always) func paint(_ x: Float, _ y: Float, over under: Colour) -> Colour {
    if y < 0.5 { return under }
    var colour = under
    let t = unitClamp((y - 0.9) / 1.0)
    let middle = mix(chinX, chinX * 0.35, t)
    let nx = x - middle
    let half = 0.50 + 0.10 * (1 - t) * (1 - t) + 0.35 * smoothstep(0.75, 1.25, t)
    let neck = coverage(abs(nx) - half, geometry.pixel)
    if neck > 0 {
      let n = SIMD3<Float>(nx / half * 0.85, 0.05, 0.62)
      // The chin keeps light from the upper neck.
      let under = 0.34 + 0.66 * smoothstep(1.05, 1.75, y - geometry.jawDrop)
      let tendon = 1 - 0.10 * stroke(abs(nx) - 0.16 - 0.1 * (1 - t), 0.07)
      colour = mix(colour, skin * (tendon * 0.92) * illumination.diffuse(n, open: under, shadow: under), neck)
    }
    let sx = x - chinX * 0.25
    let squared = sx * sx
    let shoulder = y - 1.60 - 0.10 * squared - 0.035 * squared * squared
    var top = shoulder
    if !isScarf {
      // A round, a pointed or a high neckline.
      switch collar {
      case 0: top = min(top, ellipseDistance(sx, y - 1.52, 0.68, 0.42))
      case 1: top = min(top, 0.85 * (abs(sx) - (2.12 - y) * 0.66))
      default: top = max(top, -roundedBoxDistance(sx, y - 1.80, 0.66, 0.32, 0.10))
      }
    }
    let share = coverage(-top, geometry.pixel)
    if share > 0 {
      let fold = noise(sx * 2.2 + y, y * 1.6, pattern ^ 81)
      let n = SIMD3<Float>(sx * 0.32 + (fold - 0.5) * 0.5, -0.42, 0.72)
      var weave = cloth
      if pattern % 4 == 1 { weave *= wave(y * 3.2) > 0.2 ? 1 : 0.55 }
      let hem = 1 - 0.25 * stroke(top - 0.04, 0.03)
      colour = mix(colour, weave * ((0.72 + 0.4 * fold) * hem) * illumination.diffuse(n, open: 0.8, shadow: 0.9), share)
    }
    return colour
  }
}
