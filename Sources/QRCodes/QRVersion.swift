/// What a size of QR codes holds at error correction M, of which 15 % may be unreadable (ISO/IEC 18004, tables 1, 7, 9
/// and E.1). Versions 1 to 10 hold addresses of any length that somebody types.
struct QRVersion {
  static let all: [QRVersion] = [
    QRVersion(1, 26, 10, 1, []), QRVersion(2, 44, 16, 1, [6, 18]), QRVersion(3, 70, 26, 1, [6, 22]),
    QRVersion(4, 100, 18, 2, [6, 26]), QRVersion(5, 134, 24, 2, [6, 30]), QRVersion(6, 172, 16, 4, [6, 34]),
    QRVersion(7, 196, 18, 4, [6, 22, 38]), QRVersion(8, 242, 22, 4, [6, 24, 42]),
    QRVersion(9, 292, 22, 5, [6, 26, 46]), QRVersion(10, 346, 26, 5, [6, 28, 50]),
  ]

  let number: Int
  /// Bytes in all.
  let codewords: Int
  /// Of them, those that correct errors of one block.
  let correction: Int
  let blocks: Int
  /// Rows and columns of the centres of alignment patterns.
  let alignments: [Int]

  private init(_ number: Int, _ codewords: Int, _ correction: Int, _ blocks: Int, _ alignments: [Int]) {
    (self.number, self.codewords, self.correction) = (number, codewords, correction)
    (self.blocks, self.alignments) = (blocks, alignments)
  }

  var size: Int { 17 + 4 * number }

  /// Bytes of data.
  var capacity: Int { codewords - correction * blocks }

  /// Bits that tell how many bytes follow.
  var countBits: Int { number < 10 ? 8 : 16 }

  /// Bytes of a text that fit.
  var room: Int { (8 * capacity - 4 - countBits) / 8 }
}
