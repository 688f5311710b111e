/// A part of a camera's frames, in ten-thousandths of their columns and rows, so that it shows the same where the
/// camera gives frames of another size. It is a setting of what looks at the camera; a model's own preprocessing begins
/// with what lies inside, as if that were the picture.
public struct FrameRegion: Hashable, Sendable {
  /// A frame's columns and rows.
  public static let whole = 10_000
  /// The fewest of them that a region has to each side.
  public static let least = 200

  /// The left edge.
  public let x: Int
  /// The upper edge.
  public let y: Int
  /// From left to right.
  public let width: Int
  /// From top to bottom.
  public let height: Int

  /// All in ten-thousandths of the frame; nil where it reaches beyond the frame or is narrower than `least`.
  public init?(x: Int, y: Int, width: Int, height: Int) {
    let sides = Self.least...Self.whole
    guard sides.contains(width), sides.contains(height), (0...Self.whole - width).contains(x),
      (0...Self.whole - height).contains(y)
    else { return nil }
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// A rectangle in a frame of `width` x `height` pixels, what reaches beyond cut off; nil where too little is left.
  public init?(_ part: PixelRegion, ofWidth width: Int, height: Int) {
    func share(_ pixels: Int, of all: Int) -> Int { (min(max(pixels, 0), all) * Self.whole + all / 2) / all }
    guard width > 0, height > 0 else { return nil }
    let (left, right) = (share(part.x, of: width), share(part.x + part.width, of: width))
    let (top, bottom) = (share(part.y, of: height), share(part.y + part.height, of: height))
    self.init(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// Reads `text`; nil for anything else.
  public init?(_ text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2], let height = numbers[3]
    else { return nil }
    self.init(x: x, y: y, width: width, height: height)
  }

  /// Left and upper edge, width and height, with commas between.
  public var text: String { "\(x),\(y),\(width),\(height)" }

  /// The region in a frame of `width` x `height` pixels, its edges rounded; it lies inside and has a pixel or more.
  public func pixels(ofWidth width: Int, height: Int) -> PixelRegion {
    func span(_ first: Int, _ count: Int, of all: Int) -> (Int, Int) {
      func edge(_ share: Int) -> Int { (share * all + Self.whole / 2) / Self.whole }
      let begin = min(edge(first), all - 1)
      return (begin, max(1, edge(first + count) - begin))
    }
    let (left, across) = span(x, self.width, of: width)
    let (top, down) = span(y, self.height, of: height)
    return PixelRegion(x: left, y: top, width: across, height: down)
  }
}

extension Image {
  /// Makes `part` the pixels of a region that lies inside this picture, in the memory that it has.
  public func cut(_ region: PixelRegion, into part: inout Image) {
    precondition(
      region.x >= 0 && region.y >= 0 && region.x + region.width <= width && region.y + region.height <= height)
    part.reshape(width: region.width, height: region.height, channels: channels)
    let row = region.width * channels
    pixels.withUnsafeBufferPointer { from in
      part.pixels.withUnsafeMutableBufferPointer { to in
        for y in 0..<region.height {
          let begin = ((region.y + y) * width + region.x) * channels
          (to.baseAddress! + y * row).update(from: from.baseAddress! + begin, count: row)
        }
      }
    }
  }
}
