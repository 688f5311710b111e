import Imaging
import Testing

/// PNG files of every kind, built by hand with stored (uncompressed) deflate blocks.
@Suite struct PNGTests {
  @Test func ourOwnComeBack() throws {
    for channels in [1, 3] {
      for (width, height) in [(1, 1), (33, 7), (64, 48)] {
        let picture = testPicture(width, height, channels: channels)
        #expect(try ImageDecoder.decode(ImageEncoder.png(picture), name: "own") == picture)
      }
    }
  }

  @Test(arguments: [1, 2, 4, 8]) func greyOfEveryDepth(_ depth: Int) throws {
    let most = (1 << depth) - 1
    let values = (0..<2 * 11).map { $0 * 5 % (most + 1) }
    let image = try ImageDecoder.decode(
      png(11, 2, depth: depth, type: 0, rows: packed(values, 11, depth)), name: "grey")
    #expect(image == Image(width: 11, height: 2, channels: 1, pixels: values.map { UInt8($0 * 255 / most) }))
  }

  @Test func sixteenBitsAreRoundedToEight() throws {
    let values = [0, 1, 128, 129, 256, 257, 0x7FFF, 0x8000, 0xFF7E, 0xFF80, 0xFFFF, 0x1234]
    let rows = [[UInt8(0)] + values.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }]
    let image = try ImageDecoder.decode(png(12, 1, depth: 16, type: 0, rows: rows), name: "deep")
    #expect(image.pixels == values.map { UInt8(($0 * 255 + 32767) / 65535) })
    let colour = try ImageDecoder.decode(png(4, 1, depth: 16, type: 2, rows: rows), name: "deep colour")
    #expect(colour.channels == 3 && colour.pixels == image.pixels)
  }

  @Test(arguments: [1, 2, 4, 8]) func palettes(_ depth: Int) throws {
    let colours: [[UInt8]] = [[10, 20, 30], [200, 0, 1], [0, 255, 0], [9, 8, 7]]
    let count = depth == 1 ? 2 : 4
    let values = (0..<9).map { $0 % count }
    let file = png(
      9, 1, depth: depth, type: 3, rows: packed(values, 9, depth), chunks: [("PLTE", colours[..<count].flatMap { $0 })])
    #expect(try ImageDecoder.decode(file, name: "palette").pixels == values.flatMap { colours[$0] })
    // The second colour half transparent: over white.
    let clear = png(
      9, 1, depth: depth, type: 3, rows: packed(values, 9, depth),
      chunks: [("PLTE", colours[..<count].flatMap { $0 }), ("tRNS", [255, 128])])
    let mixed: [[UInt8]] = [[10, 20, 30], [227, 127, 128], [0, 255, 0], [9, 8, 7]]
    #expect(try ImageDecoder.decode(clear, name: "clear palette").pixels == values.flatMap { mixed[$0] })
  }

  @Test func transparencyIsPaintedOverWhite() throws {
    func over(_ colour: Int, _ alpha: Int) -> UInt8 {
      UInt8((Double(colour * alpha + 255 * (255 - alpha)) / 255).rounded())
    }
    let alphas = [0, 1, 64, 127, 128, 200, 254, 255]
    let rgba: [[UInt8]] = [[0] + alphas.flatMap { alpha -> [UInt8] in [10, 100, 250, UInt8(alpha)] }]
    let image = try ImageDecoder.decode(png(8, 1, depth: 8, type: 6, rows: rgba), name: "rgba")
    #expect(image.pixels == alphas.flatMap { alpha in [10, 100, 250].map { over($0, alpha) } })
    let greyAlpha: [[UInt8]] = [[0] + alphas.flatMap { alpha -> [UInt8] in [77, UInt8(alpha)] }]
    let grey = try ImageDecoder.decode(png(8, 1, depth: 8, type: 4, rows: greyAlpha), name: "grey alpha")
    #expect(grey.channels == 1 && grey.pixels == alphas.map { over(77, $0) })
  }

  @Test func interlacedEqualsPlain() throws {
    let picture = testPicture(13, 11)
    // Adam7 (PNG specification, section 8.2): start and step of each pass.
    var rows: [[UInt8]] = []
    for (x0, y0, dx, dy) in [
      (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ] {
      for y in stride(from: y0, to: 11, by: dy) {
        var row: [UInt8] = [0]
        for x in stride(from: x0, to: 13, by: dx) {
          let place = (y * 13 + x) * 3
          row += picture.pixels[place..<place + 3]
        }
        if row.count > 1 { rows.append(row) }
      }
    }
    #expect(
      try ImageDecoder.decode(png(13, 11, depth: 8, type: 2, rows: rows, interlaced: true), name: "adam7") == picture)
  }

  @Test func orientationIsHonoured() throws {
    let exif: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0]
    let file = png(3, 1, depth: 8, type: 0, rows: [[0, 1, 2, 3]], chunks: [("eXIf", exif)])
    #expect(try ImageDecoder.decode(file, name: "turned").pixels == [3, 2, 1])
  }

  @Test func everyShorterFileIsTruncated() throws {
    let whole = try ImageEncoder.png(testPicture(24, 18))
    for length in 1..<whole.count {
      #expect(failure(of: Array(whole[..<length])) == .truncated, "\(length) of \(whole.count) bytes")
    }
  }

  @Test func damageIsFound() throws {
    let whole = try ImageEncoder.png(testPicture(24, 18))
    // The last four bytes are the checksum of the empty end mark; newer versions of libpng do not look at it.
    for place in 8..<(whole.count - 4) {
      var bytes = whole
      bytes[place] ^= 0x10
      #expect(failure(of: bytes) != nil, "byte \(place) of \(whole.count)")
    }
  }

  @Test func sizesBeyondTheLimitAreRefusedUnread() throws {
    let file = png(70_000, 70_000, depth: 8, type: 2, rows: [[0]])
    guard case .tooLarge(let words) = failure(of: file) else { throw Unexpected(failure(of: file)) }
    #expect(words.contains("70000 x 70000"))
  }

  private func packed(_ values: [Int], _ width: Int, _ depth: Int) -> [[UInt8]] {
    stride(from: 0, to: values.count, by: width).map { start in
      var row: [UInt8] = [0], bits = 0, filled = 0
      for value in values[start..<start + width] {
        bits = bits << depth | value
        filled += depth
        if filled == 8 { row.append(UInt8(bits)); bits = 0; filled = 0 }
      }
      if filled > 0 { row.append(UInt8(bits << (8 - filled) & 255)) }
      return row
    }
  }

  private func png(
    _ width: Int, _ height: Int, depth: Int, type: UInt8, rows: [[UInt8]], chunks: [(String, [UInt8])] = [],
    interlaced: Bool = false
  ) -> [UInt8] {
    let data = rows.flatMap { $0 }
    var a = 1, b = 0
    for byte in data { a = (a + Int(byte)) % 65521; b = (b + a) % 65521 }
    let size = [UInt8(data.count & 255), UInt8(data.count >> 8)]
    let zlib = [0x78, 0x01, 1] + size + size.map { ~$0 } + data + big(b << 16 | a)
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += chunk("IHDR", big(width) + big(height) + [UInt8(depth), type, 0, 0, interlaced ? 1 : 0])
    for (name, bytes) in chunks { file += chunk(name, bytes) }
    return file + chunk("IDAT", zlib) + chunk("IEND", [])
  }

  private func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] { PNGChunk.bytes(name, bytes) }

  private func big(_ value: Int) -> [UInt8] { PNGChunk.big(value) }
}
