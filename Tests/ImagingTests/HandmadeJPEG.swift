/// JPEG files of one flat 8 x 8 block, built by hand: of kinds that no encoder at hand writes.
enum HandmadeJPEG {
  /// One scan of a progressive file.
  enum Scan {
    /// The block's mean, without its lowest bits.
    case dc(dropping: Int)
    /// The mean's lowest bit.
    case dcRefinement
    /// Everything else, which is nothing.
    case ac
  }

  /// A baseline file, one value a component; 255 is the most.
  ///
  /// - Parameter scans: the components of each scan; nil puts all into one.
  static func flat(_ values: [Int], hasAdobe: Bool = false, scans: [[Int]]? = nil) -> [UInt8] {
    // Adobe's marker, transform 0: RGB or CMYK as they are.
    let adobe = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0]
    var bytes = [0xFF, 0xD8] + (hasAdobe ? adobe : []) + header(0xC0, components: values.count)
    for scan in scans ?? [Array(values.indices)] {
      bytes += [0xFF, 0xDA, 0, UInt8(6 + 2 * scan.count), UInt8(scan.count)]
      bytes += scan.flatMap { [UInt8($0 + 1), 0] } + [0, 63, 0]
      bytes += packed(scan.map { dc(values[$0], dropping: 0) + "0" }.joined())
    }
    return bytes + [0xFF, 0xD9]
  }

  /// A grey progressive file of these scans.
  static func progressive(_ value: Int, _ scans: [Scan]) -> [UInt8] {
    var bytes = [0xFF, 0xD8] + header(0xC2, components: 1)
    for scan in scans {
      bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0]
      switch scan {
      case .dc(let low): bytes += [0, 0, UInt8(low)] + packed(dc(value, dropping: low))
      case .dcRefinement: bytes += [0, 0, 0x10] + packed(String(level(value) & 1))
      case .ac: bytes += [1, 63, 0] + packed("0")
      }
    }
    return bytes + [0xFF, 0xD9]
  }

  /// Quantizer 1; DC codes of 4 bits for categories 0...11; the only AC code is the end of the block, 0.
  private static func header(_ frame: UInt8, components: Int) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    bytes += [0xFF, frame, 0, UInt8(8 + 3 * components), 8, 0, 8, 0, 8, UInt8(components)]
    bytes += (1...components).flatMap { [UInt8($0), 0x11, 0] }
    bytes += [0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + Array(0...11)
    return bytes + [0xFF, 0xC4, 0, 20, 0x10, 1] + [UInt8](repeating: 0, count: 15) + [0]
  }

  /// The DC coefficient of a flat block.
  private static func level(_ value: Int) -> Int { (value - 128) * 8 + 1 }

  private static func dc(_ value: Int, dropping bits: Int) -> String {
    let level = level(value) >> bits
    let magnitude = abs(level), category = Int.bitWidth - magnitude.leadingZeroBitCount
    guard category > 0 else { return padded(0, 4) }
    return padded(category, 4) + padded(level > 0 ? level : (1 << category) - 1 - magnitude, category)
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let text = String(value, radix: 2)
    return String(repeating: "0", count: width - text.count) + text
  }

  private static func packed(_ bits: String) -> [UInt8] {
    let filled = bits + String(repeating: "1", count: (8 - bits.count % 8) % 8)
    var rest = Substring(filled)
    var bytes: [UInt8] = []
    while !rest.isEmpty {
      let byte = UInt8(rest.prefix(8), radix: 2)!
      bytes += byte == 0xFF ? [0xFF, 0] : [byte]
      rest = rest.dropFirst(8)
    }
    return bytes
  }
}
