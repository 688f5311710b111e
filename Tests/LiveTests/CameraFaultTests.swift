import Foundation
import Imaging
import TestSupport
import Testing

/// The real program on a camera that misbehaves.
@Suite struct CameraFaultTests {
  private let good = StandIn.frames.map { "frame \($0)" }

  @Test func everyFrameIsLabelledInOrder() throws {
    let result = try StandIn.live(StandIn.script(["interval 15"] + good + ["again"]), "--count", "30")
    #expect(result.status == 0, "\(result.errors)")
    let lines = try Line.all(result)
    #expect(lines.count == 30)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.sequence < $1.sequence && $0.timestamp_ns < $1.timestamp_ns })
    for line in lines {
      let face = try #require(line.faces.first)
      #expect((face.box.x, face.box.y, face.box.w, face.box.h) == (8, 0, 48, 48))
      #expect(["happy", "sad"].contains(face.label) && (0.5...1).contains(face.probability))
      #expect(Set(line.latency_ms.keys).isSuperset(of: ["capture", "decode", "classify", "glass_to_label"]))
      #expect(line.latency_ms.values.allSatisfy { $0 >= 0 })
    }
    #expect(result.errors.contains("Stand-in camera") && result.errors.contains("64 x 48 MJPG"))
  }

  @Test func badPicturesArePassedOver() throws {
    let whole = try Array(Data(contentsOf: URL(fileURLWithPath: StandIn.frames[0])))
    let events = [
      "interval 100", good[0], "frame " + StandIn.file(Array(whole.prefix(whole.count / 2)), "half.jpg"), good[1],
      "frame " + StandIn.file([], "empty.jpg"), good[2], "frame " + StandIn.file(Array("junk".utf8), "junk.jpg"),
      good[3],
      "error \(StandIn.frames[4])", good[4], "frame " + StandIn.file([0xFF, 0xD8], "start.jpg"), good[5], good[6],
      good[7],
    ]
    let result = try StandIn.live(StandIn.script(events), "--seconds", "4")
    #expect(result.status == 0)
    let sequences = try Line.all(result).map(\.sequence)
    // The bad ones are 1, 3, 5, 7 and 9.
    #expect(Set(sequences).isDisjoint(with: [1, 3, 5, 7, 9]))
    #expect(sequences.count >= 6, "\(sequences)")
    #expect(result.errors.contains("5 damaged"), "\(result.errors)")
    #expect(result.errors.contains("cut short"))
  }

  @Test func lostFramesAreCounted() throws {
    let events = ["interval 20", good[0], good[1], "lose 7", good[2], good[3], "lose 4", good[4], good[5]]
    let result = try StandIn.live(StandIn.script(events), "--seconds", "2.6")
    #expect(result.status == 0)
    let last = try #require(try Line.all(result).last)
    #expect(last.sequence == 16)
    #expect(last.dropped >= 11)
    #expect(result.errors.contains("11 lost"), "\(result.errors)")
  }

  @Test func interruptedAndEmptyCallsAreMadeAgain() throws {
    let events = ["interval 15", good[0], "eintr 3", good[1], "eagain", good[2], "eintr 1", "eagain", good[3], "again"]
    let result = try StandIn.live(StandIn.script(events), "--count", "24")
    #expect(result.status == 0)
    #expect(try Line.all(result).count == 24)
    #expect(result.errors.contains("0 damaged") && !result.errors.contains("Waiting"))
  }

  @Test func aStalledCameraIsStartedAnew() throws {
    let events = ["interval 15", good[0], good[1], "stall 60000", good[2], good[3], good[4]]
    let result = try StandIn.live(StandIn.script(events), "--seconds", "6")
    #expect(result.status == 0)
    let lines = try Line.all(result)
    #expect(lines.count >= 3)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
    #expect(result.errors.contains("no frame for 3 s") && result.errors.contains("Looking again"), "\(result.errors)")
  }

  @Test func anUnpluggedCameraIsTakenUpAgain() throws {
    let events = ["interval 15", good[0], good[1], "unplug 500", good[2], good[3], good[4], good[5], "again"]
    let result = try StandIn.live(StandIn.script(events), "--seconds", "4")
    #expect(result.status == 0)
    let lines = try Line.all(result)
    #expect(lines.count >= 5)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
    #expect(result.errors.contains("unplugged") && result.errors.contains("Looking again"), "\(result.errors)")
  }

  @Test func rawFramesAreLabelledToo() throws {
    var pixels = [UInt8](repeating: 128, count: 64 * 48 * 2)
    for place in stride(from: 0, to: pixels.count, by: 2) { pixels[place] = UInt8(16 + place % 200) }
    let yuyv = StandIn.file(pixels, "frame.yuyv")
    let environment = StandIn.script(
      ["interval 15", "frame \(yuyv)", "again"], facts: ["mode MJPG 64 48 30", "mode YUYV 64 48 30"])
    let result = try StandIn.live(environment, "--count", "5")
    #expect(result.status == 0 && result.errors.contains("YUYV"), "\(result.errors)")
    #expect(try Line.all(result).count == 5)
    // Half a frame is none.
    let half = StandIn.file([UInt8](repeating: 99, count: 64 * 48), "half.yuyv")
    let cut = try StandIn.live(
      StandIn.script(["frame \(half)", "again"], facts: ["mode YUYV 64 48 30"]), "--seconds", "0.3")
    #expect(cut.status == 1 && cut.errors.contains("no frame could be labelled"))
  }

  @Test func formatsThatAreNotReadHereAreConverted() throws {
    // A grey ramp as UYVY: U Y0 V Y1, which nothing here reads.
    var pixels = [UInt8](repeating: 128, count: 64 * 48 * 2)
    for place in stride(from: 1, to: pixels.count, by: 2) { pixels[place] = UInt8(16 + place % 200) }
    let uyvy = StandIn.file(pixels, "frame.uyvy")
    // The same picture as YUYV, which is read here.
    for place in stride(from: 0, to: pixels.count, by: 2) { pixels.swapAt(place, place + 1) }
    let yuyv = StandIn.file(pixels, "ramp.yuyv")
    func logits(_ file: String, _ mode: String) throws -> [Line] {
      let script = StandIn.script(["interval 15", "frame \(file)", "again"], facts: ["mode \(mode) 64 48 30"])
      let result = try StandIn.live(script, "--count", "3")
      #expect(result.status == 0 && result.errors.contains(mode), "\(result.errors)")
      #expect(result.errors.contains("converted") == (mode == "UYVY"), "\(result.errors)")
      return try Line.all(result)
    }
    let converted = try logits(uyvy, "UYVY"), read = try logits(yuyv, "YUYV")
    #expect(converted.count == 3 && read.count == 3)
    // libv4l rounds colours in its own way, so that probabilities are near, not equal.
    for (one, other) in zip(converted, read) {
      #expect(abs(one.faces[0].probability - other.faces[0].probability) < 0.1)
    }
    let half = StandIn.file([UInt8](repeating: 99, count: 64 * 48), "half.uyvy")
    let cut = try StandIn.live(
      StandIn.script(["frame \(half)", "again"], facts: ["mode UYVY 64 48 30"]), "--seconds", "0.4")
    #expect(cut.status == 1 && cut.errors.contains("no frame could be labelled"), "\(cut.errors)")
  }

  @Test(arguments: [
    ("refuse open 13", "group 'video'"), ("refuse open 16", "another program"), ("refuse format 16", "another program"),
    ("refuse streamon 16", "another program"), ("refuse buffers 12", "VIDIOC_REQBUFS failed"),
    ("refuse buffers 22", "shared memory"),
    ("capabilities 0", "no camera"), ("capabilities 1", "shared memory"),
    ("capabilities 04000000", "captures no pictures"), ("capabilities 04001000", "several planes"),
    ("mode H264 64 48 30", "it offers H264"),
  ]) func refusalsAreClear(_ fact: String, _ words: String) throws {
    let mode = fact.hasPrefix("mode") ? [] : ["mode MJPG 64 48 30"]
    let result = try StandIn.live(StandIn.script(good, facts: mode + [fact]), "--seconds", "2")
    #expect(result.status == 1)
    #expect(result.errors.contains(words), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test(arguments: ["/dev/null", "/tmp", "/dev/no-such-camera"]) func whatIsNoCamera(_ path: String) throws {
    let result = try GlintProgram.run(["live", StandIn.model, "--camera", path])
    #expect(result.status == 1)
    #expect(result.errors.contains(path == "/dev/no-such-camera" ? "no such device" : "no camera"), "\(result.errors)")
  }

  @Test func listShowsFormatsAndRates() throws {
    let environment = StandIn.script(
      [], facts: ["bus usb-9", "mode MJPG 1280 720 30", "mode YUYV 640 480 15", "mode H264 640 480 30"])
    let result = try GlintProgram.run(["live", "--list", "--camera", StandIn.device], environment: environment)
    #expect(result.status == 0)
    for words in ["Stand-in camera", "usb-9", "MJPG 1280x720  30/s", "YUYV 640x480  15/s", "H264 640x480 (not read)"] {
      #expect(result.output.contains(words), "\(result.output)")
    }
  }
}
