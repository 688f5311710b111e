import Foundation
import Imaging
import Models
import Testing

@Suite struct JPEGTests {
  @Test func colourAndGreyComeBack() throws {
    let colour = blocks(4, 3)
    let decoded = try ImageDecoder.decode(ImageEncoder.jpeg(colour, quality: 95), name: "colour")
    // Between blocks of different colour, halved chroma blurs a pixel; their middles are flat.
    for row in 0..<3 {
      for column in 0..<4 {
        let place = ((row * 16 + 8) * 64 + column * 16 + 8) * 3
        for c in 0..<3 {
          #expect(abs(Int(decoded.pixels[place + c]) - Int(colour.pixels[place + c])) <= 6)
        }
      }
    }
    let grey = testPicture(37, 21, channels: 1)
    let decodedGrey = try ImageDecoder.decode(ImageEncoder.jpeg(grey, quality: 100), name: "grey")
    #expect(decodedGrey.channels == 1)
    #expect(largestDifference(decodedGrey, grey) <= 2)
  }

  @Test(arguments: [1, 2, 7, 8, 9, 255]) func oddSizes(_ side: Int) throws {
    let picture = testPicture(side, 256 - side)
    let decoded = try ImageDecoder.decode(ImageEncoder.jpeg(picture, quality: 90), name: "odd")
    #expect(decoded.width == side && decoded.height == 256 - side && decoded.channels == 3)
  }

  @Test func everyShorterFileIsTruncated() throws {
    let whole = try ImageEncoder.jpeg(testPicture(64, 48), quality: 80)
    #expect(failure(of: whole) == nil)
    #expect(failure(of: []) == .empty)
    for length in Array(1..<min(700, whole.count)) + Array(stride(from: 700, to: whole.count, by: 37)) + [
      whole.count - 1
    ] {
      #expect(failure(of: Array(whole[..<length])) == .truncated, "\(length) of \(whole.count) bytes")
    }
  }

  @Test func aDamagedFileNeverCrashes() throws {
    let whole = try ImageEncoder.jpeg(testPicture(64, 48), quality: 80)
    var caught = 0
    for place in stride(from: 2, to: whole.count, by: 3) {
      var bytes = whole
      bytes[place] ^= 0x5A
      if failure(of: bytes) != nil { caught += 1 }
    }
    #expect(caught > 50)
  }

  @Test func sizesBeyondTheLimitAreRefusedUnread() throws {
    var bytes = try ImageEncoder.jpeg(testPicture(16, 16), quality: 80)
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0x00, 0xFF, 0x00])
    guard case .tooLarge(let words) = failure(of: bytes) else { throw Unexpected(failure(of: bytes)) }
    #expect(words.contains("65280 x 65280"))
  }

  @Test func inksAreMixedToLight() throws {
    // A 16 x 16 CMYK JPEG of one colour as Adobe writes it: inverted, so 255 is no ink. Constant blocks have DC only.
    for (inks, light) in [
      ([255, 255, 255, 255], [255, 255, 255]), ([0, 255, 255, 255], [0, 255, 255]),
      ([255, 128, 0, 255], [255, 128, 0]), ([200, 100, 50, 128], [100, 50, 25]),
    ] {
      let image = try ImageDecoder.decode(HandmadeJPEG.flat(inks, hasAdobe: true), name: "inks")
      #expect(image.channels == 3)
      for c in 0..<3 { #expect(abs(Int(image.pixels[c]) - light[c]) <= 2, "\(inks)") }
      // Without the marker the inks mean the same to browsers and other readers, and so they do here.
      #expect(try ImageDecoder.decode(HandmadeJPEG.flat(inks, hasAdobe: false), name: "plain") == image, "\(inks)")
    }
  }

  @Test func filesThatLackScansAreIncomplete() throws {
    let whole = try ImageDecoder.decode(HandmadeJPEG.flat([200]), name: "one scan")
    typealias Scan = HandmadeJPEG.Scan
    #expect(
      try ImageDecoder.decode(HandmadeJPEG.progressive(200, [.dc(dropping: 0), .ac]), name: "progressive") == whole)
    #expect(
      try ImageDecoder.decode(
        HandmadeJPEG.progressive(200, [.dc(dropping: 1), .ac, .dcRefinement]), name: "refined") == whole)
    for scans in [
      [.dc(dropping: 0)], [.dc(dropping: 1), .ac], [.dc(dropping: 1), .dcRefinement],
    ] as [[Scan]] {
      #expect(failure(of: HandmadeJPEG.progressive(200, scans)) == .incomplete, "\(scans)")
    }
    // Baseline, a scan a component: none of them may be missing.
    let colours = [200, 90, 160]
    let apart = try ImageDecoder.decode(HandmadeJPEG.flat(colours, scans: [[0], [1], [2]]), name: "apart")
    #expect(try ImageDecoder.decode(HandmadeJPEG.flat(colours), name: "together") == apart)
    #expect(failure(of: HandmadeJPEG.flat(colours, scans: [[0], [2]])) == .incomplete)
  }

  @Test func scaledDecodingHalvesTheSides() throws {
    let picture = blocks(4, 3)
    let bytes = try ImageEncoder.jpeg(picture, quality: 95)
    let decoder = try JPEGDecoder()
    for scale in JPEGDecoder.Scale.allCases {
      let image = try decoder.decode(bytes, name: "scaled", scale: scale)
      let factor = Int(scale.rawValue)
      #expect(image.width == 64 / factor && image.height == 48 / factor)
      // The first block's colour, wherever it is that small.
      for c in 0..<3 { #expect(abs(Int(image.pixels[c]) - Int(picture.pixels[c])) <= 8) }
    }
  }

  @Test(arguments: [(640, 480), (333, 70), (65, 64), (64, 64), (40, 90)])
  func whatTheCentreReadsIsWhatTheWholePictureHas(_ width: Int, _ height: Int) throws {
    let rule = Preprocessing(width: 16, height: 16)
    for (channels, quality) in [(3, 95), (3, 30), (1, 90)] {
      let bytes = try ImageEncoder.jpeg(testPicture(width, height, channels: channels), quality: quality)
      for scale in JPEGDecoder.Scale.allCases {
        let decoder = try JPEGDecoder()
        let whole = try decoder.decode(bytes, name: "whole", scale: scale)
        var part = Image(width: 1, height: 1, channels: 3, filledWith: 0)
        try bytes.withUnsafeBufferPointer {
          try decoder.decode($0, name: "part", scale: scale, isFrame: true, columnsFor: rule, into: &part)
        }
        #expect(part.width == whole.width && part.height == whole.height && part.channels == channels)
        #expect(rule.apply(to: part) == rule.apply(to: whole), "\(scale)")
      }
    }
  }

  @Test func aDecoderGoesOnAfterBadPictures() throws {
    let good = try ImageEncoder.jpeg(testPicture(64, 48), quality: 80)
    let decoder = try JPEGDecoder()
    let expected = try decoder.decode(good, name: "good")
    for length in [0, 2, 100, good.count / 2] {
      #expect(throws: ImageError.self) { try decoder.decode(Array(good[..<length]), name: "bad", isFrame: true) }
      #expect(try decoder.decode(good, name: "good") == expected)
    }
  }

  @Test func framesMayLackTheirEndAndTheirHuffmanTables() throws {
    let whole = try ImageEncoder.jpeg(testPicture(64, 48), quality: 80)
    let decoder = try JPEGDecoder()
    let expected = try decoder.decode(whole, name: "whole")
    #expect(try decoder.decode(Array(whole.dropLast(2)), name: "no end", isFrame: true) == expected)
    // Motion JPEG leaves out the standard tables, and libjpeg writes the standard ones.
    #expect(try decoder.decode(withoutHuffmanTables(whole), name: "motion", isFrame: true) == expected)
    // But rows that are missing are missing.
    #expect(throws: ImageError(file: "cut", cause: .truncated)) {
      try decoder.decode(Array(whole.dropLast(40)), name: "cut", isFrame: true)
    }
  }

  private func withoutHuffmanTables(_ bytes: [UInt8]) -> [UInt8] {
    var out = Array(bytes[..<2]), place = 2
    while bytes[place + 1] != 0xDA {
      let length = 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
      if bytes[place + 1] != 0xC4 { out += bytes[place..<place + length] }
      place += length
    }
    return out + bytes[place...]
  }
}

/// A test's own error.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ found: Any?) { description = "unexpected: \(String(describing: found))" }
}
