extension FaceShape {
  /// The mouth: lips along a curve, an opening with teeth and tongue, corners and shades.
  func mouth(_ s: inout FaceSurface) {
    let lean = 0.05 * expression.asymmetry
    let x = (s.u - lean * 0.5) / mouthHalf
    if abs(x) > 1.5 || s.v < mouthV - 0.3 || s.v > mouthV + 0.62 { return }
    let curve = mouthCurve * (1 + 0.5 * expression.asymmetry * x)
    let squared = x * x
    let arc = max(0, 1 - squared)
    // Corners up and middle down for a positive curve.
    let line =
      mouthV + curve * 0.19 * (0.40 - min(squared, 1.2)) - 0.035 * expression.chinRaise * arc
      - 0.045 * expression.lipRaise * arc
    // A smile opens downward from a straight upper edge; a cry is squarer.
    let round = expression.mouthCurve > 0 ? arc : arc * (1.5 - 0.5 * arc)
    let gap = mouthGap * round
    let raised = expression.lipRaise * 0.055 * hill(squared * 1.6)
    let upperEdge = line - gap * 0.28 - raised * (gap > 0 ? 1 : 0)
    let lowerEdge = line + gap * 0.72
    let press = 1 - 0.6 * expression.lipPress
    let bow = 1 + 0.30 * hill((abs(x) - 0.24) * (abs(x) - 0.24) * 16) - 0.20 * hill(squared * 40)
    let thin = 1 - 0.22 * unitClamp(expression.mouthStretch) - 0.15 * unitClamp(curve)
    let upperLip = 0.072 * person.lipFullness * press * thin * arc * bow
    let lowerLip = 0.100 * person.lipFullness * press * thin * arc * (1 + 0.25 * expression.chinRaise)
    let y = s.v
    let soft = max(s.pixel, 0.012)

    // Chin fold under the lower lip, deeper when the chin is pushed up.
    let under = y - lowerEdge - lowerLip - 0.05
    s.darken((0.16 + 0.22 * expression.chinRaise) * stroke(under, 0.07) * hill(squared * 0.9))
    if expression.chinRaise > 0.2 {
      let cu = s.u / 0.26
      let cv = (y - 1.12) / 0.16
      let dimple = noise(s.u * 24, y * 24, pattern ^ 77)
      s.darken(0.30 * expression.chinRaise * hill(cu * cu + cv * cv) * smoothstep(0.45, 0.75, dimple))
    }
    corners(&s, x: x, line: line)
    if abs(x) >= 1 { return }

    let lips = min(coverage(upperEdge - upperLip - y, soft), coverage(y - lowerEdge - lowerLip, soft))
    let fade = smoothstep(0, 0.25, arc)
    if lips > 0 {
      let isUpper = y < line
      let shade: Float = isUpper ? 0.82 : 1.04
      let crack = 0.9 + 0.2 * noise(s.u * 60, y * 8, pattern ^ 31)
      s.lay(lip * (shade * crack), lips * (0.35 + 0.55 * fade))
      let middle = isUpper ? upperEdge - upperLip * 0.5 : lowerEdge + lowerLip * 0.45
      let half = max(0.01, (isUpper ? upperLip : lowerLip) * 0.5)
      s.slopeV += 0.32 * ((y - middle) / half) * lips * (isUpper ? 0.9 : 1)
      if !isUpper {
        let q = (y - middle) / half
        s.gloss += (0.10 + 0.3 * person.lipColour) * hill(q * q) * lips
      }
    }
    let opening = min(coverage(upperEdge - y, soft), coverage(y - lowerEdge, soft))
    if gap > 0.012 && opening > 0 { inside(&s, x: x, upper: upperEdge, lower: lowerEdge, share: opening) }
    // The line between the lips.
    if gap < 0.03 {
      let strength = 0.80 * (1 - gap / 0.03 * 0.5) * (0.5 + 0.5 * fade)
      s.lay(lip * 0.10, strength * stroke(y - line, 0.020 + 0.006 * expression.lipPress))
    }
  }

  private func inside(_ s: inout FaceSurface, x: Float, upper: Float, lower: Float, share: Float) {
    let y = s.v
    let depth = lower - upper
    var colour = rgb(70, 20, 22) * (0.35 + 0.5 * unitClamp((y - upper) / 0.2))
    let tx = x / 0.62
    let ty = (y - lower) / max(0.02, depth * 0.45)
    colour = mix(colour, rgb(190, 92, 90), smoothstep(0.0, 0.35, hill(tx * tx + ty * ty)) * unitClamp(depth * 9 - 0.6))
    let upperTeeth = min(0.095, depth * 0.85) * expression.teeth
    let between = abs(fromNearest(x * 4.6))
    var enamel = rgb(243, 239, 230) * (0.95 - 0.28 * x * x - 0.10 * stroke(0.5 - between, 0.10))
    enamel *= 0.68 + 0.32 * unitClamp((y - upper) / 0.035)
    colour = mix(
      colour, enamel, coverage(y - upper - upperTeeth, max(s.pixel, 0.012)) * (expression.teeth > 0.05 ? 1 : 0))
    if expression.mouthCurve < 0 && expression.teeth > 0.3 {
      // Crying bares the lower teeth.
      colour = mix(colour, enamel * 0.85, coverage(lower - y - depth * 0.3 * expression.teeth, max(s.pixel, 0.012)))
    }
    colour *= 1 - 0.55 * x * x * x * x
    s.lay(colour, share)
    if share > 0.5 {
      s.slopeU *= 0.3
      s.slopeV *= 0.3
      s.gloss = 0.05
    }
  }

  private func corners(_ s: inout FaceSurface, x: Float, line: Float) {
    let dx = (abs(x) - 1.03) / 0.22
    let end = mouthV + mouthCurve * 0.19 * -0.62
    let dy = (s.v - end) / 0.055
    s.darken(0.38 * hill(dx * dx + dy * dy))
    // Pulled-down corners drag a fold toward the chin; raised ones make dimples.
    let down = max(0, -expression.mouthCurve) * 0.30 + max(0, person.age - 0.4) * 0.35
    let t = (s.v - end) / 0.24
    if down > 0 && t > 0 && t < 1 {
      let fold = abs(s.u) - mouthHalf * (1.02 + 0.12 * t)
      s.darken(down * stroke(fold, 0.03) * (1 - t))
    }
    let up = max(0, expression.mouthCurve) * 0.26
    let fold = ((abs(x) - 1.17) * (abs(x) - 1.17)) / 0.0049
    let fy = (s.v - end) / 0.10
    s.darken(up * hill(fold + fy * fy))
  }

  /// Beard, from stubble to full.
  func beard(_ s: inout FaceSurface) {
    if look.beard <= 0 { return }
    let e = abs(s.u)
    let edge = 0.06 + 0.66 * (1 - e * e / 0.8) + 0.08 * (noise(s.u * 9, s.v * 9, pattern ^ 41) - 0.5)
    var density = smoothstep(edge - 0.03, edge + 0.07, s.v)
    // Bare below the nose (that is the moustache's) and around the lips.
    let lipX = s.u / (mouthHalf * 1.12)
    let lipY = (s.v - mouthV) / 0.16
    density *= smoothstep(0.75, 1.25, lipX * lipX + lipY * lipY)
    let strands = noise(s.u * 46, s.v * 20, pattern ^ 43)
    let full = smoothstep(0.3, 0.6, look.beard)
    let colour = mix(mix(skin, hair, 0.6) * 0.55, hair * (0.45 + 1.1 * strands), full)
    s.lay(colour, density * mix(look.beard * 1.6, 0.92, full))
    s.gloss *= 1 - 0.7 * density
    s.slopeU += (strands - 0.5) * 0.5 * density * full
  }

  /// A moustache whose ends turn up or down as its wearer likes.
  func moustache(_ s: inout FaceSurface) {
    if look.moustache <= 0 { return }
    let e = abs(s.u) / (0.26 + 0.14 * look.moustache)
    if e > 1.05 { return }
    let top = noseTipV + 0.12
    let centre = top + (mouthV - 0.045 - top) * 0.55 - look.moustacheCurve * 0.11 * e * e
    let thick = (0.045 + 0.045 * look.moustache) * (1 - 0.75 * e * e) * (0.75 + 0.25 * smoothstep(0, 0.12, e))
    let strands = noise(s.u * 50, s.v * 14 + e * 5, pattern ^ 47)
    let d = abs(s.v - centre) - thick * (0.8 + 0.4 * strands)
    let share = coverage(d, max(s.pixel, 0.03))
    s.lay(hair * (0.4 + 1.1 * strands), share * 0.94)
    s.gloss *= 1 - share
  }
}
