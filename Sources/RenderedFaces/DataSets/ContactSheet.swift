import Imaging

extension RenderedFaces {
  /// Many faces in one picture, each with a badge that shows its class: what the data set looks like at a glance.
  /// - Parameters:
  ///   - first: the index of the first face.
  ///   - side: rows and columns of one face in pixels.
  public static func contactSheet(
    seed: UInt64, first: Int = 0, columns: Int, rows: Int, side: Int,
    variety: Float = FacePainter.standardVariety
  ) -> Image {
    var sheet = Image(width: columns * side, height: rows * side, channels: 3, filledWith: 255)
    let rowBytes = columns * side * 3
    for place in 0..<columns * rows {
      let face = FacePainter.paint(seed: seed, index: first + place, size: side, variety: variety)
      var tile = face.image
      badge(label: face.label, on: &tile)
      let start = place / columns * side * rowBytes + place % columns * side * 3
      for y in 0..<side {
        let line = tile.pixels[y * side * 3..<(y + 1) * side * 3]
        sheet.pixels.replaceSubrange(start + y * rowBytes..<start + y * rowBytes + side * 3, with: line)
      }
    }
    return sheet
  }

  /// A disc with a smile (blue) or a frown (vermilion) at the lower right: told apart without colour, too.
  private static func badge(label: Int, on image: inout Image) {
    let radius = Float(image.width) * 0.09
    let centre = Float(image.width) - radius * 1.4
    let colour: SIMD4<Float> = label == 0 ? SIMD4(0, 114, 178, 0) : SIMD4(213, 94, 0, 0)
    let white = SIMD4<Float>(repeating: 255)
    let pixel = 1 / radius
    let from = max(0, Int(centre - radius * 1.3))
    for y in from..<image.height {
      for x in from..<image.width {
        let u = (Float(x) + 0.5 - centre) * pixel
        let v = (Float(y) + 0.5 - centre) * pixel
        let r = (u * u + v * v).squareRoot()
        let share = coverage(r - 1.12, pixel)
        if share <= 0 { continue }
        var ink = mix(white, colour, coverage(r - 1, pixel))
        let eye = (abs(u) - 0.34) * (abs(u) - 0.34) + (v + 0.24) * (v + 0.24)
        ink = mix(ink, white, coverage(eye.squareRoot() - 0.13, pixel))
        let bend = (label == 0 ? 0.62 - u * u * 1.1 : 0.20 + u * u * 1.1) - v
        let mouth = max(abs(bend) * 0.75 - 0.09, abs(u) - 0.55)
        ink = mix(ink, white, coverage(mouth, pixel))
        let place = (y * image.width + x) * 3
        for channel in 0..<3 {
          let old = Float(image.pixels[place + channel])
          image.pixels[place + channel] = UInt8(max(0, min(255, mix(old, ink[channel], share) + 0.5)))
        }
      }
    }
  }
}
