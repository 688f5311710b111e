import Imaging
import Testing

/// EXIF blocks built by hand, in front of a picture of four blocks: 0 1 / 2 3.
@Suite struct OrientationTests {
  private let picture: [UInt8]
  private let upright: Image

  init() throws {
    picture = try ImageEncoder.jpeg(blocks(2, 3), quality: 95)
    upright = try ImageDecoder.decode(picture, name: "plain")
  }

  private func with(exif: [UInt8]) -> [UInt8] {
    let payload = Array("Exif\0\0".utf8) + exif
    let length = payload.count + 2
    return Array(picture[..<2]) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + payload + picture[2...]
  }

  /// - Parameters:
  ///   - type: of the tag's value: 1 BYTE, 3 SHORT, 4 LONG.
  ///   - count: of its values, the first of which is the orientation; more than four bytes stand at the end.
  private func tiff(
    _ orientation: Int, little: Bool, before: Int = 0, type: Int = 3, count: Int = 1
  ) -> [UInt8] {
    func short(_ v: Int) -> [UInt8] { little ? [UInt8(v & 255), UInt8(v >> 8)] : [UInt8(v >> 8), UInt8(v & 255)] }
    func long(_ v: Int) -> [UInt8] { little ? short(v & 0xFFFF) + short(v >> 16) : short(v >> 16) + short(v & 0xFFFF) }
    let other = short(0x010F) + short(2) + long(4) + Array("abc\0".utf8)  // maker
    let one = type == 1 ? [UInt8(orientation)] : type == 3 ? short(orientation) : long(orientation)
    let values = one + (1..<count).flatMap { _ in type == 1 ? [9] : type == 3 ? short(9) : long(9) }
    let end = 8 + 2 + 12 * (before + 1) + 4
    let value = values.count > 4 ? long(end) : values + [UInt8](repeating: 0, count: 4 - values.count)
    let tag = short(0x0112) + short(type) + long(count) + value
    let directory = short(before + 1) + (0..<before).flatMap { _ in other } + tag + long(0)
    return Array((little ? "II" : "MM").utf8) + short(42) + long(8) + directory + (values.count > 4 ? values : [])
  }

  /// Where the pixel at (x, y) of the upright picture is stored, said for each value in words of the standard.
  private func stored(_ x: Int, _ y: Int, _ orientation: Int, _ width: Int, _ height: Int) -> (x: Int, y: Int) {
    switch orientation {
    case 2: (width - 1 - x, y)  // row 0 is the top, column 0 the right
    case 3: (width - 1 - x, height - 1 - y)  // bottom, right
    case 4: (x, height - 1 - y)  // bottom, left
    case 5: (y, x)  // left, top
    case 6: (y, height - 1 - x)  // right, top
    case 7: (width - 1 - y, height - 1 - x)  // right, bottom
    case 8: (width - 1 - y, x)  // left, bottom
    default: (x, y)
    }
  }

  @Test(arguments: 1...8, [true, false]) func allEightInBothByteOrders(_ orientation: Int, little: Bool) throws {
    for before in [0, 3] {
      let image = try ImageDecoder.decode(with(exif: tiff(orientation, little: little, before: before)), name: "exif")
      let turned = orientation >= 5
      #expect(image.width == (turned ? upright.height : upright.width))
      #expect(image.height == (turned ? upright.width : upright.height))
      var same = true
      for y in 0..<image.height {
        for x in 0..<image.width {
          let from = stored(x, y, orientation, upright.width, upright.height)
          let (here, there) = ((y * image.width + x) * 3, (from.y * upright.width + from.x) * 3)
          for c in 0..<3 where image.pixels[here + c] != upright.pixels[there + c] { same = false }
        }
      }
      #expect(same)
    }
  }

  @Test(arguments: [1, 3, 4], [1, 2]) func otherTypesAndCountsAreRead(_ type: Int, _ count: Int) throws {
    for little in [true, false] {
      let expected = try ImageDecoder.decode(with(exif: tiff(6, little: little)), name: "standard")
      let block = tiff(6, little: little, type: type, count: count)
      #expect(try ImageDecoder.decode(with(exif: block), name: "other") == expected)
      #expect(expected != upright)
      // An offset that leads out of the block.
      guard type == 4, count == 2 else { continue }
      #expect(try ImageDecoder.decode(with(exif: Array(block.dropLast(8))), name: "cut") == upright)
    }
  }

  @Test func malformedBlocksMeanUpright() throws {
    let good = tiff(6, little: true)
    for length in 0..<good.count - 4 {  // the last four bytes name a next directory, which nobody reads
      let image = try ImageDecoder.decode(with(exif: Array(good[..<length])), name: "cut")
      #expect(image == upright, "\(length) bytes")
    }
    func changed(_ place: Int, _ values: [UInt8]) -> [UInt8] {
      var bytes = good
      bytes.replaceSubrange(place..<place + values.count, with: values)
      return bytes
    }
    for bad in [
      changed(0, [0x49, 0x4D]), changed(2, [43, 0]), changed(4, [0xFF, 0xFF, 0xFF, 0xFF]), changed(4, [250, 0, 0, 0]),
      changed(8, [0, 0]), changed(12, [2, 0]), changed(14, [3, 0, 0, 0]), changed(18, [0, 0]), changed(18, [9, 0]),
      changed(18, [6, 1]),
    ] {
      #expect(try ImageDecoder.decode(with(exif: bad), name: "bad") == upright)
    }
    #expect(try ImageDecoder.decode(with(exif: good), name: "good") != upright)
    // A directory that claims more entries than there are bytes.
    let long = Array(good[..<8]) + [0xFF, 0xFF] + Array(good[10..<12]) + Array(repeating: 0, count: 300)
    #expect(try ImageDecoder.decode(with(exif: long), name: "long") == upright)
  }
}
