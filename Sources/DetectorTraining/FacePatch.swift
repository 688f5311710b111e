import Imaging

/// A part of a photo that is drawn into another picture: turned, scaled, mirrored, its light changed, its border soft.
struct FacePatch {
  /// What of the photo is drawn.
  enum Outline {
    /// Everything, with a soft border of this many pixels of the canvas.
    case whole(border: Float)
    /// Everything; beyond the photo its edges go on, as where a picture of another aspect is taken whole.
    case endless
    /// The head around a face's box: hair, ears and chin, fading into what lies behind.
    case head
    /// The face itself, fading before the box ends.
    case face
  }

  let photo: DetectionMaterial.Photo
  /// Which of the photo's faces is placed.
  let face: FaceBox
  /// Where the face's middle comes to lie, in pixels of the canvas.
  let x, y: Float
  /// The face's side on the canvas.
  let side: Float
  /// The tangent of half the angle by which it is turned: with t, cos = (1 - t^2) / (1 + t^2), sin = 2 t / (1 + t^2),
  /// which every machine rounds alike.
  let halfTangent: Float
  let isMirrored: Bool
  let outline: Outline
  /// Values become `gain * value + offset`.
  let gain, offset: Float

  private var scale: Float { side / face.width }
  private var cosine: Float { (1 - halfTangent * halfTangent) / (1 + halfTangent * halfTangent) }
  private var sine: Float { 2 * halfTangent / (1 + halfTangent * halfTangent) }

  /// Where a box of the photo lies on the canvas: its middle is moved, its sides scaled, it is not turned.
  func placed(_ box: FaceBox) -> FaceBox {
    var across = (box.x + box.width / 2 - face.x - face.width / 2) * scale
    let down = (box.y + box.height / 2 - face.y - face.height / 2) * scale
    if isMirrored { across = -across }
    let (width, height) = (box.width * scale, box.height * scale)
    let middleX = x + across * cosine - down * sine
    let middleY = y + across * sine + down * cosine
    return FaceBox(x: middleX - width / 2, y: middleY - height / 2, width: width, height: height)
  }

  /// Draws into grey pixels `[height, width]`.
  ///
  /// - Parameter tile: the part of the canvas that is drawn on; nil for all of it.
  func draw(on pixels: UnsafeMutablePointer<UInt8>, width: Int, height: Int, within tile: PixelRegion? = nil) {
    // A level whose pixels are at most about two to a pixel of the canvas.
    var level = 0
    while level + 1 < photo.levels.count, scale * Float(1 << (level + 1)) <= 1.2 { level += 1 }
    let image = photo.levels[level]
    let ratioX = Float(image.width) / Float(photo.image.width)
    let ratioY = Float(image.height) / Float(photo.image.height)
    let (cosine, sine) = (cosine / scale, sine / scale)
    let (middleX, middleY) = (face.x + face.width / 2, face.y + face.height / 2)
    let reach = self.reach
    func part(_ middle: Float, _ first: Int, _ extent: Int) -> Range<Int> {
      max(first, Int(middle - reach))..<max(first, min(first + extent, Int(middle + reach) + 1))
    }
    let tile = tile ?? PixelRegion(x: 0, y: 0, width: width, height: height)
    let (rows, columns) = (part(y, tile.y, tile.height), part(x, tile.x, tile.width))
    guard !rows.isEmpty, !columns.isEmpty else { return }
    image.pixels.withUnsafeBufferPointer { source in
      for row in rows {
        let down = Float(row) + 0.5 - y
        for column in columns {
          let across = Float(column) + 0.5 - x
          var u = across * cosine + down * sine
          let v = down * cosine - across * sine
          if isMirrored { u = -u }
          let cover = opacity(u / face.width, v / face.width, middleX + u, middleY + v)
          guard cover > 0 else { continue }
          let value = Self.sample(
            source, image.width, image.height, (middleX + u) * ratioX - 0.5, (middleY + v) * ratioY - 0.5)
          let lit = min(255, max(0, value * gain + offset))
          let under = Float(pixels[row * width + column])
          pixels[row * width + column] = UInt8(under + (lit - under) * cover + 0.5)
        }
      }
    }
  }

  /// How far from the face's middle anything is drawn, in pixels of the canvas.
  private var reach: Float {
    switch outline {
    case .whole: Float(photo.image.width + photo.image.height) * scale
    case .endless: 1e6
    case .head: side * 1.15
    case .face: side * 0.72
    }
  }

  /// How much of the patch is seen at a place: `across`, `down` from the face's middle in sides of the face; `x`, `y`
  /// in pixels of the photo.
  private func opacity(_ across: Float, _ down: Float, _ x: Float, _ y: Float) -> Float {
    let edge = min(min(x, Float(photo.image.width) - x), min(y, Float(photo.image.height) - y)) * scale
    if case .endless = outline { return 1 }
    guard edge > 0 else { return 0 }
    switch outline {
    case .endless: return 1
    case .whole(let border): return min(1, edge / border)
    case .head:
      let (a, b) = (across / 0.82, (down + 0.08) / 1.02)
      return min(1, edge / 3) * Self.fade((a * a + b * b).squareRoot(), from: 0.8)
    case .face:
      let (a, b) = (across / 0.54, down / 0.56)
      return min(1, edge / 2) * Self.fade((a * a + b * b).squareRoot(), from: 0.75)
    }
  }

  /// 1 up to `from`, 0 from 1 on, smooth between.
  private static func fade(_ radius: Float, from: Float) -> Float {
    let t = min(1, max(0, (1 - radius) / (1 - from)))
    return t * t * (3 - 2 * t)
  }

  /// Bilinear; beyond the border the edge goes on.
  private static func sample(
    _ pixels: UnsafeBufferPointer<UInt8>, _ width: Int, _ height: Int, _ x: Float, _ y: Float
  ) -> Float {
    let left = x.rounded(.down), top = y.rounded(.down)
    let (a, b) = (x - left, y - top)
    let x0 = min(max(0, Int(left)), width - 1), x1 = min(max(0, Int(left) + 1), width - 1)
    let y0 = min(max(0, Int(top)), height - 1), y1 = min(max(0, Int(top) + 1), height - 1)
    let upper = Float(pixels[y0 * width + x0]) * (1 - a) + Float(pixels[y0 * width + x1]) * a
    let lower = Float(pixels[y1 * width + x0]) * (1 - a) + Float(pixels[y1 * width + x1]) * a
    return upper * (1 - b) + lower * b
  }
}
