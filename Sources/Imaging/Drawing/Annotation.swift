/// Boxes and labels drawn into a picture of three channels.
extension Image {
  /// A colour: red, green, blue.
  public typealias Ink = SIMD3<UInt8>

  /// Draws a face's box with its label, where it has one, above, or inside where there is no room above; lines and
  /// letters are as thick as the picture is large. What lies outside the picture is not drawn.
  ///
  /// - Parameter face: the box in pixels of the whole picture (see `reduction`).
  public mutating func annotate(_ face: FaceBox, label: String, ink: Ink) {
    let box = reduction == 1 ? face : face.scaled(by: 1 / Float(reduction))
    precondition(channels == 3, "colours need three channels")
    guard box.x.isFinite, box.y.isFinite, box.width.isFinite, box.height.isFinite, box.width > 0, box.height > 0
    else { return }
    let unit = max(1, min(width, height) / 250)
    // Ends within a picture's width outside, so that no number overflows.
    func place(_ value: Float, _ limit: Int) -> Int { Int(min(max(value, -Float(limit)), 2 * Float(limit)).rounded()) }
    let left = place(box.x, width), top = place(box.y, height)
    let right = place(box.x + box.width, width), bottom = place(box.y + box.height, height)
    let thick = 2 * unit
    fill(left..<right, top..<min(top + thick, bottom), ink)
    fill(left..<right, max(bottom - thick, top)..<bottom, ink)
    fill(left..<min(left + thick, right), top..<bottom, ink)
    fill(max(right - thick, left)..<right, top..<bottom, ink)

    guard !label.isEmpty else { return }
    let letters = label.uppercased()
    let tall = (PixelFont.rows + 2) * unit
    let wide = (letters.count * (PixelFont.columns + 1) + 1) * unit
    let x = max(0, min(left, width - wide)), y = top >= tall ? top - tall : max(0, top)
    fill(x..<x + wide, y..<y + tall, ink)
    let light = 299 * Int(ink.x) + 587 * Int(ink.y) + 114 * Int(ink.z)
    write(letters, x: x + unit, y: y + unit, unit: unit, ink: light > 140_000 ? Ink(0, 0, 0) : Ink(255, 255, 255))
  }

  private mutating func write(_ text: String, x: Int, y: Int, unit: Int, ink: Ink) {
    var left = x
    for letter in text {
      for (row, bits) in PixelFont.glyph(letter).enumerated() {
        for column in 0..<PixelFont.columns where bits >> (PixelFont.columns - 1 - column) & 1 == 1 {
          let (u, v) = (left + column * unit, y + row * unit)
          fill(u..<u + unit, v..<v + unit, ink)
        }
      }
      left += (PixelFont.columns + 1) * unit
    }
  }

  private mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ ink: Ink) {
    for y in rows.clamped(to: 0..<height) {
      for x in columns.clamped(to: 0..<width) {
        for channel in 0..<3 { pixels[(y * width + x) * 3 + channel] = ink[channel] }
      }
    }
  }
}
