extension FaceShape {
  /// One eye with its lids; `side` is -1 for the left of the picture.
  func eye(_ s: inout FaceSurface, side: Float) {
    let e = (s.u - side * person.eyeSpacing) * side
    let x = e / eyeHalf
    if x < -1.6 || x > 2.4 || s.v < -0.3 || s.v > 0.3 { return }
    let size = person.eyeSize
    let lopsided = 1 + 0.25 * expression.asymmetry * side
    let y = s.v - eyeV + person.eyeSlant * e
    let droop = unitClamp(expression.lidDroop * lopsided)
    let squint = unitClamp(expression.squint * lopsided)
    let arc = 1 - x * x
    let wide = unitClamp(expression.eyesWide * lopsided)
    let upperHeight = 0.108 * size * (1 - 0.45 * droop - 0.12 * squint + 0.42 * wide)
    var upper = -upperHeight * arc * (1 - 0.12 * x) * (1 - 0.40 * droop * max(x, 0)) + 0.02 * droop * x
    let lower = 0.074 * size * (1 - 0.80 * squint + 0.22 * wide) * arc * (1 + 0.15 * x) + 0.02 * droop * x
    upper = mix(upper, lower, expression.blink)
    crowsFeet(&s, x: x, y: y)
    if arc > -0.35 {
      // The lid above, its crease and its shade.
      let crease = upper - (0.052 - 0.02 * droop) * max(arc, 0)
      s.darken(0.30 * stroke(y - crease + 0.012, 0.022) * unitClamp(arc + 0.25))
      if y < upper && y > crease - 0.01 { s.lay(s.albedo * Colour(0.88, 0.76, 0.74, 0), 0.6) }
    }
    if abs(x) < 1 {
      let inside = coverage(max(upper - y, y - lower), s.pixel)
      if inside > 0 { eyeball(&s, e: e * side, x: x, y: y, upper: upper, share: inside) }
    }
    // Lashes: dark above, faint below; they reach past the outer corner.
    if abs(x) < 1.14 {
      let thick = (0.017 + 0.012 * person.lipColour) * (1 + 0.5 * unitClamp(x))
      let edge = abs(x) < 1 ? upper : 0.02 * droop * x - (x > 0 ? (x - 1) * 0.10 : 0)
      let lash = coverage(abs(y - edge) - thick * unitClamp((1.14 - abs(x)) * 5) * 0.75, max(s.pixel, 0.012))
      s.lay(skin * 0.05, 0.9 * lash)
      if abs(x) < 0.97 { s.darken(0.42 * stroke(y - lower, 0.018)) }
    }
  }

  private func eyeball(_ s: inout FaceSurface, e: Float, x: Float, y: Float, upper: Float, share: Float) {
    let size = person.eyeSize
    var colour = rgb(218, 211, 207) * (1 - 0.34 * x * x)
    if x < -0.78 { colour = mix(colour, rgb(214, 140, 130), (-x - 0.78) * 3) }
    let dx = e - pose.gazeX * 0.055 - 0.03 * pose.yaw
    let dy = y + 0.012 - pose.gazeY * 0.028
    let radius = 0.088 * (0.7 + 0.3 * size)
    let r = (dx * dx + dy * dy).squareRoot()
    let ringed = coverage(r - radius, max(s.pixel, 0.014))
    if ringed > 0 {
      let q = r / radius
      let rays = 0.8 + 0.4 * noise(dx * 40 / (q + 0.3), dy * 40 / (q + 0.3), pattern)
      // Light that enters above shines through the lower half.
      let glow = 1 + 0.7 * unitClamp(dy / radius)
      let eyeColour = iris * (rays * glow * (1.15 - 0.75 * smoothstep(0.72, 1, q)))
      colour = mix(colour, eyeColour, ringed)
      colour = mix(colour, rgb(8, 7, 8), coverage(r - radius * 0.45, max(s.pixel, 0.012)))
    }
    // The lid throws a shadow on the eye.
    colour *= 1 - 0.55 * hill(unitClamp((y - upper) / 0.06) * 0.9)
    let lx = dx - 0.030
    let ly = dy + 0.034
    colour = mix(colour, rgb(255, 255, 255), coverage((lx * lx + ly * ly).squareRoot() - 0.019, max(s.pixel, 0.012)))
    s.lay(colour, share)
    if share > 0.5 {
      s.slopeU *= 0.4
      s.slopeV *= 0.4
      s.gloss = 0.25
    }
  }

  private func crowsFeet(_ s: inout FaceSurface, x: Float, y: Float) {
    let depth = max(0, person.age - 0.3) * 0.7 + 0.32 * expression.cheekRaise * expression.squint
    if depth < 0.02 || x < 1.1 || x > 2.2 { return }
    let fade = unitClamp((x - 1.1) * 3) * unitClamp((2.2 - x) * 2)
    let fan = y / (x - 0.5)
    var lines: Float = 0
    lines += stroke(fan + 0.04, 0.012)
    lines += stroke(fan - 0.01, 0.012)
    lines += stroke(fan - 0.06, 0.012)
    s.darken(depth * 0.5 * lines * fade)
  }

  /// One eyebrow, inner and outer ends moved by the expression.
  func eyebrow(_ s: inout FaceSurface, side: Float) {
    if s.v > 0.05 || s.v < -0.5 { return }
    let e = (s.u - side * person.eyeSpacing) * side
    let lopsided = 1 + 0.4 * expression.asymmetry * side
    let frown = expression.browFrown * lopsided
    // Drawn together, the inner end comes nearer to the nose.
    let t = (e + 0.25 + 0.05 * frown) / (0.52 + 0.05 * frown)
    if t < -0.06 || t > 1.06 { return }
    let inner = 1 - t
    var centre: Float = -0.195 - 0.045 * 4 * t * inner
    centre -= 0.105 * expression.browInner * lopsided * inner * inner
    centre -= 0.065 * expression.browOuter * lopsided * t * t
    centre -= 0.11 * person.browSlope * (0.5 - t)
    centre += 0.075 * frown * (0.45 + 0.55 * inner)
    let thick = 0.040 * person.browThickness * (1 - 0.62 * t) * unitClamp((t + 0.06) * 9) * unitClamp((1.06 - t) * 7)
    let hairs = noise(e * 46 + s.v * 30, s.v * 46 - e * 12, pattern ^ 21)
    let d = abs(s.v - centre) - thick * (0.78 + 0.44 * hairs)
    s.lay(brow * (0.7 + 0.6 * hairs), 0.88 * coverage(d, max(s.pixel, 0.016)))
  }
}
