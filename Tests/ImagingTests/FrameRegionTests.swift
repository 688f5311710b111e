import Imaging
import Models
import Testing

/// Parts of a camera's frames.
@Suite struct FrameRegionTests {
  @Test(arguments: [(64, 48), (640, 480), (1920, 1080), (1, 1), (7, 3)])
  func theRegionLiesInEveryFrame(size: (width: Int, height: Int)) throws {
    let whole = FrameRegion.whole, least = FrameRegion.least
    let shares = [(0, whole), (whole - least, least), (1, least), (3_333, 3_333), (4_999, 5_001), (5_000, 2_500)]
    for (x, width) in shares {
      for (y, height) in shares {
        let region = try #require(FrameRegion(x: x, y: y, width: width, height: height))
        let part = region.pixels(ofWidth: size.width, height: size.height)
        #expect(part.x >= 0 && part.width >= 1 && part.x + part.width <= size.width, "\(region) of \(size)")
        #expect(part.y >= 0 && part.height >= 1 && part.y + part.height <= size.height, "\(region) of \(size)")
        #expect(FrameRegion(region.text) == region)
        // Neighbours share an edge: no column is lost or shown twice.
        guard x + width + least <= whole else { continue }
        let next = try #require(FrameRegion(x: x + width, y: y, width: least, height: height))
        if size.width >= 64 { #expect(next.pixels(ofWidth: size.width, height: size.height).x == part.x + part.width) }
      }
    }
    let all = try #require(FrameRegion(x: 0, y: 0, width: whole, height: whole))
    #expect(
      all.pixels(ofWidth: size.width, height: size.height)
        == PixelRegion(x: 0, y: 0, width: size.width, height: size.height))
  }

  @Test func pixelsComeBack() throws {
    let part = PixelRegion(x: 101, y: 7, width: 333, height: 200)
    let region = try #require(FrameRegion(part, ofWidth: 640, height: 480))
    #expect(region.pixels(ofWidth: 640, height: 480) == part)
    // What reaches beyond is cut off.
    let over = try #require(
      FrameRegion(PixelRegion(x: 600, y: -50, width: 100, height: 150), ofWidth: 640, height: 480))
    #expect(over.pixels(ofWidth: 640, height: 480) == PixelRegion(x: 600, y: 0, width: 40, height: 100))
    #expect(FrameRegion(PixelRegion(x: 640, y: 0, width: 50, height: 50), ofWidth: 640, height: 480) == nil)
    #expect(FrameRegion(PixelRegion(x: 0, y: 0, width: 5, height: 50), ofWidth: 640, height: 480) == nil)
  }

  @Test(arguments: [
    "", "all", "1,2,3", "1,2,3,4,5", "0,0,10001,5000", "-1,0,5000,5000", "0,0,199,5000", "5000,0,5001,5000",
    "0,0,5000,9999999999999999999999", "0,0,5000,5000 ", "0.5,0,5000,5000",
  ]) func whatIsNoRegionIsNone(text: String) { #expect(FrameRegion(text) == nil) }

  @Test(arguments: [1, 3]) func aCutHasTheRegionsPixels(channels: Int) {
    let pixels = (0..<9 * 7 * channels).map { UInt8($0) }
    let image = Image(width: 9, height: 7, channels: channels, pixels: pixels)
    var part = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    for region in [
      PixelRegion(x: 0, y: 0, width: 9, height: 7), PixelRegion(x: 2, y: 3, width: 5, height: 4),
      PixelRegion(x: 8, y: 6, width: 1, height: 1),
    ] {
      image.cut(region, into: &part)
      #expect(part == image.resampled(region, width: region.width, height: region.height))
    }
  }
}
