/// Where the JPEG within a camera's frame begins. Some cameras put bytes before it, or begin it twice, and neither
/// libjpeg nor a browser reads what follows.
package enum FrameBytes {
  /// The place of the last start marker before the picture's data, or 0 where there is none.
  package static func start(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard var start = next(0, in: bytes) else { return 0 }
    var place = start + 2
    while place + 4 <= bytes.count, bytes[place] == 0xFF {
      switch bytes[place + 1] {
      case 0xFF: place += 1  // a byte to fill
      case 0xD8:
        start = place
        place += 2
      case 0xDA: return start
      case 0xD0...0xD9, 0x01: place += 2  // without a length
      default: place += 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
      }
    }
    return start
  }

  /// Columns and rows, by the header of a JPEG that begins at a place; nil where it has none.
  package static func size(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (width: Int, height: Int)? {
    guard start + 2 <= bytes.count, bytes[start] == 0xFF, bytes[start + 1] == 0xD8 else { return nil }
    var place = start + 2
    while place + 9 <= bytes.count, bytes[place] == 0xFF {
      switch bytes[place + 1] {
      case 0xFF: place += 1
      // Frame headers; C4, C8 and CC are tables.
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        let height = Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
        let width = Int(bytes[place + 7]) << 8 | Int(bytes[place + 8])
        return width > 0 && height > 0 ? (width, height) : nil
      case 0xDA: return nil
      case 0xD0...0xD9, 0x01: place += 2
      default: place += 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
      }
    }
    return nil
  }

  /// The first start marker behind which another marker stands.
  private static func next(_ first: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    guard bytes.count >= 3 else { return nil }
    return (first...bytes.count - 3).first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xD8 && bytes[$0 + 2] == 0xFF }
  }
}
