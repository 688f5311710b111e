import Foundation
import Imaging
import TestSupport
import Testing

/// `glint doctor camera` in a system of the test's own.
@Suite struct CameraDoctorTests {
  private struct Facts: Decodable {
    struct Device: Decodable {
      struct Frame: Decodable {
        let width, height, damaged: Int
        let brightness: Double
      }
      struct Holder: Decodable {
        let process: Int
        let program: String
      }
      let path: String
      let name, kind, error: String?
      let holders: [Holder]
      let usb_megabits: Int?
      let formats: [String]
      let frame: Frame?
    }
    struct Board: Decodable { let undervoltage, throttled: Bool? }
    let use: String?
    let verdict: String
    let warnings: [String]
    let devices: [Device]
    let board: Board
  }

  private let root = try! TemporaryFolder()

  /// A frame of one grey.
  private func frame(_ grey: UInt8) -> String {
    StandIn.file(
      try! ImageEncoder.jpeg(Image(width: 64, height: 48, channels: 3, filledWith: grey), quality: 90), "\(grey).jpg")
  }

  /// A webcam on USB, held by a program, with the devices beside it that the script names.
  private func system(
    _ facts: [String], nodes: [String] = [], grey: UInt8 = 128, mode: String = "mode MJPG 64 48 30"
  ) throws -> [String: String] {
    let device = try root.write([], as: "dev/video0")
    for number in nodes.indices { try root.write([], as: "dev/video\(number + 1)") }
    try root.write(Array("Logitech\n".utf8), as: "sys/devices/usb1/1-1/manufacturer")
    try root.write(Array("480\n".utf8), as: "sys/devices/usb1/1-1/speed")
    try root.write([], as: "sys/devices/usb1/1-1/1-1:1.0/uevent")
    try root.write([], as: "sys/class/video4linux/video0/name")
    try FileManager.default.createSymbolicLink(
      atPath: root.path("sys/class/video4linux/video0/device"),
      withDestinationPath: root.path("sys/devices/usb1/1-1/1-1:1.0"))
    try root.write(Array("cheese\n".utf8), as: "proc/1234/comm")
    try root.write([], as: "proc/1234/fd/0")
    try FileManager.default.createSymbolicLink(atPath: root.path("proc/1234/fd/5"), withDestinationPath: device)
    let lines = nodes.enumerated().map { "node \(root.path("dev/video\($0.offset + 1)")) \($0.element)" }
    return StandIn.script(
      ["interval 15", "frame \(frame(grey))", "again"], facts: [mode, "bus usb-1"] + facts + lines, device: device)
  }

  private func doctor(_ environment: [String: String], _ arguments: String...) throws -> GlintProgram.Result {
    try GlintProgram.run(["doctor", "camera", "--device-root", root.path("")] + arguments, environment: environment)
  }

  private func facts(_ environment: [String: String]) throws -> (Facts, Int32) {
    let result = try doctor(environment, "--json")
    return (try JSONDecoder().decode(Facts.self, from: Data(result.output.utf8)), result.status)
  }

  @Test func everyDeviceIsTakenForWhatItIs() throws {
    try root.write(Array("50005\n".utf8), as: "sys/devices/platform/soc/soc:firmware/get_throttled")
    let environment = try system(
      [],
      nodes: [
        "uvcvideo 04A00000 Stand-in metadata", "bcm2835-codec 04204000 bcm2835-codec-decode",
        "bcm2835-isp 04200001 bcm2835-isp-capture0", "mtk-cam 04201000 Planes",
      ])
    let (facts, status) = try facts(environment)
    #expect(status == 0 && facts.devices.map(\.kind) == ["camera", "metadata", "codec", "isp", "multiPlanar"])
    let camera = try #require(facts.devices.first)
    #expect(facts.use == camera.path && camera.name == "Stand-in camera" && camera.usb_megabits == 480)
    #expect(camera.holders.first?.program == "cheese" && camera.holders.first?.process == 1234)
    #expect(camera.formats == ["MJPG 64x48  30/s"])
    #expect(camera.frame?.width == 64 && camera.frame?.height == 48 && abs((camera.frame?.brightness ?? 0) - 128) < 3)
    #expect(facts.devices.dropFirst().allSatisfy { $0.frame == nil && $0.holders.isEmpty })
    #expect(facts.board.undervoltage == true && facts.board.throttled == true)
    #expect(facts.warnings.contains { $0.contains("undervoltage") } && facts.warnings.contains { $0.contains("clock") })
    let text = try doctor(environment).output
    for words in [
      "Stand-in camera, a camera (standin, usb-1)", "held by cheese (process 1234)", "on USB at 480 Mbit/s",
      "a frame: 64 x 48 MJPG at 30/s, 50 % bright", "metadata of a camera", "a video codec", "an image processor",
      "pictures in several planes", "Board: undervoltage, clock lowered",
    ] { #expect(text.contains(words), "\(words): \(text)") }
    #expect(text.hasSuffix("Use \(camera.path), Stand-in camera ('glint live --camera 0'): 64 x 48 MJPG at 30/s.\n"))
  }

  @Test func aBlackPictureIsNoReasonToRefuse() throws {
    let (facts, status) = try facts(try system([], grey: 2))
    #expect(status == 0 && facts.use != nil && facts.warnings.contains { $0.contains("Is the lens covered?") })
  }

  @Test(arguments: [
    ("refuse streamon 16", "is used by cheese (process 1234): close it"), ("refuse open 13", "group 'video'"),
    ("driver unicam", "apt install libcamera-v4l2"), ("capabilities 04A00000", "they are metadata of a camera"),
    ("room 1", "USB bus has no bandwidth"), ("capabilities 04201000", "pictures in several planes"),
    ("refuse format 5", "VIDIOC_S_FMT failed"),
  ]) func whereNoneServesTheReasonIsNamed(_ fact: String, _ words: String) throws {
    let (facts, status) = try facts(try system([fact]))
    #expect(status == 1 && facts.use == nil && facts.verdict.contains(words), "\(facts.verdict)")
  }

  @Test func whereThereIsNoDevice() throws {
    let result = try doctor([:])
    #expect(result.status == 1 && result.output.contains("There is no video device."), "\(result.output)")
  }

  @Test func whatHasNoRoomOnTheBusIsNamed() throws {
    let (facts, status) = try facts(try system(["mode YUYV 64 48 30", "room \(64 * 48)"]))
    #expect(status == 0 && facts.warnings.contains { $0.contains("no bandwidth for 64 x 48 YUYV at 30/s") })
  }

  @Test func namesAndNumbersLeadToTheCamera() throws {
    let environment = try system([])
    for name in ["logitech", "stand-in", "0", "video0"] {
      let result = try GlintProgram.run(
        ["live", StandIn.model, "--device-root", root.path(""), "--camera", name, "--json", "--count", "2"],
        environment: environment)
      #expect(result.status == 0 && result.errors.contains("Stand-in camera"), "\(name): \(result.errors)")
    }
  }

  /// Where only libcamera has the picture, the program starts itself anew with its adaptation loaded.
  @Test func aCSICameraIsHadThroughLibcamera() throws {
    let environment = try system(["driver unicam"])
    let arguments = ["live", StandIn.model, "--device-root", root.path(""), "--json", "--count", "2"]
    let without = try GlintProgram.run(arguments, environment: environment)
    #expect(without.status == 1 && without.errors.contains("apt install libcamera-v4l2"), "\(without.errors)")

    let source = try root.write(
      Array(
        """
        #include <stdlib.h>
        __attribute__((constructor)) static void adapt(void) { setenv("STANDIN_DRIVER", "libcamera", 1); }

        """.utf8), as: "adapt.c")
    let library = root.path("usr/libexec/libcamera/v4l2-compat.so")
    try root.write([], as: "usr/libexec/libcamera/v4l2-compat.so")
    StandIn.compile([source], to: library)
    let with = try GlintProgram.run(arguments, environment: environment)
    #expect(with.status == 0 && with.errors.contains("Starting under \(library)"), "\(with.errors)")
    #expect(try Line.all(with).count == 2)
    #expect(try facts(environment).0.verdict.contains("'glint live' starts itself under \(library)"))
    // An adaptation that shows no picture is told, not tried for ever.
    let useless = try root.write(Array("int unused;\n".utf8), as: "useless.c")
    StandIn.compile([useless], to: library)
    let failed = try GlintProgram.run(arguments, environment: environment)
    #expect(failed.status == 1 && failed.errors.contains("its adaptation to V4L2 shows none"), "\(failed.errors)")
  }
}
