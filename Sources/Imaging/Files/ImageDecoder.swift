/// Decodes JPEG and PNG, told apart by their first bytes, never by a name.
///
/// The picture comes out upright (EXIF orientation applied). Grey stays one channel, everything else becomes RGB:
/// CMYK and YCCK are mixed, palettes looked up, 16 bits rounded to 8, transparency painted over white. A picture that
/// is cut short or damaged is an error, never half a picture.
public enum ImageDecoder {
  /// The longest side that is decoded, in pixels.
  public static let largestSide = 16384
  /// The most pixels that are decoded.
  public static let mostPixels = 100_000_000
  /// The largest file that is read, in bytes.
  public static let mostBytes = 512 << 20

  /// Decodes the file at `path`.
  public static func decode(path: String) throws(ImageError) -> Image {
    try decode(bytes(ofFile: path), name: path)
  }

  /// The bytes of the file at `path`, whatever they are.
  public static func bytes(ofFile path: String) throws(ImageError) -> [UInt8] {
    try ByteFile.read(path, atMost: mostBytes)
  }

  /// Decodes a picture in memory.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call it.
  public static func decode(_ bytes: [UInt8], name: String) throws(ImageError) -> Image {
    switch PictureKind(bytes) {
    case .jpeg: return try decodeJPEG(bytes, name: name)
    case .png: return try decodePNG(bytes, name: name)
    case .empty: throw ImageError(file: name, cause: .empty)
    case .beginning: throw ImageError(file: name, cause: .truncated)
    case .other(let words): throw ImageError(file: name, cause: .notAPicture(words))
    }
  }
}

/// What the first bytes say a file is.
enum PictureKind: Equatable {
  case jpeg, png, empty
  /// The first bytes of a JPEG or PNG, and no more.
  case beginning
  /// Something else, with a word for it where it is a known kind of picture.
  case other(String?)

  init(_ bytes: [UInt8]) {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF]
    if bytes.isEmpty {
      self = .empty
    } else if bytes.starts(with: png) {
      self = .png
    } else if bytes.starts(with: jpeg) {
      self = .jpeg
    } else if png.starts(with: bytes) || jpeg.starts(with: bytes) {
      self = .beginning
    } else {
      self = .other(Self.word(bytes))
    }
  }

  private static func word(_ bytes: [UInt8]) -> String? {
    func has(_ text: String, at place: Int = 0) -> Bool { bytes.dropFirst(place).starts(with: text.utf8) }
    if has("GIF8") { return "a GIF picture" }
    if has("RIFF"), has("WEBP", at: 8) { return "a WebP picture" }
    if has("ftypheic", at: 4) || has("ftypmif1", at: 4) { return "a HEIC picture" }
    if has("ftypavif", at: 4) { return "an AVIF picture" }
    if has("II*\0") || has("MM\0*") { return "a TIFF picture" }
    if has("BM"), bytes.count > 26, bytes[6...9].allSatisfy({ $0 == 0 }) { return "a BMP picture" }
    return nil
  }
}
