import Imaging
import Numerics

/// What lies between the scene and the file: things near the lens, blur, exposure, colour cast, noise.
struct Finish {
  let capture: Capture

  /// Blurs, exposes and rounds a canvas to 8-bit RGB.
  func develop(_ canvas: inout Canvas, noiseSeed: UInt32) -> Image {
    let radius = Int(capture.blur * Float(canvas.height) * (1 / 256) + 0.5)
    canvas.blur(radius: radius)
    let width = canvas.width
    let height = canvas.height
    let exposure = capture.exposure
    let red: Float = 1 + 0.16 * capture.castWarm + 0.05 * capture.castTint
    let green: Float = 1 - 0.10 * capture.castTint
    let blue: Float = 1 - 0.24 * capture.castWarm + 0.05 * capture.castTint
    let cast = Colour(red, green, blue, 0) * exposure
    let noise = capture.noise * 2.449
    let stepX = 1.3 / Float(width)
    let stepY = 1.3 / Float(height)
    let vignette = capture.vignette
    let tintNoise = noise * (0.35 / 255)
    let grainNoise = noise * (1 / 255)
    let saturation = capture.saturation
    // Contrast turns about a middle tone; half a step rounds.
    let slope = 255 * capture.contrast
    let offset = 118 - 118 * capture.contrast + 0.5
    var bytes = [UInt8](repeating: 0, count: width * height * 3)
    canvas.pixels.withUnsafeBufferPointer { pixels in
      bytes.withUnsafeMutableBufferPointer { bytes in
        for y in 0..<height {
          let vy = Float(y) * stepY - 0.65
          for x in 0..<width {
            let vx = Float(x) * stepX - 0.65
            let corner: Float = 1 - vignette * (vx * vx + vy * vy)
            let lit: Colour = pixels[y * width + x] * cast * corner
            let grey: Float = 0.30 * lit.x + 0.59 * lit.y + 0.11 * lit.z
            let h = latticeHash(Int32(truncatingIfNeeded: x), Int32(truncatingIfNeeded: y), noiseSeed)
            let two = Int32(bitPattern: (h & 0xFF) &+ ((h >> 8) & 0xFF)) &- 255
            let grain: Float = Float(two) * grainNoise + offset
            let tint: Float = Float(Int32(bitPattern: (h >> 16) & 0xFF) &- 128) * tintNoise
            let place = (y * width + x) * 3
            bytes[place] = Self.byte(mix(grey, lit.x, saturation), slope, grain + tint)
            bytes[place + 1] = Self.byte(mix(grey, lit.y, saturation), slope, grain - tint)
            bytes[place + 2] = Self.byte(mix(grey, lit.z, saturation), slope, grain)
          }
        }
      }
    }
    return Image(width: width, height: height, channels: 3, pixels: bytes)
  }

  /// A linear value on the display: a soft shoulder in place of clipped lights, then a gamma of 2.
  @inline(__always) private static func byte(_ linear: Float, _ slope: Float, _ offset: Float) -> UInt8 {
    let c = linear > 0 ? linear : 0
    let display = (c * 1.42 / (c * 0.42 + 1)).squareRoot() * slope + offset
    return UInt8(display < 0 ? 0 : (display > 255 ? 255 : display))
  }
}

/// Paints the thing that hides a part of the face.
struct OccluderPainter {
  let parameters: FaceParameters
  let geometry: HeadGeometry

  func paint(on canvas: inout Canvas) {
    let s = parameters.surroundings
    if s.occluder == .none { return }
    let side = s.occluderSide
    let light = Illumination(parameters.light)
    var random = CounterRandom(seed: UInt64(s.pattern), stream: 9)
    let place = random.uniform(-0.5, 0.5)
    let hue = random.unit()
    let tone = random.uniform(0.2, 0.8)
    let base =
      s.occluder == .hand
      ? Palette.skin(parameters.person)
      : Palette.hue(s.occluder == .leaf ? 0.22 + 0.16 * hue : hue, saturation: 0.5, value: tone)
    let soft: Float = s.occluder == .hand ? geometry.pixel : 0.16
    for y in 0..<canvas.height {
      for x in 0..<canvas.width {
        let p = geometry.local(Float(x) + 0.5, Float(y) + 0.5)
        let across = p.x * side
        if across < 0.3 { continue }
        let distance: Float
        switch s.occluder {
        case .edge: distance = 0.82 + 0.12 * place + 0.12 * noise(p.y * 2, 1, s.pattern) - across
        case .leaf: distance = ellipseDistance(across - 1.05, p.y - place, 0.34, 0.75)
        default:
          // Four fingers against the cheek.
          let fy = fromNearest((p.y - 0.55) * 4.4)
          let finger = (p.y - 0.55) * 4.4 - fy
          let reach: Float = finger > 1.5 || finger < -1.5 ? 9 : 0.62 + 0.05 * finger * finger
          distance = max(roundedBoxDistance(across - reach - 1, fy * 0.227, 1, 0.105, 0.10), -1)
        }
        let share = coverage(distance, soft)
        if share <= 0 { continue }
        let n = SIMD3<Float>(side * 0.3, (noise(p.x * 3, p.y * 9, s.pattern) - 0.5) * 0.6, 0.8)
        let rim = s.occluder == .hand ? 0.65 + 0.35 * unitClamp(-distance * 14) : 0.9
        let colour = base * rim * light.diffuse(n, open: 0.9, shadow: 1)
        let at = y * canvas.width + x
        canvas.pixels[at] = mix(canvas.pixels[at], colour, share)
      }
    }
  }
}
