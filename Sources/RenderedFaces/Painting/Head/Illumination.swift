/// How the scene's light falls on a surface.
struct Illumination {
  let direction: SIMD3<Float>
  let halfway: SIMD3<Float>
  let key: Colour
  let sky: Colour
  let ground: Colour
  let rim: Float
  let light: Light

  init(_ light: Light) {
    self.light = light
    let raw = SIMD3<Float>(light.x, light.y, 0.8)
    direction = raw / Self.length(raw)
    let half = direction + SIMD3(0, 0, 1)
    halfway = half / Self.length(half)
    let warm = Colour(1 + 0.28 * light.warmth, 1, 1 - 0.35 * light.warmth, 0)
    let cool = Colour(1 - 0.10 * light.warmth, 1, 1 + 0.14 * light.warmth, 0)
    key = warm * light.key
    sky = cool * (light.ambient * 1.1)
    ground = warm * (light.ambient * 0.62)
    rim = light.rim
  }

  private static func length(_ v: SIMD3<Float>) -> Float { dot(v, v).squareRoot() }

  /// Light on a surface with unit normal `n`, before its colour; `open` is the share of sky that reaches it.
  @inline(__always) func diffuse(_ n: SIMD3<Float>, open: Float, shadow: Float) -> Colour {
    let facing = max(0, (dot(n, direction) + 0.22) / 1.22)
    let ambient = mix(sky, ground, 0.5 + 0.5 * n.y)
    let edge = 1 - max(n.z, 0)
    let back = rim * edge * edge * edge * 0.9
    return key * (facing * shadow) + ambient * open + Colour(repeating: back)
  }

  /// Share of light that a glossy surface throws to the eye.
  @inline(__always) func gloss(_ n: SIMD3<Float>) -> Float {
    let t = max(0, dot(n, halfway))
    let t2 = t * t
    let t4 = t2 * t2
    let t8 = t4 * t4
    return t8 * t8 * t4
  }

  /// What the shadow across the face leaves at a local position.
  @inline(__always) func castShadow(_ x: Float, _ y: Float) -> Float {
    if light.shadow == 0 { return 1 }
    let d = x * light.shadowX + y * light.shadowY - light.shadowOffset
    return 1 - light.shadow * smoothstep(-0.06, 0.06, d)
  }
}

/// The scalar product.
@inline(__always) func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }
