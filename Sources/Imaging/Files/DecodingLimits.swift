/// What decoding one picture may take. A header of thirty bytes can ask for gigabytes, so it is read first: a JPEG that
/// would take more is decoded at a half, a quarter or an eighth of its sides, a PNG, which knows no such scale, is
/// refused.
public struct DecodingLimits: Hashable, Sendable {
  /// Bytes, at any moment, for the pixels and for what decoding them takes; the file's own bytes are not counted.
  public var memory: Int
  /// Pixels of the decoded picture.
  public var pixels: Int
  /// Pixels of the stored picture, which bound the time even where few are kept.
  public var storedPixels: Int

  /// All three are at least 1.
  public init(memory: Int, pixels: Int, storedPixels: Int) {
    self.memory = memory
    self.pixels = pixels
    self.storedPixels = storedPixels
  }

  /// For files that a person names: 512 MB, 100 million pixels, from at most 1,000 million stored ones.
  public static let files = DecodingLimits(memory: 512 << 20, pixels: 100_000_000, storedPixels: 1_000_000_000)

  /// For pictures that somebody else sends: 64 MB, from at most 200 million stored pixels.
  public static let posted = DecodingLimits(memory: 64 << 20, pixels: 100_000_000, storedPixels: 200_000_000)

  /// The limit that a stored picture breaks before anything of it is decoded, as a clause; nil where it breaks none.
  func stored(width: Int, height: Int) -> String? {
    guard width * height > storedPixels else { return nil }
    return "\(width) x \(height) pixels; at most \(storedPixels / 1_000_000) million are decoded. Make it smaller"
  }

  /// The limit that a picture breaks at the least detail that its format can be decoded at, as a clause; nil where it
  /// breaks none.
  ///
  /// - Parameters:
  ///   - width: columns as they would be decoded.
  ///   - height: rows.
  ///   - bytes: what that takes in all.
  ///   - advice: what to do, as a clause.
  func decoded(width: Int, height: Int, bytes: Int, advice: String) -> String? {
    if width * height > pixels {
      return "\(width) x \(height) pixels; at most \(pixels / 1_000_000) million are kept. \(advice)"
    }
    guard bytes > memory else { return nil }
    let needed = (bytes + (1 << 20) - 1) >> 20
    return "decoding \(width) x \(height) pixels takes \(needed) MB; at most \(memory >> 20) MB are given. \(advice)"
  }
}
