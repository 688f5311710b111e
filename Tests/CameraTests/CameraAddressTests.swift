import Camera
import Testing

/// Which device a person means.
@Suite struct CameraAddressTests {
  private func camera(
    _ number: Int, _ name: String, bus: String, also: [String] = [], driver: String = "uvcvideo"
  )
    -> CameraNode
  {
    var node = CameraNode(path: "/dev/video\(number)", driver: driver, name: name, bus: bus, bits: 0x0420_0001)
    node.otherNames = also
    return node
  }

  @Test(arguments: [
    ("0", CameraAddress.number(0)), ("12", .number(12)), ("video3", .number(3)),
    ("/dev/video3", .device("/dev/video3")),
    ("logitech", .name("logitech")), ("C920 HD", .name("C920 HD")), ("-1", .name("-1")),
    ("/dev/v4l/by-id/usb-046d", .device("/dev/v4l/by-id/usb-046d")),
  ]) func textsAreTakenForWhatTheyAre(_ text: String, _ address: CameraAddress) {
    #expect(CameraAddress(text) == address)
  }

  @Test func numbersAreThoseOfDevices() throws {
    #expect(try CameraAddress("7").device() == "/dev/video7")
    #expect(try CameraAddress("video2").device(root: "/tmp") == "/tmp/dev/video2")
  }

  @Test func aPartOfANameServes() throws {
    let nodes = [
      camera(0, "bcm2835-isp", bus: "platform:isp", driver: "bcm2835-isp"),
      camera(
        1, "HD Pro Webcam C920", bus: "usb-1", also: ["/dev/v4l/by-id/usb-046d_C920_1234-video-index0", "Logitech"]),
      camera(2, "HD Pro Webcam C920", bus: "usb-1"), camera(3, "USB Camera", bus: "usb-2", also: ["Sonix"]),
    ]
    // Two devices of one plug are one camera; what is no camera is never meant.
    for text in ["logitech", "c920", "046d_C920"] {
      #expect(try CameraAddress.path(ofName: text, among: nodes) == "/dev/video1")
    }
    #expect(try CameraAddress.path(ofName: "usb camera", among: nodes) == "/dev/video3")
    func words(_ text: String, _ nodes: [CameraNode]) -> String {
      do { return try CameraAddress.path(ofName: text, among: nodes) } catch { return error.description }
    }
    #expect(words("isp", nodes).contains("no camera is called 'isp'. There are: /dev/video1, HD Pro Webcam C920;"))
    #expect(words("cam", nodes).contains("several cameras are called 'cam'"))
    #expect(words("any", []).contains("There is none"))
  }

  @Test(arguments: [
    ("uvcvideo", 0x0420_0001, CameraNode.Kind.camera), ("uvcvideo", 0x04A0_0000, .metadata),
    ("unicam", 0x2520_0001, .sensor), ("rp1-cfe", 0x2420_1000, .sensor), ("bcm2835-isp", 0x0420_0001, .isp),
    ("pispbe", 0x0420_1000, .isp), ("bcm2835-codec", 0x0420_4000, .codec), ("hantro-vpu", 0x0420_4000, .codec),
    ("mtk-cam", 0x0420_1000, .multiPlanar), ("vivid", 0x0420_0002, .output), ("si4713", 0x0004_0000, .other),
  ]) func kindsFollowFromDriverAndAbilities(_ driver: String, _ bits: UInt32, _ kind: CameraNode.Kind) {
    #expect(CameraNode(path: "/dev/video0", driver: driver, name: "x", bus: "y", bits: bits).kind == kind)
  }
}
