import Numerics

/// Paints what is behind the head. It is out of focus anyway, so it is painted small and stretched, which is fast.
struct Backdrop {
  let surroundings: Surroundings

  /// The background for a picture of `width` x `height`.
  func canvas(width: Int, height: Int) -> Canvas {
    // 96 rows or fewer: the lens, not the painter, decides how sharp a background is.
    let rows = 96
    let columns = max(2, rows * width / height)
    var canvas = Canvas(width: columns, height: rows)
    let aspect = Float(columns) / Float(rows)
    let scene = Scene(surroundings, aspect: aspect)
    for y in 0..<rows {
      let v = (Float(y) + 0.5) / Float(rows)
      for x in 0..<columns {
        canvas.pixels[y * columns + x] = scene.colour((Float(x) + 0.5) / Float(rows), v)
      }
    }
    scene.finish(&canvas)
    let radius = Int((1 - surroundings.focus) * 3 + 0.5)
    canvas.blur(radius: radius)
    return canvas.stretched(toWidth: width, height: height)
  }

  /// One background, its random choices made.
  private struct Scene {
    let kind: Surroundings.Background
    let aspect: Float
    let seed: UInt32
    let base: Colour
    let second: Colour
    let accent: Colour
    let a: Float
    let b: Float
    let c: Float

    init(_ s: Surroundings, aspect: Float) {
      kind = s.background
      self.aspect = aspect
      seed = s.pattern
      var random = CounterRandom(seed: UInt64(s.pattern), stream: 7)
      a = random.unit()
      b = random.unit()
      c = random.unit()
      let value = 0.15 + 0.8 * s.brightness
      base = Palette.hue(s.hue, saturation: s.colourfulness, value: value)
      second = Palette.hue(s.hue + 0.08 + 0.3 * a, saturation: s.colourfulness * 0.8, value: value * (0.5 + 0.6 * b))
      accent = Palette.hue(s.hue + 0.5, saturation: min(1, s.colourfulness + 0.2), value: min(1, value + 0.25))
    }

    func colour(_ x: Float, _ y: Float) -> Colour {
      switch kind {
      case .gradient:
        return mix(base, second, unitClamp(y * b + x * (1 - b)))
      case .studio:
        let dx = x / aspect - 0.3 - 0.4 * a
        let dy = y - 0.4
        let glow = hill((dx * dx + dy * dy) * 1.4)
        return base * (0.35 + 0.8 * glow) * (0.85 + 0.3 * noise(x * 5, y * 5, seed))
      case .wall: return wall(x, y)
      case .room: return room(x, y)
      case .shelves: return shelves(x, y)
      case .foliage: return foliage(x, y)
      case .lights:
        return base * (0.12 + 0.15 * noise(x * 3, y * 3, seed))
      case .landscape: return landscape(x, y)
      }
    }

    private func wall(_ x: Float, _ y: Float) -> Colour {
      var colour = base * (0.9 + 0.15 * noise(x * 30, y * 30, seed)) * (1.1 - 0.35 * y)
      let column = Float(floorInt((x + a) * 2))
      let fx = (x + a) * 2 - column
      let top = 0.08 + 0.2 * latticeValue(Int32(column), 1, seed)
      let size = 0.25 + 0.15 * latticeValue(Int32(column), 2, seed)
      let inner = roundedBoxDistance(fx - 0.5, (y - top - size / 2) * 2, 0.3, size * 0.9, 0.01)
      colour = mix(colour, rgb(60, 45, 35), coverage(inner - 0.05, 0.02))
      let picture = mix(accent, second, noise(x * 9, y * 9, seed ^ UInt32(bitPattern: Int32(column))))
      return mix(colour, picture, coverage(inner, 0.02))
    }

    private func room(_ x: Float, _ y: Float) -> Colour {
      var colour = base * (1.15 - 0.4 * y)
      if y > 0.86 { colour = rgb(120, 90, 62) * (0.7 + 0.3 * noise(x * 3, y * 60, seed)) }
      let wx = x - aspect * (0.1 + 0.75 * a)
      let wy = y - 0.38
      let frame = roundedBoxDistance(wx, wy, 0.24, 0.3, 0.01)
      colour = mix(colour, rgb(235, 232, 225), coverage(frame - 0.025, 0.02))
      let sky = mix(rgb(150, 195, 240), rgb(240, 244, 250), unitClamp(y * 1.6))
      let outside = y > 0.5 + 0.06 * noise(x * 7, 0, seed) ? rgb(120, 160, 100) : sky
      let pane = min(abs(wx), abs(wy + 0.05)) < 0.012 ? rgb(235, 232, 225) : outside * 1.2
      colour = mix(colour, pane, coverage(frame, 0.02))
      let curtain = abs(wx) - 0.3
      if curtain > -0.06 && curtain < 0.05 && y < 0.84 {
        colour = accent * (0.55 + 0.4 * noise(x * 60, y * 2, seed))
      }
      let lampX = x - aspect * (0.9 - 0.75 * a)
      let glow = hill((lampX * lampX + (y - 0.3) * (y - 0.3)) * 14)
      return colour + rgb(255, 214, 150) * (0.5 * glow)
    }

    private func shelves(_ x: Float, _ y: Float) -> Colour {
      let row = Float(floorInt(y * 4 + a))
      let fy = y * 4 + a - row
      if fy > 0.92 { return rgb(110, 80, 55) * (0.6 + 0.4 * noise(x * 20, row, seed)) }
      let place = x * (11 + 6 * b) + latticeValue(Int32(row), 9, seed)
      let book = Float(floorInt(place))
      let height = 0.25 + 0.35 * latticeValue(Int32(book), Int32(row), seed)
      if fy < height { return base * 0.18 }
      let tone = latticeValue(Int32(book), Int32(row), seed ^ 0x55)
      let colour = tone < 0.3 ? base : (tone < 0.6 ? second : (tone < 0.85 ? accent : rgb(225, 215, 200)))
      let across = place - book - 0.5
      return colour * (0.75 - across * across * 1.6)
    }

    private func foliage(_ x: Float, _ y: Float) -> Colour {
      let large = noise(x * 6, y * 6, seed)
      let fine = noise(x * 22, y * 22, seed ^ 3)
      let green = Palette.hue(0.2 + 0.16 * a, saturation: 0.6, value: 0.2 + 0.6 * large)
      let sun = smoothstep(0.72, 0.9, fine) * smoothstep(0.4, 0.8, large)
      return green * (0.4 + 0.9 * fine) + rgb(255, 250, 200) * (sun * 0.7)
    }

    private func landscape(_ x: Float, _ y: Float) -> Colour {
      let cloud = smoothstep(0.5, 0.8, noise(x * 3, y * 7, seed) * 0.7 + noise(x * 9, y * 18, seed) * 0.3)
      let sky = mix(mix(rgb(84, 140, 205), base, 0.3), rgb(225, 232, 240), unitClamp(y * 1.5))
      var colour = mix(sky, rgb(250, 250, 250), cloud * 0.8)
      for layer in 0..<3 {
        let depth = Float(layer)
        let horizon = 0.42 + 0.15 * depth - 0.16 * noise(x * (2 + depth) + a * 9, depth, seed)
        if y > horizon {
          let near = mix(second, rgb(70, 96, 58), 0.4 + 0.25 * depth)
          colour = near * (0.9 - 0.2 * depth) * (0.8 + 0.4 * noise(x * 30, y * 50, seed))
        }
      }
      return colour
    }

    /// Lights out of focus lie on top of the night.
    func finish(_ canvas: inout Canvas) {
      guard kind == .lights else { return }
      var random = CounterRandom(seed: UInt64(seed), stream: 8)
      for _ in 0..<26 {
        let cx = random.unit() * Float(canvas.width)
        let cy = random.unit() * Float(canvas.height)
        let radius = random.uniform(2, 9)
        let hue = random.chance(0.6) ? random.uniform(0.05, 0.16) : random.unit()
        let colour = Palette.hue(hue, saturation: 0.7, value: random.uniform(0.3, 0.95))
        let rows = max(0, Int(cy - radius - 1))..<max(0, min(canvas.height, Int(cy + radius + 2)))
        let columns = max(0, Int(cx - radius - 1))..<max(0, min(canvas.width, Int(cx + radius + 2)))
        for y in rows {
          for x in columns {
            let dx = Float(x) - cx
            let dy = Float(y) - cy
            let distance = (dx * dx + dy * dy).squareRoot() - radius
            canvas.pixels[y * canvas.width + x] += colour * (coverage(distance, 1) * 0.6)
          }
        }
      }
    }
  }
}
