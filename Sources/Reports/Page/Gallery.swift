import FoundationEssentials
import Imaging

/// A picture with what was said about it.
public struct CaptionedPicture: Sendable {
  /// A line under the picture.
  public struct Line: Sendable {
    /// The words.
    public var text: String
    /// Whether they are right (marked with a tick), wrong (a cross) or neither.
    public var isRight: Bool?

    /// Without `isRight` the line has no mark.
    public init(_ text: String, isRight: Bool? = nil) {
      self.text = text
      self.isRight = isRight
    }
  }

  /// The picture.
  public var image: Image
  /// What a reader who cannot see it is told.
  public var description: String
  /// The caption.
  public var lines: [Line]

  /// `description` is for readers who cannot see the picture.
  public init(_ image: Image, description: String, lines: [Line]) {
    self.image = image
    self.description = description
    self.lines = lines
  }
}

extension ReportBlock {
  /// A grid of pictures. Each becomes a JPEG inside the page; one that cannot be encoded leaves its caption.
  /// - Parameter side: the longest side of a picture in the page; larger ones are shrunk by whole factors.
  public static func gallery(_ pictures: [CaptionedPicture], title: String = "", side: Int = 160) -> ReportBlock {
    guard !pictures.isEmpty else { return ReportBlock(Markup.nothing, title: title, wide: true) }
    let figures = pictures.map { picture -> Markup in
      let lines = picture.lines.map { line -> Markup in
        switch line.isRight {
        case nil: "<span>\(line.text)</span>"
        case true?: "<span class=\"right\">\(line.text)</span>"
        case false?: "<span class=\"wrong\">\(line.text)</span>"
        }
      }
      let image = picture.image.shrunk(toFit: side)
      var tag = Markup.empty
      if let jpeg = try? ImageEncoder.jpeg(image, quality: 85) {
        let data = Data(jpeg).base64EncodedString()
        tag =
          """
          <img alt="\(picture.description)" width="\(image.width)" height="\(image.height)" \
          src="data:image/jpeg;base64,\(data)"/>
          """
      }
      return "<figure>\(tag)<figcaption>\(lines.joined())</figcaption></figure>"
    }
    return ReportBlock("<div class=\"gallery\">\(figures.joined())</div>", title: title, wide: true)
  }
}

extension Image {
  /// The picture averaged over squares of pixels until its longest side is at most about `side`.
  public func shrunk(toFit side: Int) -> Image {
    let factor = max(1, (max(width, height) + side - 1) / max(1, side))
    guard factor > 1, width >= factor, height >= factor else { return self }
    let newWidth = width / factor
    let newHeight = height / factor
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
    let area = factor * factor
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        for channel in 0..<channels {
          var sum = area / 2
          for dy in 0..<factor {
            let row = (y * factor + dy) * width
            for dx in 0..<factor { sum += Int(pixels[(row + x * factor + dx) * channels + channel]) }
          }
          result[(y * newWidth + x) * channels + channel] = UInt8(sum / area)
        }
      }
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: result)
  }
}
