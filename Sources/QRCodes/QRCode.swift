/// A QR code of a text (ISO/IEC 18004, model 2, bytes, error correction M).
public struct QRCode: Sendable {
  /// Modules a side, without the margin of four that must be around them.
  public let size: Int
  private var modules: [Bool]
  /// What the data may not take: patterns and information on the code.
  private var isReserved: [Bool]

  /// Makes the smallest code that holds a text; nil where it has more than 213 bytes.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard let version = QRVersion.all.first(where: { $0.room >= bytes.count }) else { return nil }
    size = version.size
    modules = [Bool](repeating: false, count: size * size)
    isReserved = modules
    drawPatterns(version)
    drawFormat(mask: 0)
    drawData(Self.interleaved(Self.codewords(bytes, version), version))
    let candidates = (0..<8).map { mask in
      var masked = self
      masked.apply(mask)
      masked.drawFormat(mask: mask)
      return masked
    }
    modules = candidates.min { $0.penalty < $1.penalty }!.modules
  }

  /// Whether a module is dark; those outside are not.
  public subscript(column: Int, row: Int) -> Bool {
    guard (0..<size).contains(column), (0..<size).contains(row) else { return false }
    return modules[row * size + column]
  }

  // MARK: Data

  /// The text with its head and padding.
  private static func codewords(_ bytes: [UInt8], _ version: QRVersion) -> [UInt8] {
    var bits: [Bool] = []
    func add(_ value: Int, _ count: Int) {
      for place in stride(from: count - 1, through: 0, by: -1) { bits.append(value >> place & 1 == 1) }
    }
    add(0b0100, 4)  // bytes
    add(bytes.count, version.countBits)
    for byte in bytes { add(Int(byte), 8) }
    add(0, min(4, 8 * version.capacity - bits.count))
    add(0, (8 - bits.count % 8) % 8)
    var words = stride(from: 0, to: bits.count, by: 8).map { start in
      bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
    var padding: UInt8 = 0xEC
    while words.count < version.capacity {
      words.append(padding)
      padding ^= 0xEC ^ 0x11
    }
    return words
  }

  /// Blocks by turns, then what corrects them by turns; the last blocks may be longer by one.
  private static func interleaved(_ data: [UInt8], _ version: QRVersion) -> [UInt8] {
    let short = data.count / version.blocks, long = data.count % version.blocks
    var blocks: [ArraySlice<UInt8>] = [], start = 0
    for block in 0..<version.blocks {
      let count = short + (block >= version.blocks - long ? 1 : 0)
      blocks.append(data[start..<start + count])
      start += count
    }
    let corrections = blocks.map { ReedSolomon.correction(of: $0, count: version.correction) }
    var all: [UInt8] = []
    for place in 0...short {
      for block in blocks where place < block.count { all.append(block[block.startIndex + place]) }
    }
    for place in 0..<version.correction { for correction in corrections { all.append(correction[place]) } }
    return all
  }

  // MARK: Patterns

  private mutating func reserve(_ column: Int, _ row: Int, _ isDark: Bool) {
    guard (0..<size).contains(column), (0..<size).contains(row) else { return }
    modules[row * size + column] = isDark
    isReserved[row * size + column] = true
  }

  private mutating func drawPatterns(_ version: QRVersion) {
    for place in 0..<size {
      reserve(place, 6, place % 2 == 0)
      reserve(6, place, place % 2 == 0)
    }
    for (column, row) in [(3, 3), (size - 4, 3), (3, size - 4)] {
      for y in -4...4 {
        for x in -4...4 {
          let distance = max(abs(x), abs(y))
          reserve(column + x, row + y, distance != 2 && distance != 4)
        }
      }
    }
    let last = version.alignments.last ?? 0
    for row in version.alignments {
      for column in version.alignments where ![(6, 6), (6, last), (last, 6)].contains(where: { $0 == (column, row) }) {
        for y in -2...2 { for x in -2...2 { reserve(column + x, row + y, max(abs(x), abs(y)) != 1) } }
      }
    }
    guard version.number >= 7 else { return }
    let bits = version.number << 12 | Self.remainder(version.number << 12, by: 0x1F25)
    for place in 0..<18 {
      let isDark = bits >> place & 1 == 1, near = place / 3, far = size - 11 + place % 3
      reserve(near, far, isDark)
      reserve(far, near, isDark)
    }
  }

  /// Error correction M (00) and the mask, twice, with a code that corrects them.
  private mutating func drawFormat(mask: Int) {
    let bits = (mask << 10 | Self.remainder(mask << 10, by: 0x537)) ^ 0x5412
    for place in 0..<15 {
      let isDark = bits >> place & 1 == 1
      switch place {
      case 0..<6: reserve(8, place, isDark)
      case 6, 7: reserve(8, place + 1, isDark)
      case 8: reserve(7, 8, isDark)
      default: reserve(14 - place, 8, isDark)
      }
      if place < 8 { reserve(size - 1 - place, 8, isDark) } else { reserve(8, size - 15 + place, isDark) }
    }
    reserve(8, size - 8, true)
  }

  /// The remainder of polynomials over two elements.
  private static func remainder(_ value: Int, by divisor: Int) -> Int {
    var value = value
    let bits = Int.bitWidth - divisor.leadingZeroBitCount
    while Int.bitWidth - value.leadingZeroBitCount >= bits {
      value ^= divisor << (Int.bitWidth - value.leadingZeroBitCount - bits)
    }
    return value
  }

  /// Two columns at a time, up and down by turns, from the right; the column of the timing pattern is left out.
  private mutating func drawData(_ words: [UInt8]) {
    var bit = 0, isUpward = true
    for pair in stride(from: size - 1, to: 0, by: -2) {
      let right = pair <= 6 ? pair - 1 : pair
      for step in 0..<size {
        let row = isUpward ? size - 1 - step : step
        for column in [right, right - 1] where !isReserved[row * size + column] {
          // What is left over at the end is light.
          if bit < 8 * words.count { modules[row * size + column] = words[bit / 8] >> (7 - bit % 8) & 1 == 1 }
          bit += 1
        }
      }
      isUpward.toggle()
    }
  }

  // MARK: Masks

  private mutating func apply(_ mask: Int) {
    for row in 0..<size {
      for column in 0..<size where !isReserved[row * size + column] && Self.inverts(mask, column, row) {
        modules[row * size + column].toggle()
      }
    }
  }

  private static func inverts(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
    switch mask {
    case 0: (x + y) % 2 == 0
    case 1: y % 2 == 0
    case 2: x % 3 == 0
    case 3: (x + y) % 3 == 0
    case 4: (x / 3 + y / 2) % 2 == 0
    case 5: x * y % 2 + x * y % 3 == 0
    case 6: (x * y % 2 + x * y % 3) % 2 == 0
    default: ((x + y) % 2 + x * y % 3) % 2 == 0
    }
  }

  /// How hard it is to read: runs, blocks, what looks like a finder pattern, and unequal shares of dark and light
  /// (7.8.3).
  private var penalty: Int {
    var penalty = 0
    let finder = [true, false, true, true, true, false, true]
    for isColumn in [false, true] {
      for line in 0..<size {
        let cells = (0..<size).map { isColumn ? self[line, $0] : self[$0, line] }
        var run = 0
        for place in 0..<size {
          run = place > 0 && cells[place] == cells[place - 1] ? run + 1 : 1
          if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
        }
        for start in 0...(size - 7) where Array(cells[start..<start + 7]) == finder {
          func isLight(_ range: Range<Int>) -> Bool { range.allSatisfy { !(0..<size).contains($0) || !cells[$0] } }
          if isLight(start - 4..<start) || isLight(start + 7..<start + 11) { penalty += 40 }
        }
      }
    }
    for row in 1..<size {
      for column in 1..<size {
        let cell = self[column, row]
        if self[column - 1, row] == cell, self[column, row - 1] == cell, self[column - 1, row - 1] == cell {
          penalty += 3
        }
      }
    }
    let dark = modules.filter { $0 }.count
    return penalty + abs(100 * dark - 50 * size * size) / (5 * size * size) * 10
  }
}
