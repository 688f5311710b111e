/// A picture in linear light that shapes are painted on.
struct Canvas: Sendable {
  let width: Int
  let height: Int
  /// `[height, width]`
  var pixels: [Colour]

  init(width: Int, height: Int, colour: Colour = Colour(repeating: 0)) {
    self.width = width
    self.height = height
    pixels = [Colour](repeating: colour, count: width * height)
  }

  /// This canvas, stretched to another size with bilinear interpolation: how the soft backgrounds are made.
  func stretched(toWidth newWidth: Int, height newHeight: Int) -> Canvas {
    var result = Canvas(width: newWidth, height: newHeight)
    let stepX = Float(width - 1) / Float(max(newWidth - 1, 1))
    let stepY = Float(height - 1) / Float(max(newHeight - 1, 1))
    pixels.withUnsafeBufferPointer { source in
      result.pixels.withUnsafeMutableBufferPointer { target in
        for y in 0..<newHeight {
          let fy = Float(y) * stepY
          let y0 = min(Int(fy), height - 1)
          let y1 = min(y0 + 1, height - 1)
          let ty = fy - Float(y0)
          for x in 0..<newWidth {
            let fx = Float(x) * stepX
            let x0 = min(Int(fx), width - 1)
            let x1 = min(x0 + 1, width - 1)
            let tx = fx - Float(x0)
            let top = mix(source[y0 * width + x0], source[y0 * width + x1], tx)
            let bottom = mix(source[y1 * width + x0], source[y1 * width + x1], tx)
            target[y * newWidth + x] = mix(top, bottom, ty)
          }
        }
      }
    }
    return result
  }

  /// Blurs with a box of `2 * radius + 1` pixels, in both directions, twice, which is close to a Gaussian.
  mutating func blur(radius: Int) {
    guard radius > 0 else { return }
    for _ in 0..<2 {
      blurLines(radius, count: height, length: width, lineStep: width, step: 1)
      blurLines(radius, count: width, length: height, lineStep: 1, step: width)
    }
  }

  private mutating func blurLines(_ radius: Int, count: Int, length: Int, lineStep: Int, step: Int) {
    let scale = 1 / Float(2 * radius + 1)
    var line = [Colour](repeating: Colour(repeating: 0), count: length)
    pixels.withUnsafeMutableBufferPointer { pixels in
      line.withUnsafeMutableBufferPointer { line in
        for index in 0..<count {
          let start = index * lineStep
          for i in 0..<length { line[i] = pixels[start + i * step] }
          var sum = line[0] * Float(radius)
          for i in 0...radius { sum += line[min(i, length - 1)] }
          for i in 0..<length {
            pixels[start + i * step] = sum * scale
            sum += line[min(i + radius + 1, length - 1)] - line[max(i - radius, 0)]
          }
        }
      }
    }
  }
}
