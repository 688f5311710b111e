import Imaging
import Models

/// A picture that was collected to be learned from: a face with its surroundings, or a whole frame.
public struct TaughtPicture: Sendable {
  /// Its number, which no other picture of the set ever has.
  public let id: Int
  /// The number of its class.
  public internal(set) var classID: Int
  /// When it was taken, in milliseconds since 1970.
  public let milliseconds: Int64
  /// Whether it is a face, which then takes the middle half of its columns and of its rows.
  public let isFace: Bool
  /// Columns and rows.
  public let width, height: Int
  /// The picture as JPEG.
  public let jpeg: [UInt8]

  /// Faces are kept with half their size around them, so that training can move and turn them.
  static let context: Float = 2
  /// The most columns or rows of a picture that is kept.
  public static let mostPixels = 192

  /// Where the face is; nil for a frame.
  var face: FaceBox? {
    guard isFace else { return nil }
    let (across, down) = (Float(width) / Self.context, Float(height) / Self.context)
    return FaceBox(x: (Float(width) - across) / 2, y: (Float(height) - down) / 2, width: across, height: down)
  }

  /// Cuts a picture out of a frame.
  ///
  /// - Parameters:
  ///   - frame: as it was decoded.
  ///   - face: in pixels of the whole frame (see `Image.reduction`); nil keeps the frame itself.
  ///   - region: the part of the frame that is kept where no face is; nil for all of it.
  static func cut(_ frame: Image, face: FaceBox?, region: FrameRegion?) -> Image {
    guard let face else {
      let part =
        region?.pixels(ofWidth: frame.width, height: frame.height)
        ?? PixelRegion(x: 0, y: 0, width: frame.width, height: frame.height)
      let factor = min(1, Float(mostPixels) / Float(max(part.width, part.height)))
      return frame.resampled(
        part, width: max(1, Int(Float(part.width) * factor)), height: max(1, Int(Float(part.height) * factor)))
    }
    let box = face.scaled(by: 1 / Float(frame.reduction))
    let side = max(2, (max(box.width, box.height) * context).rounded())
    let region = PixelRegion(
      x: Int((box.x + box.width / 2 - side / 2).rounded(.down)),
      y: Int((box.y + box.height / 2 - side / 2).rounded(.down)), width: Int(side), height: Int(side))
    let pixels = min(mostPixels, Int(side))
    return frame.resampled(region, width: pixels, height: pixels)
  }
}

/// A class that is taught.
public struct TaughtClass: Hashable, Sendable {
  /// Its number, which stays when its name changes.
  public let id: Int
  /// Its name.
  public internal(set) var name: String

  /// What is wrong with a name for a class, as a sentence; nil for a good one. Classes are folders on disk and words on
  /// the page.
  public static func problem(with name: String) -> String? {
    if name.isEmpty { return "A class needs a name." }
    if name.utf8.count > 60 { return "This name is too long: 60 bytes are the most." }
    let isPlain = name.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 && $0 != "/" && $0 != "\\" }
    guard isPlain, name.first != ".", name.first != " ", name.last != " " else {
      return "A name holds no slashes or line ends, and begins with no dot or space."
    }
    let reserved = ["train", "val", "valid", "validation", "test", "models", "unsure"]
    if reserved.contains(name.lowercased()) {
      return "'\(name)' means something else in a data set: choose another name."
    }
    return nil
  }
}
