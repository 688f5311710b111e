/// The hair (or the scarf) of one head: a shell around the skull with a line where it ends, and what hangs behind.
final class HairPainter {
  let look: Look
  let geometry: HeadGeometry
  let illumination: Illumination
  let colour: Colour
  let cloth: Colour
  let pattern: UInt32
  /// How far the shell stands off at the sides and at the top.
  let thickness: SIMD2<Float>
  /// Roughness of the outline.
  let rough: Float

  init(_ p: FaceParameters, geometry: HeadGeometry, illumination: Illumination) {
    look = p.look
    self.geometry = geometry
    self.illumination = illumination
    colour = Palette.hair(p.look)
    cloth = Palette.clothes(p.look)
    pattern = p.surroundings.pattern
    var stand: SIMD2<Float>
    switch p.look.hair {
    case .bald: stand = SIMD2(0, 0)
    case .receding: stand = SIMD2(0.07, 0)
    case .cropped: stand = SIMD2(0.03, 0.03)
    case .parted: stand = SIMD2(0.08, 0.10)
    case .quiff: stand = SIMD2(0.07, 0.19)
    case .bob: stand = SIMD2(0.13, 0.10)
    case .long: stand = SIMD2(0.11, 0.10)
    case .curly: stand = SIMD2(0.19, 0.19)
    case .afro: stand = SIMD2(0.38, 0.33)
    case .bun: stand = SIMD2(0.05, 0.06)
    case .headscarf: stand = SIMD2(0.12, 0.12)
    }
    if p.look.hat != .none { stand = SIMD2(min(stand.x, 0.09), min(stand.y, 0.05)) }
    thickness = stand
    rough = p.look.hair == .afro ? 0.09 : (p.look.hair == .curly ? 0.13 : 0.02)
  }

  /// How low the hair reaches at a place across the head, in half head heights below the middle.
  @inline(__always) func line(_ x: Float) -> Float {
    let side = smoothstep(0.62, 0.93, abs(x))
    switch look.hair {
    case .bald: return -2
    case .receding: return mix(-1.2, 0.06, smoothstep(0.66, 0.9, abs(x)))
    case .cropped: return mix(-0.57 - 0.05 * hill(x * x * 9), 0.02, side)
    case .parted: return mix(-0.50 + 0.17 * x * look.partSide, 0.06, side)
    case .quiff: return mix(-0.55 + 0.10 * hill(x * x * 8), 0.02, side)
    case .bob: return mix(-0.27 + 0.07 * noise(x * 11, 1, pattern), 0.86, smoothstep(0.66, 0.86, abs(x)))
    case .long:
      let part = x - 0.22 * look.partSide
      return mix(-0.66 + 0.62 * part * part, 1.0, smoothstep(0.64, 0.88, abs(x)))
    case .curly: return mix(-0.46 + 0.14 * noise(x * 8, 2, pattern), 0.3, side)
    case .afro:
      return mix(-0.48 + 0.06 * noise(x * 14, 2, pattern), 0.34 - 0.5 * hill((abs(x) - 1.4) * (abs(x) - 1.4) * 4), side)
    case .bun: return mix(-0.60 + 0.06 * x * x, -0.08, side)
    case .headscarf: return 2
    }
  }

  /// What hangs behind head and shoulders, over `under`.
  @inline(__always) func behind(_ x: Float, _ y: Float, over under: Colour) -> Colour {
    let distance: Float
    switch look.hair {
    case .bob: distance = roundedBoxDistance(x, y - 0.22, 1.17, 0.98, 0.8) + 0.05 * noise(x * 3, y * 4, pattern)
    case .long: distance = roundedBoxDistance(x, y - 0.75, 1.22, 1.75, 0.9) + 0.10 * noise(x * 3, y * 4, pattern)
    case .headscarf: distance = roundedBoxDistance(x, y - 0.75, 1.15, 1.55, 0.9)
    case .curly: distance = ellipseDistance(x, y - 0.1, 1.22, 1.1) + (noise(x * 6, y * 6, pattern) - 0.5) * 0.2
    case .bun:
      if look.hat != .none { return under }
      distance = ellipseDistance(x + 0.05, y + geometry.aspect + 0.20, 0.36, 0.33) + 0.05 * noise(x * 3, y * 4, pattern)
    default: return under
    }
    let share = coverage(distance, geometry.pixel)
    if share <= 0 { return under }
    let n = SIMD3<Float>(x * 0.6, -0.1, 0.75)
    let isCloth = look.hair == .headscarf
    let streak = isCloth ? folds(x, y) : noise(x * 22 + y * 2, y * 2.5, pattern ^ 61)
    let base = (isCloth ? cloth : colour) * (0.35 + 0.55 * streak)
    return mix(under, base * illumination.diffuse(n, open: 0.55, shadow: 0.75), share)
  }

  /// Hair in front at a local position, its share of the pixel in the fourth lane.
  @inline(__always) func front(_ x: Float, _ y: Float, disc stretched: SIMD2<Float>) -> Colour {
    let nothing = Colour(repeating: 0)
    if look.hair == .bald { return nothing }
    let a = geometry.aspect
    let dx = stretched.x / (1 + thickness.x)
    let dy = stretched.y / (1 + thickness.y * (y < 0 ? 1 : 0.3))
    var squared = dx * dx + dy * dy
    if look.hair == .headscarf { return scarf(x, y, dx, dy) }
    if squared > 1.5 { return nothing }
    if rough > 0.05 && squared > 0.7 { squared *= 1 + (noise(x * 6.5, y * 6.5, pattern ^ 63) - 0.5) * rough * 2.4 }
    let length = squared.squareRoot()
    var share = coverage(length - 1, geometry.pixel)
    if share <= 0 { return nothing }
    let z = max(0, 1 - squared).squareRoot()
    let q = geometry.unturned(dx, dy, z)
    let soft: Float = look.hair == .cropped || look.hair == .receding ? 0.10 : 0.025
    // The line is defined on the head; the shell is wider.
    let height = line(q.x * (1 + thickness.x))
    let limit = q.z > -0.25 ? height : max(height, 0.35)
    var edge = q.y - limit
    if edge * a > 0.15 { return nothing }
    if edge > -0.15 && look.hair != .bob && look.hair != .long {
      edge += 0.05 * (noise(q.x * 24, q.y * 10, pattern ^ 65) - 0.5)
    }
    share *= coverage(edge * a, max(geometry.pixel, soft))
    if share <= 0 { return nothing }
    return layer(strands(q, normal: SIMD3(dx, dy, z)), share * (look.hair == .cropped ? 0.93 : 1))
  }

  /// The colour of lit hair: streaks along it, a band of gloss across it.
  @inline(__always) private func strands(_ q: SIMD3<Float>, normal: SIMD3<Float>) -> Colour {
    var streak: Float
    var bump: Float = 0.35
    switch look.hair {
    case .afro:
      streak = noise(q.x * 26, q.y * 30, pattern ^ 67)
      bump = 0.5
    case .curly:
      let a = noise(q.x * 11, q.y * 12, pattern ^ 67)
      let ring = abs(fromNearest(a * 4)) * 2
      streak = 0.25 + 0.75 * ring
      bump = 0.55
    case .cropped, .receding:
      streak = 0.35 + 0.3 * noise(q.x * 40, q.y * 40, pattern ^ 67)
      bump = 0.15
    default:
      // Combed from the parting: lines fan out over the skull.
      let part = q.x - 0.3 * look.partSide
      let fan = part / (0.55 + 0.5 * (q.y + 1))
      streak =
        0.6 * noise(fan * 30, q.y * 3 + abs(fan) * 2, pattern ^ 67) + 0.4 * noise(fan * 70, q.y * 5, pattern ^ 68)
    }
    let n = SIMD3<Float>(normal.x + (streak - 0.5) * bump, normal.y, normal.z)
    let lit = colour * (0.45 + 0.95 * streak) * illumination.diffuse(n, open: 0.85, shadow: 1)
    let gloss = illumination.gloss(normal) * (0.25 + 0.9 * streak) * 0.16
    return lit + (colour * 0.7 + Colour(repeating: 0.25)) * gloss
  }

  @inline(__always)
  private func scarf(_ x: Float, _ y: Float, _ dx: Float, _ dy: Float) -> Colour {
    let squared = dx * dx + dy * dy
    let shell = coverage(squared.squareRoot() - 1, geometry.pixel)
    // Below the chin it is wound around the neck.
    let wound = coverage(roundedBoxDistance(x, y - 1.45, 0.80, 0.55, 0.4), geometry.pixel)
    let share = max(shell, wound)
    if share <= 0 { return Colour(repeating: 0) }
    let disc = SIMD3<Float>(dx, dy, max(0, 1 - squared).squareRoot())
    let q = geometry.unturned(disc.x, disc.y, disc.z)
    let opening = ellipseDistance(q.x, q.y * geometry.aspect - 0.20, 0.80, 1.02)
    let cover = share * (q.z > 0 && squared < 1 ? 1 - coverage(opening, geometry.pixel) : 1)
    if cover <= 0 { return Colour(repeating: 0) }
    let fold = folds(x + opening * 0.5, y)
    let rimShade = 0.75 + 0.25 * smoothstep(0, 0.10, opening)
    let n = SIMD3<Float>(disc.x + (fold - 0.5) * 0.3, disc.y, disc.z)
    return layer(cloth * ((0.7 + 0.5 * fold) * rimShade) * illumination.diffuse(n, open: 0.9, shadow: 1), cover)
  }

  @inline(__always) private func folds(_ x: Float, _ y: Float) -> Float {
    0.5 + 0.5 * wave(x * 1.3 + y * 0.7 + 0.8 * noise(x * 2, y * 2, pattern ^ 71))
  }

  /// How much light the hair keeps from the skin just below its line.
  @inline(__always) func shade(_ q: SIMD3<Float>) -> Float {
    if look.hair == .bald || look.hair == .cropped || look.hair == .receding { return 0 }
    if look.hair == .headscarf {
      return 0.35 * (1 - unitClamp(-ellipseDistance(q.x, q.y * geometry.aspect - 0.20, 0.80, 1.02) / 0.14))
    }
    return 0.35 * (1 - unitClamp((q.y - line(q.x)) / 0.14))
  }
}
