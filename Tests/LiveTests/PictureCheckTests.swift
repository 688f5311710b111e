import Imaging
import Live
import Numerics
import TestSupport
import Testing

@Suite struct PictureCheckTests {
  /// A frame of noise around a colour, `share` of it; the rest is around grey.
  private func frame(
    _ red: Int, _ green: Int, _ blue: Int, spread: Int = 40, share: Float = 1, channels: Int = 3
  ) -> Image {
    var random = CounterRandom(seed: 8)
    let pixels = (0..<160 * 120).flatMap { _ -> [UInt8] in
      let isGrey = random.unit() >= share
      let step = random.below(2 * spread + 1) - spread
      let colour = isGrey ? [green, green, green] : [red, green, blue]
      return colour.prefix(channels).map { UInt8(min(255, max(0, $0 + step))) }
    }
    return Image(width: 160, height: 120, channels: channels, pixels: pixels)
  }

  private let all = PixelRegion(x: 0, y: 0, width: 160, height: 120)

  private func fault(_ image: Image, region: PixelRegion? = nil) -> PictureFault? {
    var check = PictureCheck(), told: [PictureFault] = []
    for _ in 0..<40 {
      if let fault = check.look(at: image, region: region ?? all, decoded: all) { told.append(fault) }
    }
    #expect(told == (check.fault.map { [$0] } ?? []), "told once")
    return check.fault
  }

  @Test func faultsHaveTheirNames() {
    #expect(fault(frame(120, 110, 100)) == nil)
    #expect(fault(frame(120, 120, 120, spread: 2)) == .empty)
    #expect(fault(frame(15, 15, 15, spread: 14)) == .dark)
    #expect(fault(frame(250, 250, 250, spread: 60)) == .blownOut)
    #expect(fault(frame(200, 90, 80)) == .colourCast)
    #expect(fault(frame(15, 15, 15, spread: 14, channels: 1)) == .dark)
    #expect(fault(frame(120, 120, 120, channels: 1)) == nil, "a grey camera has no colour cast")
  }

  /// Faces are red, walls may be, and neither is a cast while something grey is in sight.
  @Test func colourIsMeasuredInTheWholeFrame() {
    #expect(fault(frame(200, 90, 80, share: 0.9)) == nil)
    #expect(fault(frame(200, 90, 80, share: 0.99)) == .colourCast)
  }

  @Test func lightIsMeasuredWhereTheFaceIs() {
    var image = frame(120, 110, 100)
    for row in 40..<80 { for place in (row * 160 + 40) * 3..<(row * 160 + 80) * 3 { image.pixels[place] /= 3 } }
    let face = PixelRegion(x: 40, y: 40, width: 40, height: 40)
    #expect(fault(image) == nil)
    #expect(fault(image, region: face) == .dark)
    // A face at the edge reaches beyond the frame; one outside says nothing.
    #expect(fault(frame(15, 15, 15, spread: 14), region: PixelRegion(x: -30, y: 90, width: 60, height: 60)) == .dark)
    #expect(fault(image, region: PixelRegion(x: 400, y: 0, width: 20, height: 20)) == nil)
  }

  @Test func oneFrameDecidesNothing() {
    var check = PictureCheck()
    let good = frame(120, 110, 100), dark = frame(15, 15, 15, spread: 14)
    for round in 0..<100 {
      #expect(check.look(at: round % 10 == 0 ? dark : good, region: all, decoded: all) == nil)
    }
    for _ in 0..<30 { _ = check.look(at: dark, region: all, decoded: all) }
    #expect(check.fault == .dark)
    for _ in 0..<30 { #expect(check.look(at: good, region: all, decoded: all) == nil) }
    #expect(check.fault == nil)
    for fault in PictureFault.allCases { #expect(!fault.advice.isEmpty) }
  }
}
