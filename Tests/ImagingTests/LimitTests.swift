import Imaging
import Models
import Testing

/// What one picture may take: decoded smaller where it can be, refused by name where it cannot, and boxes stay in
/// pixels of the whole picture.
@Suite struct LimitTests {
  private func limits(memory: Int = .max, pixels: Int = .max, stored: Int = .max) -> DecodingLimits {
    DecodingLimits(memory: memory, pixels: pixels, storedPixels: stored)
  }

  private func words(_ bytes: [UInt8], _ limits: DecodingLimits) throws -> String {
    do { _ = try ImageDecoder.decode(bytes, name: "picture", within: limits) } catch { return error.reason }
    throw Unexpected(nil)
  }

  @Test func aJPEGIsDecodedAtTheScaleThatFits() throws {
    let picture = blocks(16, 8)
    let bytes = try ImageEncoder.jpeg(picture, quality: 95)
    for (pixels, factor) in [(256 * 128, 1), (256 * 128 - 1, 2), (128 * 64 - 1, 4), (64 * 32 - 1, 8)] {
      let image = try ImageDecoder.decode(bytes, name: "large", within: limits(pixels: pixels))
      #expect(image.reduction == factor && image.width == 256 / factor && image.height == 128 / factor)
      var asked = try JPEGDecoder().decode(bytes, name: "asked", scale: .init(rawValue: UInt32(factor))!)
      #expect(asked.reduction == 1, "who asks for a scale knows of it")
      asked.reduction = factor
      #expect(image == asked)
      #expect(image.grey.reduction == factor && image.rgb.reduction == factor)
    }
    let refusal = try words(bytes, limits(pixels: 32 * 16 - 1))
    #expect(refusal.contains("32 x 16 pixels; at most 0 million are kept"), "\(refusal)")
  }

  @Test func memoryCountsThePixelsTheTurnedCopyAndTheCoefficients() throws {
    let bytes = try ImageEncoder.jpeg(Image(width: 1024, height: 1024, channels: 3, filledWith: 90), quality: 80)
    // Three megabytes of pixels and some rows.
    let enough = limits(memory: 4 << 20)
    #expect(try ImageDecoder.decode(bytes, name: "upright", within: enough).reduction == 1)
    let exif: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]
    let turned = [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(8 + exif.count)] + Array("Exif\0\0".utf8) + exif + bytes[2...]
    #expect(try ImageDecoder.decode(turned, name: "turned", within: enough).reduction == 2)
    // One block of coefficients, which no scale makes smaller.
    let progressive = HandmadeJPEG.progressive(200, [.dc(dropping: 0), .ac])
    #expect(try ImageDecoder.decode(progressive, name: "small", within: limits(memory: 1 << 10)).width == 8)
    let refusal = try words(progressive, limits(memory: 200))
    #expect(refusal.contains("progressive JPEG is kept whole") && refusal.contains("takes 1 MB"), "\(refusal)")
  }

  @Test func aPNGIsRefusedByName() throws {
    let bytes = try ImageEncoder.png(Image(width: 2000, height: 1000, channels: 3, filledWith: 9))
    #expect(try ImageDecoder.decode(bytes, name: "fits", within: limits(memory: 7 << 20)).width == 2000)
    let refusal = try words(bytes, limits(memory: 5 << 20))
    #expect(refusal.contains("2000 x 1000 pixels takes 6 MB; at most 5 MB"), "\(refusal)")
    #expect(refusal.contains("make it smaller, or a JPEG"), "\(refusal)")
    #expect(try words(bytes, limits(stored: 1_000_000)).contains("at most 1 million are decoded"))
  }

  @Test func thePostedLimitIsSixtyFourMegabytes() throws {
    #expect(DecodingLimits.posted.memory == 64 << 20)
    // 24 million pixels of three bytes are more than that, a quarter of them is not.
    let bytes = try ImageEncoder.jpeg(Image(width: 6000, height: 4000, channels: 3, filledWith: 120), quality: 50)
    let image = try ImageDecoder.decode(bytes, name: "photo", within: .posted)
    #expect(image.reduction == 2 && image.width == 3000)
    let png = try ImageEncoder.png(Image(width: 6000, height: 4000, channels: 3, filledWith: 120))
    #expect(try words(png, .posted).contains("at most 64 MB"))
  }

  @Test func longPicturesAreDecoded() throws {
    let bytes = try ImageEncoder.jpeg(Image(width: 20_000, height: 100, channels: 1, filledWith: 50), quality: 80)
    let image = try ImageDecoder.decode(bytes, name: "panorama")
    #expect(image.width == 20_000 && image.reduction == 1)
    #expect(
      Preprocessing(width: 32, height: 32, fit: .stretch).apply(to: image).pixels.allSatisfy { abs(Int($0) - 50) < 3 })
  }

  @Test func boxesAreOfTheWholePicture() throws {
    let bytes = try ImageEncoder.jpeg(blocks(16, 8), quality: 95)
    let image = try ImageDecoder.decode(bytes, name: "reduced", within: limits(pixels: 128 * 64))
    var small = image
    small.reduction = 1
    let rule = Preprocessing(width: 16, height: 16, fit: .face(marginPercent: 10))
    let (box, half) = (FaceBox(x: 64, y: 32, width: 60, height: 60), FaceBox(x: 32, y: 16, width: 30, height: 30))
    #expect(rule.apply(to: image, face: box) == rule.apply(to: small, face: half))
    var input: [UInt8] = []
    Preprocessor(rule).apply(to: image, face: box, into: &input)
    #expect(input == rule.apply(to: small, face: half).pixels)
    #expect(rule.isWholePhoto(image, face: box) == rule.isWholePhoto(small, face: half))
    var (drawn, expected) = (image, small)
    drawn.annotate(box, label: "a", ink: .init(1, 2, 3))
    expected.annotate(half, label: "a", ink: .init(1, 2, 3))
    #expect(drawn.pixels == expected.pixels && drawn.pixels != image.pixels)
    #expect(image.leftOut("f", for: FaceBox(x: 250, y: 120, width: 9, height: 9)) == nil)
    #expect(image.leftOut("f", for: FaceBox(x: 256, y: 0, width: 9, height: 9))?.cause == .boxOutside)
  }

  @Test func chunksThatUnfoldAreLeftUnread() throws {
    // A profile that claims to be compressed and is nothing of the kind: a reader of it would stop here.
    let png = try ImageEncoder.png(testPicture(20, 10))
    let profile = PNGChunk.bytes("iCCP", Array("x\0\0".utf8) + [UInt8](repeating: 0xAA, count: 64))
    let text = PNGChunk.bytes("zTXt", Array("x\0\0".utf8) + [UInt8](repeating: 0xAA, count: 64))
    let bytes = Array(png[..<33]) + profile + text + Array(png[33...])
    #expect(try ImageDecoder.decode(bytes, name: "profile") == testPicture(20, 10))
  }
}
