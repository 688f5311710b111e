/// Where a face stands, in pixels of the upright picture; it may reach beyond the frame.
public struct FaceBox: Hashable, Sendable {
  /// The left edge.
  public var x: Float
  /// The upper edge.
  public var y: Float
  /// From left to right.
  public var width: Float
  /// From top to bottom.
  public var height: Float

  /// All in pixels; the upper left corner first.
  public init(x: Float, y: Float, width: Float, height: Float) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension FaceBox {
  /// All four numbers multiplied by `factor`: the box in a picture of other pixels.
  public func scaled(by factor: Float) -> FaceBox {
    FaceBox(x: x * factor, y: y * factor, width: width * factor, height: height * factor)
  }

  /// Whether nothing of it lies in a picture of this size.
  func isOutside(width: Int, height: Int) -> Bool {
    !(x < Float(width) && y < Float(height) && x + self.width > 0 && y + self.height > 0)
  }

  /// The area that it shares with another box.
  public func intersection(_ other: FaceBox) -> Float {
    let across = min(x + width, other.x + other.width) - max(x, other.x)
    let down = min(y + height, other.y + other.height) - max(y, other.y)
    return across > 0 && down > 0 ? across * down : 0
  }

  /// The area shared with another box over the area covered by either.
  public func overlap(_ other: FaceBox) -> Float {
    let shared = intersection(other)
    let all = width * height + other.width * other.height - shared
    return all > 0 ? shared / all : 0
  }
}

/// Finds the face that a picture is of; nil where there is none. Called from several threads.
public typealias FaceFinder = @Sendable (Image) -> FaceBox?
