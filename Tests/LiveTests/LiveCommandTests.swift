import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct LiveCommandTests {
  @Test func aFolderIsPlayedAsACamera() throws {
    let folder = try TemporaryFolder()
    for number in 0..<3 {
      let image = Image(width: 40 + number, height: 30, channels: 3, filledWith: UInt8(60 * number))
      try folder.write(ImageEncoder.jpeg(image, quality: 90), as: "pictures/\(number).jpg")
    }
    try folder.write(ImageEncoder.png(Image(width: 9, height: 9, channels: 1, filledWith: 7)), as: "pictures/3.PNG")
    try folder.write(Array("text".utf8), as: "pictures/4.jpg")
    let result = try GlintProgram.run(
      ["live", StandIn.model, "--folder", folder.path("pictures"), "--fps", "100", "--count", "40", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = try Line.all(result)
    #expect(lines.count == 40)
    let names = Set(lines.compactMap { $0.file.map { URL(fileURLWithPath: $0).lastPathComponent } })
    #expect(names == ["0.jpg", "1.jpg", "2.jpg", "3.PNG"])
    #expect(result.errors.contains("4.jpg") && !result.errors.contains(" 0 damaged"))
  }

  @Test func aRenderedPersonIsLabelled() throws {
    let result = try GlintProgram.run(
      ["live", StandIn.model, "--rendered", "--size", "64x48", "--fps", "50", "--count", "5", "--json"])
    #expect(result.status == 0)
    #expect(try Line.all(result).count == 5)
  }

  @Test func peopleGetALineAndASummary() throws {
    let result = try GlintProgram.run(
      ["live", StandIn.model, "--rendered", "--size", "64x48", "--fps", "50", "--count", "5"])
    #expect(result.status == 0)
    #expect(result.output.contains("glass to label"))
    #expect(result.errors.contains("5 frames labelled") && result.errors.contains("p99"))
  }

  /// Not by SIGINT, which a shell ignores for what it runs in the background, and so does the program then.
  @Test(arguments: ["TERM", "HUP"]) func signalsEndWithASummary(_ signal: String) throws {
    let folder = try TemporaryFolder(), lines = folder.path("lines")
    let result = try GlintProgram.shell(
      "\(GlintProgram.path) live \(StandIn.model) --rendered --size 64x48 --json > '\(lines)' & p=$!; "
        + "while kill -0 $p && ! [ -s '\(lines)' ]; do sleep 0.02; done; kill -\(signal) $p; wait $p")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("frames labelled"))
  }

  @Test(arguments: [
    ["m", "--rendered", "--folder", "x"], ["m", "--fps", "0"], ["m", "--count", "0"], ["m", "--seconds", "-1"],
    ["m", "--size", "640"], ["m", "--size", "0x9"], ["m", "--format", "gif"], ["m", "--rendered", "--format", "mjpeg"],
  ]) func wrongUse(_ arguments: [String]) throws {
    #expect(try GlintProgram.run(["live"] + arguments).status == 2)
  }

  @Test func anEmptyFolderIsNoCamera() throws {
    let folder = try TemporaryFolder()
    let result = try GlintProgram.run(["live", StandIn.model, "--folder", folder.path("")])
    #expect(result.status == 1 && result.errors.contains("no pictures"), "\(result.errors)")
  }
}
