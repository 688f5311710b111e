/// Paints one person over a canvas, back to front at each pixel: hair that hangs behind, body, far ear, head, near ear,
/// hair, hat, glasses.
final class PersonPainter {
  let parameters: FaceParameters
  let geometry: HeadGeometry
  let illumination: Illumination
  let shape: FaceShape
  let hair: HairPainter
  let wear: WearPainter
  let body: BodyPainter

  init(_ parameters: FaceParameters, width: Int, height: Int) {
    self.parameters = parameters
    geometry = HeadGeometry(parameters, width: width, height: height)
    illumination = Illumination(parameters.light)
    shape = FaceShape(parameters)
    hair = HairPainter(parameters, geometry: geometry, illumination: illumination)
    wear = WearPainter(parameters, geometry: geometry, illumination: illumination)
    body = BodyPainter(parameters, geometry: geometry, illumination: illumination)
  }

  func paint(on canvas: inout Canvas) {
    let g = geometry
    let rows = max(0, Int(g.centreY - 2.1 * g.radius))..<canvas.height
    let columns = max(0, Int(g.centreX - 3.2 * g.radius))..<min(canvas.width, Int(g.centreX + 3.2 * g.radius) + 1)
    let width = canvas.width
    canvas.pixels.withUnsafeMutableBufferPointer { pixels in
      for y in rows {
        let py = Float(y) + 0.5
        for x in columns {
          let px = Float(x) + 0.5
          let place = y * width + x
          pixels[place] = colour(px, py, over: pixels[place])
        }
      }
    }
  }

  /// One pixel. What is in front is asked first, so that nothing hidden is painted.
  @inline(__always) private func colour(_ px: Float, _ py: Float, over under: Colour) -> Colour {
    let g = geometry
    let p = g.local(px, py)
    let nearHead = abs(p.x) < 1.75 && p.y < 1.9
    if !nearHead { return behindHead(px, py, p, over: under) }
    let disc = g.disc(p.x, p.y)
    let hat = wear.hat(p.x, p.y, disc: disc)
    if hat.w >= 1 { return hat }
    let front = hair.front(p.x, p.y, disc: disc)
    var colour = front
    if front.w < 1 {
      let share = coverage(g.outline(disc), g.pixel)
      colour = under
      if share < 1 {
        colour = behindHead(px, py, p, over: colour)
        colour = ear(p, far: true, over: colour)
      }
      if share > 0 {
        let n = Self.onSphere(disc)
        let q = g.unturned(n.x, n.y, n.z)
        let skin = wear.glasses(q, pixel: g.pixel, over: face(q, normal: n, at: p))
        colour = mix(colour, skin, share)
      }
      colour = ear(p, far: false, over: colour)
      colour = wear.earrings(p.x, p.y, over: colour)
      colour = over(front, colour)
    }
    return over(hat, colour)
  }

  @inline(__always)
  private func behindHead(_ px: Float, _ py: Float, _ p: SIMD2<Float>, over under: Colour) -> Colour {
    let hanging = abs(p.x) < 1.6 ? hair.behind(p.x, p.y, over: under) : under
    return body.paint((px - geometry.centreX) * geometry.pixel, (py - geometry.centreY) * geometry.pixel, over: hanging)
  }

  @inline(__always) private static func onSphere(_ disc: SIMD2<Float>) -> SIMD3<Float> {
    let squared = disc.x * disc.x + disc.y * disc.y
    return SIMD3(disc.x, disc.y, max(0, 1 - squared).squareRoot())
  }

  @inline(__always) private func face(_ q: SIMD3<Float>, normal: SIMD3<Float>, at p: SIMD2<Float>) -> Colour {
    var n = normal
    var surface = FaceSurface(u: q.x, v: q.y * geometry.aspect, pixel: geometry.pixel, albedo: shape.skin)
    if q.z > -0.15 {
      surface = shape.surface(u: surface.u, v: surface.v, pixel: geometry.pixel)
      let g = geometry
      n.x -= g.yawCos * surface.slopeU
      n.y -= g.pitchCos * surface.slopeV
      n.z += g.yawSin * surface.slopeU + g.pitchSin * surface.slopeV
      n *= 1 / dot(n, n).squareRoot()
      surface.open -= hair.shade(q) + wear.shade(q)
    }
    let open = max(0.15, surface.open)
    let shadow = illumination.castShadow(p.x, p.y) * (0.35 + 0.65 * open)
    var colour = surface.albedo * illumination.diffuse(n, open: open, shadow: shadow)
    // Light that went through skin comes back red where it fades.
    let edge = stroke(dot(n, illumination.direction) - 0.05, 0.4)
    colour *= Colour(1 + 0.10 * edge, 1 - 0.02 * edge, 1 - 0.05 * edge, 0)
    let shine = illumination.gloss(n) * surface.gloss * shadow
    return colour + illumination.key * (shine * 0.8)
  }

  /// An ear, in front of the head or behind it as the turn wants.
  @inline(__always) private func ear(_ p: SIMD2<Float>, far: Bool, over under: Colour) -> Colour {
    if abs(p.y - 0.08) > 0.36 || abs(p.x) < 0.72 || parameters.look.hair == .headscarf { return under }
    let side: Float = p.x < 0 ? -1 : 1
    // Ears sit a little behind the middle: turning to the right shows the left one.
    let near = side * geometry.yawSin < 0.02
    if near == far { return under }
    let place = geometry.turned(side * 1.02, 0, -0.12)
    let width: Float = near ? 0.15 + 0.12 * abs(geometry.yawSin) : 0.13
    let x = (p.x - place.x) * side
    let y = p.y - place.y * geometry.aspect - 0.08
    let d = ellipseDistance(x + 0.10 * y, y, width, 0.27)
    let share = coverage(d, geometry.pixel)
    if share <= 0 { return under }
    let inner = ellipseDistance(x + 0.10 * y - 0.02, y + 0.03, width * 0.55, 0.17)
    var skin = shape.skin * Colour(1.0, 0.88, 0.88, 0)
    skin *= 1 - 0.42 * coverage(inner, 0.08) + 0.12 * stroke(inner - 0.05, 0.05)
    let n = SIMD3<Float>(side * (0.55 + x * 2), y, 0.7)
    return mix(under, skin * illumination.diffuse(n, open: 0.75, shadow: illumination.castShadow(p.x, p.y)), share)
  }
}
