import Imaging
import Testing

@Suite struct AnnotationTests {
  private let ink = Image.Ink(250, 120, 0)

  private func inked(_ image: Image) -> [(x: Int, y: Int)] {
    (0..<image.width * image.height).compactMap { place in
      let pixel = Array(image.pixels[3 * place..<3 * place + 3])
      return pixel == [250, 120, 0] ? (place % image.width, place / image.width) : nil
    }
  }

  @Test func aBoxStandsOnItsEdges() {
    var image = Image(width: 120, height: 100, channels: 3, filledWith: 9)
    image.annotate(FaceBox(x: 20, y: 30, width: 60, height: 50), label: "", ink: ink)
    let drawn = inked(image).filter { $0.y >= 30 }
    #expect(drawn.map(\.x).min() == 20 && drawn.map(\.x).max() == 79)
    #expect(drawn.map(\.y).min() == 30 && drawn.map(\.y).max() == 79)
    #expect(!drawn.contains { (23..<77).contains($0.x) && (33..<77).contains($0.y) }, "the face stays free")
  }

  @Test func labelsAreReadAboveTheBox() {
    var image = Image(width: 200, height: 100, channels: 3, filledWith: 9)
    var blank = image
    image.annotate(FaceBox(x: 20, y: 40, width: 60, height: 50), label: "sad 97 %", ink: ink)
    blank.annotate(FaceBox(x: 20, y: 40, width: 60, height: 50), label: "        ", ink: ink)
    let letters = (0..<200 * 100).filter { image.pixels[3 * $0] != blank.pixels[3 * $0] }
    #expect(letters.count > 80)
    #expect(letters.allSatisfy { $0 / 200 < 40 && $0 / 200 >= 30 })
    var other = Image(width: 200, height: 100, channels: 3, filledWith: 9)
    other.annotate(FaceBox(x: 20, y: 40, width: 60, height: 50), label: "SAD 97 %", ink: ink)
    #expect(other == image)
  }

  @Test func boxesBeyondThePictureAreCutOff() {
    for (width, height) in [(1, 1), (7, 300), (640, 480)] {
      for box in [
        FaceBox(x: -50, y: -50, width: 5000, height: 5000), FaceBox(x: 1e30, y: -1e30, width: 1, height: 1),
        FaceBox(x: .nan, y: 0, width: 1, height: 1), FaceBox(x: 0, y: 0, width: -5, height: 3),
        FaceBox(x: 630, y: 470, width: 20, height: 20),
      ] {
        var image = Image(width: width, height: height, channels: 3, filledWith: 0)
        image.annotate(box, label: "unsure ähm", ink: ink)
        #expect(image.pixels.count == width * height * 3)
      }
    }
  }
}
