import Files
import FoundationEssentials
import Imaging

/// What a check-up looks at in one file.
public struct PictureFacts: Sendable {
  /// The path as it was found under its folder.
  public let file: String
  /// The class's number.
  public let label: Int
  /// The data folder's number.
  public let origin: Int
  /// The part that a folder's name gives: `train`, `val` or `test`; nil where there is none.
  public let part: String?
  /// Where the face is, in whole photos with a table.
  public let face: FaceBox?
  /// SHA-256 of the file.
  public internal(set) var content = ""
  /// Why it cannot be read; all that follows says nothing then.
  public var damage: String? { leftOut?.reason }
  private(set) var leftOut: ReadingAccount.LeftOut?
  /// Bytes of the file.
  public internal(set) var bytes = 0
  /// Columns.
  public internal(set) var width = 0
  /// Rows.
  public internal(set) var height = 0
  /// Whether it is a PNG by its first bytes; otherwise it is a JPEG.
  public internal(set) var isPNG = false
  /// Whether all pixels are grey, or nearly.
  public internal(set) var isGrey = false
  /// The share of its outermost pixels that are black, or nearly.
  public internal(set) var blackBorder = 0.0
  /// Mean luma, 0...255.
  public internal(set) var brightness = 0.0
  /// The share of pixels that could be skin.
  public internal(set) var skin = 0.0
  /// The same with red and blue exchanged.
  public internal(set) var skinExchanged = 0.0

  var likeness: Likeness?

  init(_ found: FolderLayout.Found) {
    file = found.picture.name
    label = found.picture.label
    origin = found.picture.origin
    face = found.picture.face
    part =
      switch found.part {
      case .training: "train"
      case .validation: "val"
      case .test: "test"
      case nil: nil
      }
  }

  /// Whether the name's ending says another kind than the first bytes do.
  public var isMisnamed: Bool {
    let ending = URL(fileURLWithPath: file).pathExtension.lowercased()
    return damage == nil && (isPNG ? ending != "png" : ending == "png")
  }

  /// Whether its colours look as if red and blue were exchanged: skin where it is bluish, and none where it is not.
  public var looksExchanged: Bool { !isGrey && skinExchanged > 0.25 && skin < 0.02 }

  /// Reads the file.
  mutating func look() {
    do throws(ImageError) {
      let data = try ImageDecoder.bytes(ofFile: file)
      content = data.withUnsafeBytes { SHA256.hex($0) }
      bytes = data.count
      isPNG = data.starts(with: [0x89, 0x50])
      look(at: try ImageDecoder.decode(data, name: file))
    } catch { leftOut = ReadingAccount.LeftOut(error) }
  }

  private mutating func look(at image: Image) {
    (width, height) = (image.width * image.reduction, image.height * image.reduction)
    likeness = Likeness(image)
    let side = 32
    let small = image.rgb.resampled(width: side, height: side).pixels
    var (luma, differences, black, border, skins, exchanged) = (0, 0, 0, 0, 0, 0)
    for y in 0..<side {
      for x in 0..<side {
        let at = (y * side + x) * 3
        let (r, g, b) = (Int(small[at]), Int(small[at + 1]), Int(small[at + 2]))
        let light = (19595 * r + 38470 * g + 7471 * b + 32768) >> 16
        luma += light
        differences += max(r, g, b) - min(r, g, b)
        if Self.couldBeSkin(r, g, b) { skins += 1 }
        if Self.couldBeSkin(b, g, r) { exchanged += 1 }
        guard min(x, y) == 0 || max(x, y) == side - 1 else { continue }
        border += 1
        if light < 12 { black += 1 }
      }
    }
    let count = Double(side * side)
    brightness = Double(luma) / count
    isGrey = Double(differences) / count < 3
    blackBorder = Double(black) / Double(border)
    skin = Double(skins) / count
    skinExchanged = Double(exchanged) / count
  }

  /// The rule of Kovac, Peer, Solina (2003) for skin in daylight.
  private static func couldBeSkin(_ r: Int, _ g: Int, _ b: Int) -> Bool {
    r > 95 && g > 40 && b > 20 && max(r, g, b) - min(r, g, b) > 15 && abs(r - g) > 15 && r > g && r > b
  }
}
