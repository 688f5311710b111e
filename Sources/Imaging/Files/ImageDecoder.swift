import Files

/// Decodes JPEG and PNG, told apart by their first bytes, never by a name.
///
/// The picture comes out upright (EXIF orientation applied). Grey stays one channel, everything else becomes RGB:
/// CMYK and YCCK are mixed, palettes looked up, 16 bits rounded to 8, transparency painted over white. A picture that
/// is cut short, lacks scans or is damaged is an error, never half a picture; bytes after its end mark are passed over.
/// A JPEG that would take more than the limits is decoded at a smaller scale (see `Image.reduction`).
public enum ImageDecoder {
  /// The largest file that is read, in bytes.
  public static let mostBytes = 256 << 20

  /// Decodes the file at `path`.
  ///
  /// - Throws: `ImageError` with the file and why.
  public static func decode(path: String, within limits: DecodingLimits = .files) throws(ImageError) -> Image {
    try decode(bytes(ofFile: path), name: path, within: limits)
  }

  /// The bytes of the file at `path`, whatever they are: at most `mostBytes`.
  ///
  /// - Throws: `ImageError` with the file and why.
  public static func bytes(ofFile path: String) throws(ImageError) -> [UInt8] {
    try ByteFile.read(path, atMost: mostBytes)
  }

  /// What the file at `path` is by its first bytes, nil where that is not known.
  ///
  /// - Throws: `ImageError` where it cannot be read.
  public static func format(ofFile path: String) throws(ImageError) -> FileFormat? {
    FileFormat(try ByteFile.begin(path, count: FileFormat.prefix))
  }

  /// Decodes a picture in memory.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call it.
  ///   - limits: what decoding it may take.
  /// - Throws: `ImageError` with the name and why.
  public static func decode(
    _ bytes: [UInt8], name: String, within limits: DecodingLimits = .files
  ) throws(ImageError) -> Image {
    guard !bytes.isEmpty else { throw ImageError(file: name, cause: .empty) }
    switch FileFormat(bytes) {
    case .jpeg: return try JPEGDecoder().decode(bytes, name: name, within: limits)
    case .png: return try decodePNG(bytes, name: name, within: limits)
    case let other?: throw ImageError(file: name, cause: .notAPicture(other))
    case nil:
      // The first bytes of one that is read, and no more.
      let begins = [[0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]] as [[UInt8]]
      let isBeginning = begins.contains { $0.starts(with: bytes) }
      throw ImageError(file: name, cause: isBeginning ? .truncated : .notAPicture(nil))
    }
  }
}
