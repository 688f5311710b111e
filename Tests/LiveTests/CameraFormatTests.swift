import Foundation
import Imaging
import TestSupport
import Testing

/// The real program on cameras whose formats, bus or frames are unlike those of most.
@Suite struct CameraFormatTests {
  private let good = StandIn.frames.map { "frame \($0)" }

  private func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(fileURLWithPath: path))) }

  /// The probability of the first frame's label.
  private func probability(_ environment: [String: String], _ arguments: String...) throws -> Float {
    let result = try GlintProgram.run(
      ["live", StandIn.model, "--camera", StandIn.device, "--json", "--threads", "1", "--count", "3"] + arguments,
      environment: environment)
    #expect(result.status == 0 && result.errors.contains(" 0 damaged"), "\(result.errors)")
    return try #require(try Line.all(result).first?.faces.first).probability
  }

  @Test func picturesMayBeginLateOrTwice() throws {
    let whole = try bytes(StandIn.frames[2])
    let plain = try probability(StandIn.script(["interval 15", "frame \(StandIn.frames[2])", "again"]))
    for (name, odd) in [
      ("late", [0, 0xFF, 7] + whole), ("twice", [0xFF, 0xD8] + whole), ("both", [9, 0xFF, 0xD8, 0xFF, 0xD8] + whole),
    ] {
      let file = StandIn.file(odd, "\(name).jpg")
      #expect(try probability(StandIn.script(["interval 15", "frame \(file)", "again"])) == plain, "\(name)")
    }
  }

  @Test func whereTheBusHasNoRoomLessIsAskedFor() throws {
    let facts = ["mode YUYV 64 48 30", "mode MJPG 64 48 30", "room \(64 * 48)"]
    let result = try StandIn.live(StandIn.script(["interval 15"] + good + ["again"], facts: facts), "--count", "4")
    #expect(result.status == 0)
    #expect(try Line.all(result).count == 4)
    #expect(
      result.errors.contains("64 x 48 MJPG at 30/s (the USB bus has no bandwidth for 64 x 48 YUYV at 30/s)"),
      "\(result.errors)")
    // Without MJPEG, a smaller size.
    let small = StandIn.file([UInt8](repeating: 99, count: 32 * 24 * 2), "small.yuyv")
    let smaller = try StandIn.live(
      StandIn.script(
        ["interval 15", "frame \(small)", "again"],
        facts: ["mode YUYV 64 48 30", "mode YUYV 32 24 30", "room \(32 * 24 * 8)"]), "--size", "64x48", "--count", "4")
    #expect(smaller.status == 0 && smaller.errors.contains("32 x 24 YUYV"), "\(smaller.errors)")
    // With nothing that has room, what to do.
    let none = try StandIn.live(StandIn.script(good, facts: ["mode YUYV 64 48 30", "room 1"]), "--count", "4")
    #expect(none.status == 1 && none.errors.contains("USB bus has no bandwidth"), "\(none.errors)")
    #expect(none.errors.contains("--format mjpeg"))
    // A format that was asked for is kept to.
    let kept = try StandIn.live(StandIn.script(good, facts: facts), "--format", "yuyv", "--count", "4")
    #expect(kept.status == 1 && kept.errors.contains("USB bus has no bandwidth"), "\(kept.errors)")
  }

  @Test func rgbIsReadAsItIs() throws {
    let picture = try ImageDecoder.decode(try bytes(StandIn.frames[1]), name: "frame")
    let folder = try TemporaryFolder()
    try folder.write(ImageEncoder.png(picture), as: "pictures/1.png")
    let played = try GlintProgram.run(
      ["live", StandIn.model, "--folder", folder.path("pictures"), "--count", "1", "--json", "--threads", "1"])
    let expected = try #require(try Line.all(played).first?.faces.first).probability
    for stride in [192, 200] {
      let rows = (0..<48).flatMap { (row: Int) -> [UInt8] in
        Array(picture.pixels[row * 192..<row * 192 + 192]) + [UInt8](repeating: 7, count: stride - 192)
      }
      let file = StandIn.file(rows, "frame.rgb\(stride)")
      let facts = ["mode RGB3 64 48 30", "stride \(stride)"]
      #expect(try probability(StandIn.script(["interval 15", "frame \(file)", "again"], facts: facts)) == expected)
    }
  }

  @Test func yuyvMayHaveAnOddHeight() throws {
    let file = StandIn.file((0..<64 * 47 * 2).map { UInt8(16 + $0 % 200) }, "odd.yuyv")
    _ = try probability(StandIn.script(["interval 15", "frame \(file)", "again"], facts: ["mode YUYV 64 47 30"]))
  }

  @Test func aBayerDriverMaySayThatRowsHaveNoBytes() throws {
    let file = StandIn.file((0..<64 * 48).map { UInt8($0 % 64 * 3) }, "frame.bayer")
    let said = try [0, 64].map { stride in
      let facts = ["mode BA81 64 48 30", "stride \(stride)"]
      return try probability(StandIn.script(["interval 15", "frame \(file)", "again"], facts: facts))
    }
    #expect(said[0] == said[1])
  }

  @Test func damagedFramesAreNamed() throws {
    func file(_ count: Int) -> String { StandIn.file([UInt8](repeating: 99, count: count), "\(count).uyvy") }
    let events = [
      "interval 60", "frame \(file(6144))", "error \(file(6144))", "frame \(file(6144))", "frame \(file(0))",
      "frame \(file(6144))", "frame \(file(100))", "frame \(file(6144))", "frame \(file(200))", "frame \(file(6144))",
    ]
    let result = try StandIn.live(StandIn.script(events, facts: ["mode UYVY 64 48 30"]), "--seconds", "3")
    #expect(result.status == 0 && result.errors.contains(" 4 damaged"), "\(result.errors)")
    #expect(Set(try Line.all(result).map(\.sequence)) == [0, 2, 4, 6, 8])
    for words in ["frame 1: the picture is damaged (the camera's driver marked it so)", "(it is empty)"] {
      #expect(result.errors.contains("Passed over ") && result.errors.contains(words), "\(result.errors)")
    }
    #expect(result.errors.contains("frame 5: the picture is damaged (100 bytes, too short for 64 x 48 pixels)"))
  }

  @Test(arguments: [("29.97", "at 29.97/s"), ("0.5", "at 0.5/s"), ("60", "at 30/s")])
  func ratesMayHaveFractions(_ rate: String, _ words: String) throws {
    let script = StandIn.script(["interval 5"] + good + ["again"], facts: ["mode MJPG 640 480 30", "ranges"])
    let result = try StandIn.live(script, "--fps", rate, "--count", "1")
    #expect(result.status == 0 && result.errors.contains(words), "\(result.errors)")
  }

  @Test func aCameraThatIsFasterThanAskedForIsThinnedOut() throws {
    let script = StandIn.script(["interval 20"] + good + ["again"])
    let result = try StandIn.live(script, "--fps", "0.5", "--count", "3")
    let times = try Line.all(result).map(\.timestamp_ns)
    #expect(times.count == 3 && zip(times, times.dropFirst()).allSatisfy { $1 - $0 > 1_400_000_000 })
  }

  /// The time of day goes back by a day while the camera is waited for: nothing waits for it to come again.
  @Test func theClockMayBeSetBackWhileTheCameraIsGone() throws {
    let events = ["interval 15", good[0], good[1], "unplug 1200", "clock -86400"] + good + ["again"]
    let environment = StandIn.script(events)
    let result = try GlintProgram.shell(
      "timeout 60 '\(GlintProgram.path)' live '\(StandIn.model)' --camera \(StandIn.device) --json --threads 1 "
        + "--seconds 5", environment: environment)
    #expect(result.status == 0 && result.errors.contains("Looking again"), "\(result.status) \(result.errors)")
    let lines = try Line.all(result)
    #expect(lines.count >= 5 && zip(lines, lines.dropFirst()).allSatisfy { $0.timestamp_ns < $1.timestamp_ns })
  }

  @Test func aLinkLeadsToTheCamera() throws {
    let folder = try TemporaryFolder()
    let device = try folder.write([], as: "dev/video0")
    let link = folder.path("dev/v4l/by-id/usb-Stand-in-video-index0")
    try FileManager.default.createDirectory(atPath: folder.path("dev/v4l/by-id"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../../video0")
    let result = try GlintProgram.run(
      ["live", StandIn.model, "--camera", link, "--json", "--count", "2"],
      environment: StandIn.script(["interval 15"] + good + ["again"], device: device))
    #expect(result.status == 0 && result.errors.contains("Stand-in camera"), "\(result.errors)")
  }
}
