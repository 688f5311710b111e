/// Paints one hand with its arm: limbs with round ends, one over the other, lit from where the light comes.
struct HandPainter {
  /// A part of the hand: all within `radius` of the line from `start` to `end`, thinner by `taper` at its end.
  private struct Limb {
    let start: SIMD2<Float>
    let end: SIMD2<Float>
    let radius: Float
    var taper: Float = 0
    /// Whether a nail is seen at its end.
    var hasNail = false
    /// Whether it is cloth.
    var isSleeve = false
    /// How far its edge darkens what is below.
    var shade: Float = 0.3
  }

  let parameters: HandParameters
  private let limbs: [Limb]
  private let light: Illumination

  init(_ parameters: HandParameters) {
    self.parameters = parameters
    light = Illumination(parameters.light)
    limbs = Self.limbs(parameters)
  }

  /// From the arm to what is nearest to the eye, in units of half the palm's width: x towards the thumb's side is
  /// negative, y grows from the wrist to the fingers, and the palm's middle is the origin.
  private static func limbs(_ hand: HandParameters) -> [Limb] {
    let (length, width) = (hand.fingerLength, hand.fingerWidth)
    let wrist = SIMD2<Float>(0.05, -1.2)
    var limbs = [Limb(start: wrist, end: SIMD2(0.1, -9), radius: 0.58, taper: -0.16, shade: 0)]
    let cuff = -1.75 - 2.5 * (1 - hand.sleeve)
    limbs.append(Limb(start: SIMD2(0.08, cuff), end: SIMD2(0.1, -9), radius: 0.82, taper: -0.2, isSleeve: true))
    let palm: [Limb] = [
      Limb(start: SIMD2(-0.36, 0.42), end: SIMD2(-0.1, -0.85), radius: 0.52, shade: 0),
      Limb(start: SIMD2(0.36, 0.34), end: SIMD2(0.2, -0.85), radius: 0.5, shade: 0),
      Limb(start: SIMD2(0, 0.5), end: SIMD2(0.05, -0.8), radius: 0.5, shade: 0),
    ]
    let roots: [SIMD2<Float>] = [SIMD2(-0.66, 0.78), SIMD2(-0.22, 0.9), SIMD2(0.22, 0.86), SIMD2(0.63, 0.68)]
    let lengths: [Float] = [1.5, 1.72, 1.58, 1.2]
    let radii: [Float] = [0.225, 0.235, 0.22, 0.185]
    let isOpen = hand.gesture.stretched.allSatisfy { $0 }
    var stretched: [Limb] = []
    var curled: [Limb] = []
    for finger in 0..<4 {
      let root = roots[finger]
      let radius = radii[finger] * width
      guard hand.gesture.stretched[finger] else {
        // Up from the root, and back over the palm: what is nearest is the middle of the finger.
        let knuckle = root + SIMD2(0, 0.3)
        curled.append(Limb(start: root, end: knuckle, radius: radius * 1.12, shade: 0.35))
        if !hand.showsBack {
          let tip = SIMD2(root.x * 0.86, root.y - 0.62 + hand.sway[finger] * 0.5)
          curled.append(Limb(start: knuckle, end: tip, radius: radius * 1.1, taper: 0.03, shade: 0.45))
        }
        continue
      }
      // Two stretched fingers stand further apart than four.
      let fan: Float = isOpen ? 0.42 * root.x : (finger == 0 ? -0.42 : 0.2)
      let lean = fan * (0.3 + 1.1 * hand.spread) + hand.sway[finger]
      let direction = SIMD2<Float>(lean, 1) / (lean * lean + 1).squareRoot()
      let tip = root + direction * (lengths[finger] * length)
      stretched.append(
        Limb(start: root - direction * 0.3, end: tip, radius: radius, taper: 0.05, hasNail: hand.showsBack))
    }
    let thumbRoot = SIMD2<Float>(-0.62, -0.5)
    let joint = isOpen ? SIMD2<Float>(-1.12, 0.05) : SIMD2<Float>(-0.86, 0.02)
    let tip =
      isOpen
      ? SIMD2<Float>(-1.2 - 0.4 * hand.spread, 0.72 + hand.sway[0])
      : SIMD2<Float>(-0.02, 0.34 + hand.sway[0])
    let thumb = [
      Limb(start: thumbRoot, end: joint, radius: 0.33 * width, taper: 0.05, shade: 0.1),
      Limb(start: joint, end: tip, radius: 0.28 * width, taper: 0.05, hasNail: hand.showsBack == isOpen),
    ]
    // Seen from the back, a fist's thumb and fingers are behind the hand.
    return limbs
      + (hand.showsBack
        ? (isOpen ? [] : thumb) + stretched + palm + curled + (isOpen ? thumb : [])
        : stretched + palm + curled + thumb)
  }

  func paint(on canvas: inout Canvas) {
    let hand = parameters
    let unit = hand.scale * Float(canvas.height)
    let (centreX, centreY) = (hand.centre.x * Float(canvas.width), hand.centre.y * Float(canvas.height))
    let pixel = 1 / unit
    let skin = Palette.skin(hand.person)
    let palm = mix(skin, rgb(236, 178, 152), hand.showsBack ? 0 : 0.35)
    let cloth = Palette.hue(hand.sleeveHue, saturation: 0.45, value: 0.35 + 0.5 * hand.surroundings.brightness)
    let seed = hand.surroundings.pattern
    for y in 0..<canvas.height {
      for x in 0..<canvas.width {
        let (dx, dy) = ((Float(x) + 0.5 - centreX) * pixel, (Float(y) + 0.5 - centreY) * pixel)
        // Along the hand and across it.
        let along = dx * hand.upward.x + dy * hand.upward.y
        let across = (-dx * hand.upward.y + dy * hand.upward.x) * hand.side / (1 - hand.narrowing)
        let place = SIMD2<Float>(across, along)
        var colour = canvas.pixels[y * canvas.width + x]
        var isTouched = false
        for limb in limbs {
          let reach = limb.radius + 0.5
          if across < min(limb.start.x, limb.end.x) - reach || across > max(limb.start.x, limb.end.x) + reach
            || along < min(limb.start.y, limb.end.y) - reach || along > max(limb.start.y, limb.end.y) + reach
          {
            continue
          }
          let line = limb.end - limb.start
          let offset = place - limb.start
          let squared = line.x * line.x + line.y * line.y
          let t = unitClamp((offset.x * line.x + offset.y * line.y) / max(squared, 1e-6))
          let away = offset - line * t
          let distance = (away.x * away.x + away.y * away.y).squareRoot()
          let radius = limb.radius - limb.taper * t
          // What lies below is darker beside it.
          if distance > radius {
            if isTouched, limb.shade > 0 {
              colour *= 1 - limb.shade * unitClamp(1 - (distance - radius) / 0.14)
            }
            if distance > radius + pixel { continue }
          }
          // The normal of a round limb, in the picture's directions.
          let tilt = min(distance / radius, 1)
          let out = distance > 1e-4 ? away / distance * (tilt * 0.85) : SIMD2<Float>(0, 0)
          let across3 = out.x * hand.side * (1 - hand.narrowing)
          let normal = SIMD3<Float>(
            out.y * hand.upward.x - across3 * hand.upward.y, out.y * hand.upward.y + across3 * hand.upward.x,
            (1 - min(0.95, tilt * tilt * 0.72)).squareRoot())
          let grain = 0.94 + 0.12 * noise(place.x * 7, place.y * 7, seed)
          var own = limb.isSleeve ? cloth * (0.85 + 0.3 * noise(place.x * 3, place.y * 22, seed)) : palm * grain
          if limb.hasNail, t > 0.86, distance < radius * 0.6 { own = mix(own, rgb(250, 216, 205), 0.55) }
          let lit = own * light.diffuse(normal, open: 0.6 + 0.4 * (1 - tilt * tilt), shadow: 1)
          colour = mix(colour, lit, coverage(distance - radius, pixel))
          isTouched = true
        }
        canvas.pixels[y * canvas.width + x] = colour
      }
    }
  }
}
