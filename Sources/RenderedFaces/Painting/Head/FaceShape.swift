/// Measures of one face with its expression: where features are, in the face's own coordinates.
final class FaceShape {
  let person: Person
  let look: Look
  let expression: Expression
  let pose: Pose
  let skin: Colour
  let hair: Colour
  let lip: Colour
  let brow: Colour
  let iris: Colour
  let pattern: UInt32

  let eyeV: Float = 0.02
  let eyeHalf: Float
  let noseTipV: Float
  let mouthV: Float
  let mouthHalf: Float
  let mouthCurve: Float
  let mouthGap: Float

  init(_ p: FaceParameters) {
    person = p.person
    look = p.look
    expression = p.expression
    pose = p.pose
    pattern = p.surroundings.pattern
    skin = Palette.skin(p.person)
    hair = Palette.hair(p.look)
    let natural = skin * Colour(0.80, 0.50, 0.52, 0)
    let painted = Palette.hue(0.97 + 0.03 * p.person.undertone, saturation: 0.72, value: 0.72)
    lip = mix(natural, painted, p.person.lipColour * 0.75)
    brow = mix(hair, skin * 0.12, 0.45)
    iris = Palette.iris(p.person.irisTone)
    eyeHalf = 0.185 * p.person.eyeSize
    noseTipV = 0.43 * p.person.noseLength
    mouthV = 0.36 + 0.41 * p.person.noseLength - 0.02 * p.expression.cheekRaise
    mouthHalf = p.person.mouthWidth * (1 + 0.22 * p.expression.mouthStretch) * (1 - 0.38 * p.expression.mouthRound)
    mouthCurve = p.expression.mouthCurve + p.person.mouthBias
    mouthGap = 0.27 * p.expression.mouthOpen
  }

  /// The colour of the face at a point, and its relief.
  func surface(u: Float, v: Float, pixel: Float) -> FaceSurface {
    var s = FaceSurface(u: u, v: v, pixel: pixel, albedo: skin)
    bones(&s)
    complexion(&s)
    wrinkles(&s)
    nose(&s)
    if v > 0.3 {
      beard(&s)
      mouth(&s)
      moustache(&s)
    } else if v > -0.6 {
      eye(&s, side: u < 0 ? -1 : 1)
      eyebrow(&s, side: u < 0 ? -1 : 1)
    }
    return s
  }

  private func bones(_ s: inout FaceSurface) {
    let es = person.eyeSpacing
    let side: Float = s.u < 0 ? -1 : 1
    s.raise(side * es, -0.20, 0.36, 0.16, 0.035 - 0.02 * expression.lidDroop)
    s.raise(side * es, eyeV, 0.27, 0.18, -0.055)
    s.raise(side * es, eyeV, 0.20, 0.12, 0.045)
    let raised = expression.cheekRaise
    s.raise(side * 0.52, 0.42 - 0.06 * raised, 0.32, 0.26, 0.035 + 0.055 * raised)
    s.raise(0, mouthV, 0.5, 0.32, 0.06)
    s.raise(0, 1.13, 0.28, 0.2, 0.05 + 0.03 * expression.chinRaise)
    s.raise(side * 0.66, 0.72, 0.26, 0.3, -0.03)
    s.raise(0, -0.62, 0.75, 0.42, 0.05)
    // Light hardly reaches the eye sockets.
    let du = (s.u - side * es) / 0.3
    let dv = (s.v - eyeV + 0.07) / 0.17
    s.open -= 0.30 * hill(du * du + dv * dv)
  }

  private func complexion(_ s: inout FaceSurface) {
    let side: Float = s.u < 0 ? -1 : 1
    let cu = (s.u - side * 0.52) / 0.34
    let cv = (s.v - 0.40) / 0.28
    let nu = s.u / 0.2
    let nv = (s.v - noseTipV) / 0.22
    let rosy = (hill(cu * cu + cv * cv) + 0.7 * hill(nu * nu + nv * nv)) * (0.12 + 0.38 * person.blush)
    s.albedo *= Colour(1, 1 - 0.42 * rosy, 1 - 0.34 * rosy, 0)
    let blotch = noise(s.u * 5, s.v * 5, pattern) - 0.5
    s.albedo *= 1 + 0.09 * blotch
    if person.age > 0.45 {
      s.darken(smoothstep(0.66, 0.86, noise(s.u * 9, s.v * 9, pattern ^ 11)) * (person.age - 0.45) * 0.28)
    }
    if person.freckles > 0 && abs(s.v - 0.3) < 0.35 {
      let spot = smoothstep(0.70, 0.80, noise(s.u * 26, s.v * 26, pattern ^ 5))
      s.albedo *=
        Colour(1 - 0.20 * spot, 1 - 0.34 * spot, 1 - 0.42 * spot, 0) * person.freckles
        + Colour(repeating: 1 - person.freckles)
    }
  }

  private func wrinkles(_ s: inout FaceSurface) {
    let a = max(0, person.age - 0.3)
    let e = abs(s.u)
    // The fold from the nose to beside the mouth: age and a raised cheek both deepen it.
    let t = (s.v - 0.42) / (mouthV + 0.06 - 0.42)
    if t > 0 && t < 1 {
      let fold =
        0.18 * person.noseWidth + (mouthHalf + 0.02 - 0.05 * expression.lipPress) * t * (1.25 - 0.45 * t) * 0.75
      let folded = 0.42 * expression.cheekRaise + 0.4 * expression.noseWrinkle + 0.25 * expression.lipRaise
      let depth = (0.10 + folded + 0.5 * a) * 4 * t * (1.2 - t) * 0.8
      let d = e - fold
      s.darken(0.34 * depth * stroke(d, 0.045))
      s.slopeU += (s.u < 0 ? 1 : -1) * depth * 0.10 * stroke(d - 0.03, 0.06)
    }
    // Forehead: age, and raised inner brows.
    let raised = max(0, expression.browInner) * 0.28 * hill(s.u * s.u * 6) + max(0, expression.browOuter) * 0.16
    let lines = a * 0.55 + raised
    if lines > 0 && s.v < -0.34 && s.v > -0.78 {
      let bend = s.v + 0.05 * s.u * s.u + 0.02 * noise(s.u * 4, 3, pattern)
      let d = fromNearest(bend * 8.5) / 8.5
      s.darken(lines * 0.42 * stroke(d, 0.018) * hill(s.u * s.u * 1.9) * smoothstep(-0.8, -0.7, s.v))
    }
    // Between the brows.
    if s.v > -0.32 && s.v < -0.08 {
      let frown =
        0.20 * a + 0.3 * max(0, -expression.browInner) + 0.22 * max(0, expression.browInner)
        + 0.5 * expression.browFrown
      let edge = (s.v + 0.2) / 0.12
      s.darken(frown * stroke(e - 0.055, 0.022) * hill(edge * edge))
    }
    // Across the root of the nose, and down its sides.
    if expression.noseWrinkle > 0 && s.v > -0.16 && s.v < 0.3 && e < 0.26 {
      let bent = s.v - 0.35 * e
      let lines = stroke(fromNearest(bent * 13) / 13, 0.014) * hill(e * e * 30)
      s.darken(0.5 * expression.noseWrinkle * lines * smoothstep(-0.16, -0.08, s.v) * (1 - smoothstep(0.12, 0.3, s.v)))
    }
    // Hollow and bag below the eye.
    let du = (e - person.eyeSpacing) / 0.24
    let below = s.v - eyeV - 0.115 - 0.05 * hill(du * du)
    let bag = 0.08 + 0.5 * a + 0.22 * expression.squint
    s.darken(bag * 0.45 * stroke(below, 0.03) * hill(du * du))
  }

  private func nose(_ s: inout FaceSurface) {
    if s.v < -0.25 || s.v > 0.72 || abs(s.u) > 0.6 { return }
    // The nose stands out, so it moves further than the face when the head turns.
    let out = unitClamp((s.v + 0.12) / (noseTipV + 0.12))
    let u = s.u - 0.26 * pose.yaw * out
    let v = s.v - 0.16 * pose.pitch * out
    let w = person.noseWidth
    var n = FaceSurface(u: u, v: v, pixel: s.pixel, albedo: s.albedo)
    n.raise(0, noseTipV - 0.18, 0.15 * w, 0.42, 0.085)
    n.raise(0, noseTipV, 0.15 * w, 0.13, 0.085)
    n.raise(0.125 * w, noseTipV + 0.02, 0.09 * w, 0.09, 0.035)
    n.raise(-0.125 * w, noseTipV + 0.02, 0.09 * w, 0.09, 0.035)
    s.slopeU += n.slopeU
    s.slopeV += n.slopeV
    let e = abs(u)
    // Wings end in a small crease; below the tip it is dark.
    let wing = ellipseDistance(e - 0.12 * w, v - noseTipV - 0.015, 0.085 * w, 0.085)
    if e > 0.13 * w { s.darken(0.30 * stroke(wing, 0.035)) }
    let nostril = ellipseDistance(e - 0.078 * w, v - noseTipV - 0.068 - 0.25 * (e - 0.078) * w, 0.042 * w, 0.020)
    s.lay(skin * Colour(0.16, 0.09, 0.08, 0), 0.85 * coverage(nostril, max(s.pixel, 0.02)))
    let su = u / (0.20 * w)
    let sv = (v - noseTipV - 0.12) / 0.085
    s.open -= 0.32 * hill(su * su + sv * sv)
    s.darken(0.16 * hill(su * su + sv * sv))
    // Philtrum.
    let p = (v - noseTipV - 0.18) / 0.10
    s.slopeU += (u < 0 ? 0.06 : -0.06) * stroke(e - 0.03, 0.03) * hill(p * p)
    let tip = u * u / (0.0036 * w) + (v - noseTipV + 0.03) * (v - noseTipV + 0.03) / 0.005
    s.gloss += 0.16 * hill(tip)
  }
}
