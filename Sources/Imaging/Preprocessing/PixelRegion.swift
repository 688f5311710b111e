import Models

/// A rectangle of whole pixels; it may reach beyond the picture, where the picture's edge pixels go on.
public struct PixelRegion: Hashable, Sendable {
  /// The first column.
  public var x: Int
  /// The first row.
  public var y: Int
  /// Columns, at least 1.
  public var width: Int
  /// Rows, at least 1.
  public var height: Int

  /// All in pixels; `width` and `height` are at least 1.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension Preprocessing {
  /// The part of a picture of `width` x `height` pixels that the network sees.
  ///
  /// - Centred square: side min(width, height), its corner at (width - side) / 2, (height - side) / 2, rounded down.
  /// - Stretch: everything.
  /// - Inside: with W x H the input's size, `width` x ceil(width H / W) where that is at least `height` rows, otherwise
  ///   ceil(height W / H) x `height`; its corner so that the picture is centred, rounded down.
  /// - Face: in single precision and in this order, side = round(max(w, h) * (100 + 2 margin) / 100), ties to even, at
  ///   least 1; corner = round down(x + w / 2 - side / 2), likewise for y. A box that is empty, not finite, or wholly
  ///   outside is no face: the centred square then.
  public func region(ofWidth width: Int, height: Int, face: FaceBox? = nil) -> PixelRegion {
    switch fit {
    case .stretch:
      return PixelRegion(x: 0, y: 0, width: width, height: height)
    case .inside:
      let rows = (width * self.height + self.width - 1) / self.width
      let columns = (height * self.width + self.height - 1) / self.height
      let (across, down) = rows >= height ? (width, rows) : (columns, height)
      return PixelRegion(
        x: -((across - width + 1) / 2), y: -((down - height + 1) / 2), width: across, height: down)
    case .face(let margin):
      if let face, let region = Self.square(around: face, margin: margin, width: width, height: height) {
        return region
      }
    case .centreSquare: break
    }
    let side = min(width, height)
    return PixelRegion(x: (width - side) / 2, y: (height - side) / 2, width: side, height: side)
  }

  /// Whether a picture is a whole photo around this face: the network's crop of it would be smaller than four fifths of
  /// the centred square. Otherwise the picture was cropped to the face before, and is taken as it is.
  ///
  /// - Parameter face: in pixels of the whole picture (see `Image.reduction`).
  public func isWholePhoto(_ image: Image, face: FaceBox) -> Bool {
    5 * region(of: image, face: face).width < 4 * min(image.width, image.height)
  }

  /// The same of a decoded picture, in its own pixels; `face` is in pixels of the whole one (see `Image.reduction`).
  public func region(of image: Image, face: FaceBox? = nil) -> PixelRegion {
    let own = image.reduction == 1 ? face : face?.scaled(by: 1 / Float(image.reduction))
    return region(ofWidth: image.width, height: image.height, face: own)
  }

  private static func square(around face: FaceBox, margin: Int, width: Int, height: Int) -> PixelRegion? {
    guard face.width > 0, face.height > 0, face.x.isFinite, face.y.isFinite else { return nil }
    guard !face.isOutside(width: width, height: height) else { return nil }
    let requested = (max(face.width, face.height) * Float(100 + 2 * margin) / 100).rounded(.toNearestOrEven)
    // Four times the picture is more than any margin asks for, and keeps the tables of weights small.
    guard requested <= Float(4 * max(width, height)) else { return nil }
    let side = max(1, requested)
    let left = (face.x + face.width / 2 - side / 2).rounded(.down)
    let top = (face.y + face.height / 2 - side / 2).rounded(.down)
    return PixelRegion(x: Int(left), y: Int(top), width: Int(side), height: Int(side))
  }
}
