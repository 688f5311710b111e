import Imaging
import Models

/// A way in which programs around a model often feed it wrongly.
public enum DeploymentMistake: String, Sendable, CaseIterable {
  /// Blue, green, red for red, green, blue.
  case exchangedColours = "bgr"
  /// Colours lost on the way.
  case grey
  /// Pixels scaled to -1...1 where the network expects 0...1; what lies below 0 is lost.
  case signedRange = "signed-range"
  /// Pixels scaled to 0...1 where the network expects -1...1.
  case unsignedRange = "unsigned-range"
  /// Pixels divided by 255 twice.
  case scaledTwice = "scaled-twice"
  /// Full-range video (0...255) taken for video range (16...235).
  case fullForVideoRange = "full-for-video-range"
  /// Video range (16...235) taken for full range.
  case videoForFullRange = "video-for-full-range"
  /// The whole picture where the face, or the centred square, is expected.
  case noCrop = "no-crop"
  /// The face cut out where the file's rule knows of no faces: what a model that was trained on faces, and sealed
  /// without them, would need.
  case faceCrop = "face-crop"
  /// A face cut out without its margin.
  case tightCrop = "tight-crop"
  /// A face cut out with much around it.
  case looseCrop = "loose-crop"
  /// The whole picture pressed into a square.
  case stretched
  /// Left and right exchanged.
  case mirrored
  /// Turned to its left side, as where EXIF is not looked at.
  case turned
  /// Turned by 180 degrees, as by a camera that hangs.
  case upsideDown = "upside-down"

  /// What is fed, in words that go on after "fed with".
  public var words: String {
    switch self {
    case .exchangedColours: "blue and red exchanged (BGR for RGB)"
    case .grey: "grey pictures"
    case .signedRange: "pixels scaled to -1...1 instead of 0...1"
    case .unsignedRange: "pixels scaled to 0...1 instead of -1...1"
    case .scaledTwice: "pixels divided by 255 twice"
    case .fullForVideoRange: "full-range video taken for video range (contrast too hard)"
    case .videoForFullRange: "video-range video taken for full range (contrast too soft)"
    case .noCrop: "the whole picture, its face not cropped"
    case .faceCrop: "the face alone, cropped where the file says otherwise"
    case .tightCrop: "faces cropped without a margin"
    case .looseCrop: "faces cropped with a margin as wide as they are"
    case .stretched: "the whole picture stretched to a square"
    case .mirrored: "mirrored pictures"
    case .turned: "pictures turned by a quarter"
    case .upsideDown: "pictures upside down"
    }
  }

  /// The input that the mistake makes of a picture, `[height, width, channels]`; nil where it makes no difference or
  /// makes no sense for this rule.
  ///
  /// - Parameters:
  ///   - image: the decoded picture.
  ///   - face: where the face is.
  ///   - rule: the model's own.
  public func input(of image: Image, face: FaceBox?, rule: Preprocessing) -> [UInt8]? {
    func prepared(_ fit: Preprocessing.Fit, _ face: FaceBox?) -> [UInt8] {
      var changed = rule
      changed.fit = fit
      return changed.apply(to: image, face: face).pixels
    }
    let (height, width, channels) = (rule.height, rule.width, rule.colour.channels)
    func right() -> [UInt8] { rule.apply(to: image, face: face).pixels }
    func mapped(_ change: (Int) -> Int) -> [UInt8] {
      let table = (0..<256).map { UInt8(min(255, max(0, change($0)))) }
      return right().map { table[Int($0)] }
    }
    func rearranged(_ source: (_ y: Int, _ x: Int) -> (y: Int, x: Int)) -> [UInt8] {
      let from = right()
      var to = from
      for y in 0..<height {
        for x in 0..<width {
          let place = source(y, x)
          for c in 0..<channels {
            to[(y * width + x) * channels + c] = from[(place.y * width + place.x) * channels + c]
          }
        }
      }
      return to
    }
    switch self {
    case .exchangedColours:
      // In the picture, so that a network that reads grey gets the wrong weights of its colours.
      guard image.channels == 3 else { return nil }
      var exchanged = image
      for at in stride(from: 0, to: exchanged.pixels.count, by: 3) { exchanged.pixels.swapAt(at, at + 2) }
      return rule.apply(to: exchanged, face: face).pixels
    case .grey:
      guard channels == 3 else { return nil }
      return Image(width: width, height: height, channels: 3, pixels: right()).grey.rgb.pixels
    case .signedRange: return mapped { 2 * $0 - 255 }
    case .unsignedRange: return mapped { ($0 + 255) / 2 }
    case .scaledTwice: return mapped { ($0 + 127) / 255 }
    case .fullForVideoRange: return mapped { (($0 - 16) * 255 + 109) / 219 }
    case .videoForFullRange: return mapped { 16 + ($0 * 219 + 127) / 255 }
    case .noCrop:
      guard rule.cropsToFaces, face != nil else { return nil }
      return prepared(.centreSquare, nil)
    case .faceCrop:
      guard !rule.cropsToFaces, face != nil else { return nil }
      return prepared(.face(marginPercent: 10), face)
    case .tightCrop:
      guard case .face(let margin) = rule.fit, margin > 0, face != nil else { return nil }
      return prepared(.face(marginPercent: 0), face)
    case .looseCrop:
      guard rule.cropsToFaces, face != nil else { return nil }
      return prepared(.face(marginPercent: 100), face)
    case .stretched:
      guard rule.fit != .stretch, image.width != image.height || face != nil else { return nil }
      return prepared(.stretch, nil)
    case .mirrored: return rearranged { ($0, width - 1 - $1) }
    case .turned:
      guard width == height else { return nil }
      return rearranged { ($1, width - 1 - $0) }
    case .upsideDown: return rearranged { (height - 1 - $0, width - 1 - $1) }
    }
  }
}
