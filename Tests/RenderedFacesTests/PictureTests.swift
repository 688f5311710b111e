import Foundation
import Imaging
import RenderedFaces
import Testing

/// The picture of the README is what the painter paints. `tools/pictures` paints it anew.
@Suite struct PictureTests {
  private var path: String {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("Calibration/pictures/faces.jpg").path
  }

  @Test func theReadmeShowsWhatIsPainted() throws {
    let sheet = RenderedFaces.contactSheet(seed: 2024, columns: 8, rows: 3, side: 144)
    if ProcessInfo.processInfo.environment["GLINT_WRITE_PICTURES"] == "1" {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(ImageEncoder.jpeg(sheet, quality: 84)).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
    let shown = try ImageDecoder.decode(path: path)
    try #require(shown.width == sheet.width && shown.height == sheet.height)
    let difference = zip(shown.pixels, sheet.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    // JPEG at this quality changes these pixels by about 4 on the mean.
    let mean = Double(difference) / Double(sheet.pixels.count)
    #expect(mean < 8, "tools/pictures paints it anew; the mean difference is \(mean)")
  }

  @Test func badgesShowTheClasses() {
    let sheet = RenderedFaces.contactSheet(seed: 6, first: 4, columns: 2, rows: 2, side: 100)
    #expect(sheet.width == 200 && sheet.height == 200)
    for place in 0..<4 {
      // The left edge of the badge is plain colour: blue for happy, vermilion for sad.
      let at = ((place / 2 * 100 + 90) * 200 + place % 2 * 100 + 81) * 3
      let expected: [UInt8] = FacePainter.label(seed: 6, index: 4 + place) == 0 ? [0, 114, 178] : [213, 94, 0]
      #expect(Array(sheet.pixels[at..<at + 3]) == expected, "place \(place)")
    }
  }
}
