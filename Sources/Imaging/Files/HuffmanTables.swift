/// JPEG frames without Huffman tables, as many cameras' MJPEG has them: decoders of video know the typical tables of
/// ITU-T T.81, annex K.3, and browsers and viewers do not.
public enum HuffmanTables {
  /// The same JPEG with the typical tables where it brings none; anything else as it is.
  public static func completed(_ jpeg: [UInt8]) -> [UInt8] {
    guard let place = placeForTables(jpeg) else { return jpeg }
    return Array(jpeg[..<place]) + segment + Array(jpeg[place...])
  }

  /// Where the scan of a baseline picture without tables begins; nil where there are some, or it is another picture.
  private static func placeForTables(_ jpeg: [UInt8]) -> Int? {
    guard jpeg.starts(with: [0xFF, 0xD8]) else { return nil }
    var place = 2, isBaseline = false
    while place + 4 <= jpeg.count, jpeg[place] == 0xFF {
      let marker = jpeg[place + 1]
      switch marker {
      case 0xFF:  // a byte to fill
        place += 1
        continue
      case 0xC4: return nil
      case 0xC0, 0xC1: isBaseline = true
      case 0xDA: return isBaseline ? place : nil
      case 0xD0...0xD9, 0x01:  // without a length
        place += 2
        continue
      default: break
      }
      place += 2 + Int(jpeg[place + 2]) << 8 + Int(jpeg[place + 3])
    }
    return nil
  }

  /// All four tables in one segment (T.81, B.2.4.2).
  private static let segment: [UInt8] = {
    let tables: [(identifier: UInt8, counts: [UInt8], values: [UInt8])] = [
      (0x00, [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], Array(0...11)),
      (0x10, [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], brightness),
      (0x01, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], Array(0...11)),
      (0x11, [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], colour),
    ]
    let content = tables.flatMap { [$0.identifier] + $0.counts + $0.values }
    let length = content.count + 2
    return [0xFF, 0xC4, UInt8(length >> 8), UInt8(length & 255)] + content
  }()

  /// Runs and sizes by the length of their codes: the short codes of table K.5, then the others in their order.
  private static let brightness = completedValues([
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14,
    0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82,
  ])

  /// Those of table K.6.
  private static let colour = completedValues([
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22, 0x32,
    0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16,
    0x24, 0x34, 0xE1, 0x25, 0xF1, 0x17, 0x18, 0x19, 0x1A,
  ])

  /// All others that there are have codes of 16 bits: runs of 0 to 15 zeros before sizes of 1 to 10 bits, ascending.
  private static func completedValues(_ first: [UInt8]) -> [UInt8] {
    let all = (UInt8(0)...15).flatMap { run in (UInt8(1)...10).map { run << 4 | $0 } }
    return first + all.filter { !first.contains($0) }
  }
}
