import Imaging

/// Pictures that Glint draws: sheets, and copies with boxes. A comment in the file says who made it, so that a later
/// run may replace it, and a photo is never taken for one.
enum DrawnPicture {
  private static let mark = Array("Drawn by Glint".utf8)

  /// A PNG where the path ends so, else a JPEG.
  static func encoded(_ image: Image, for path: String, quality: Int) throws -> [UInt8] {
    path.lowercased().hasSuffix(".png")
      ? marked(png: try ImageEncoder.png(image)) : marked(jpeg: try ImageEncoder.jpeg(image, quality: quality))
  }

  /// Whether a file is such a picture: the comment stands at its beginning.
  static func isMarked(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let head = bytes.prefix(256)
    let isPicture = head.starts(with: [0xFF, 0xD8]) || head.starts(with: [0x89, 0x50, 0x4E, 0x47])
    return isPicture && head.contains(mark)
  }

  /// A comment segment (COM, ITU-T T.81) behind the first marker: a JPEG begins with one of two bytes.
  private static func marked(jpeg: [UInt8]) -> [UInt8] {
    let header: [UInt8] = [0xFF, 0xFE, 0, UInt8(mark.count + 2)]
    return Array(jpeg[..<2]) + header + mark + Array(jpeg[2...])
  }

  /// A text chunk (tEXt, PNG specification 11.3.3) behind the header's, which ends at byte 33.
  private static func marked(png: [UInt8]) -> [UInt8] {
    let chunk = Array("tEXtSoftware\0".utf8) + mark
    let length = bigEndian(UInt32(chunk.count - 4))
    return Array(png[..<33]) + length + chunk + bigEndian(checksum(chunk)) + Array(png[33...])
  }

  private static func bigEndian(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

  /// CRC-32 as PNG has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
