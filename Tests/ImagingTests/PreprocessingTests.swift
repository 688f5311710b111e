import Imaging
import Models
import Testing

@Suite struct PreprocessingTests {
  @Test func centredSquare() {
    let wide = Preprocessing(width: 8, height: 8)
    #expect(wide.region(ofWidth: 640, height: 480) == PixelRegion(x: 80, y: 0, width: 480, height: 480))
    #expect(wide.region(ofWidth: 3, height: 10) == PixelRegion(x: 0, y: 3, width: 3, height: 3))
    #expect(wide.region(ofWidth: 1, height: 1) == PixelRegion(x: 0, y: 0, width: 1, height: 1))
  }

  @Test func stretch() {
    let all = Preprocessing(width: 8, height: 8, fit: .stretch)
    #expect(all.region(ofWidth: 640, height: 480) == PixelRegion(x: 0, y: 0, width: 640, height: 480))
  }

  @Test func insideKeepsTheAspect() {
    let rule = Preprocessing(width: 8, height: 6, fit: .inside)
    #expect(rule.region(ofWidth: 640, height: 480) == PixelRegion(x: 0, y: 0, width: 640, height: 480))
    #expect(rule.region(ofWidth: 640, height: 360) == PixelRegion(x: 0, y: -60, width: 640, height: 480))
    #expect(rule.region(ofWidth: 30, height: 60) == PixelRegion(x: -25, y: 0, width: 80, height: 60))
    #expect(rule.region(ofWidth: 31, height: 60) == PixelRegion(x: -25, y: 0, width: 80, height: 60))
    #expect(rule.region(ofWidth: 1, height: 1) == PixelRegion(x: 0, y: 0, width: 1, height: 1))
    for (width, height) in [(1, 1), (1, 999), (10_000, 10), (17, 13), (639, 480), (641, 480)] {
      let region = rule.region(ofWidth: width, height: height)
      #expect(region.x <= 0 && region.y <= 0 && region.x + region.width >= width && region.y + region.height >= height)
      #expect(region.width == width || region.height == height)
    }
    let image = Image(width: 1, height: 2, channels: 1, pixels: [10, 20])
    let grey = Preprocessing(width: 4, height: 2, colour: .grey, fit: .inside)
    #expect(grey.apply(to: image).pixels == [10, 10, 10, 10, 20, 20, 20, 20])
  }

  @Test func facesBecomeSquares() {
    let rule = Preprocessing(width: 8, height: 8, fit: .face(marginPercent: 25))
    let box = FaceBox(x: 100, y: 50, width: 40, height: 60)
    #expect(rule.region(ofWidth: 640, height: 480, face: box) == PixelRegion(x: 75, y: 35, width: 90, height: 90))
    let corner = FaceBox(x: -10, y: -10, width: 40, height: 40)
    #expect(rule.region(ofWidth: 640, height: 480, face: corner) == PixelRegion(x: -20, y: -20, width: 60, height: 60))
    let centred = PixelRegion(x: 80, y: 0, width: 480, height: 480)
    for none in [
      nil, FaceBox(x: 0, y: 0, width: 0, height: 9), FaceBox(x: .nan, y: 0, width: 9, height: 9),
      FaceBox(x: 0, y: 0, width: .infinity, height: 9), FaceBox(x: 700, y: 0, width: 9, height: 9),
      FaceBox(x: 0, y: -50, width: 9, height: 9), FaceBox(x: 0, y: 0, width: 9e9, height: 9),
    ] {
      #expect(rule.region(ofWidth: 640, height: 480, face: none) == centred)
    }
    // Other fits do not look at the box.
    let square = Preprocessing(width: 8, height: 8)
    #expect(square.region(ofWidth: 640, height: 480, face: box) == centred)
  }

  @Test func beyondTheFrameItsEdgeGoesOn() {
    let rule = Preprocessing(width: 4, height: 4, colour: .grey, fit: .face(marginPercent: 0))
    let image = Image(width: 2, height: 2, channels: 1, pixels: [10, 20, 30, 40])
    let input = rule.apply(to: image, face: FaceBox(x: -1, y: -1, width: 4, height: 4))
    #expect(input.pixels == [10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40])
  }

  @Test func colours() {
    let colour = testPicture(20, 30), grey = testPicture(20, 30, channels: 1)
    let asRGB = Preprocessing(width: 10, height: 10), asGrey = Preprocessing(width: 10, height: 10, colour: .grey)
    #expect(asRGB.apply(to: colour).channels == 3)
    #expect(asRGB.apply(to: grey) == asRGB.apply(to: grey.rgb))
    #expect(asGrey.apply(to: colour) == asGrey.apply(to: colour.grey))
    #expect(asGrey.apply(to: grey) == asGrey.apply(to: grey.rgb), "grey is its own luma")
    #expect(
      Image(width: 3, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255]).grey.pixels == [76, 150, 29])
  }

  @Test func aPreprocessorThatIsKeptGivesTheSameBytes() {
    for colour in Preprocessing.Colour.allCases {
      let kept = Preprocessor(Preprocessing(width: 24, height: 16, colour: colour, fit: .face(marginPercent: 10)))
      var input: [UInt8] = []
      let boxes = [nil, FaceBox(x: 5, y: 5, width: 20, height: 30), FaceBox(x: -9, y: 50, width: 40, height: 40)]
      for (round, size) in [(60, 40), (60, 40), (31, 90), (20, 20), (60, 40)].enumerated() {
        for channels in [1, 3] {
          let image = testPicture(size.0, size.1, channels: channels, seed: UInt64(round))
          for box in boxes {
            kept.apply(to: image, face: box, into: &input)
            #expect(input == kept.rule.apply(to: image, face: box).pixels)
          }
        }
      }
    }
  }

  @Test func theSmallestScaleThatServes() {
    let rule = Preprocessor(Preprocessing(width: 256, height: 256))
    #expect(rule.scale(forWidth: 640, height: 480) == .full)
    #expect(rule.scale(forWidth: 1920, height: 1080) == .full)
    #expect(rule.scale(forWidth: 4096, height: 2160) == .half)
    #expect(rule.scale(forWidth: 8192, height: 4320) == .quarter)
    #expect(rule.scale(forWidth: 100, height: 100) == .full)
  }
}
