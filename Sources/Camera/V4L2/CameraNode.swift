import CV4L2
import Files
import Glibc

/// A video device as the kernel names it, whether or not it is a camera.
public struct CameraNode: Hashable, Sendable {
  /// What a device is good for, by its driver and what it says it can do.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// It gives pictures that programs read.
    case camera
    /// A CSI camera's own device: raw data of the sensor, of which libcamera makes the picture.
    case sensor
    /// An image processor, which a camera's library feeds.
    case isp
    /// A video codec.
    case codec
    /// Data about a camera's frames.
    case metadata
    /// Pictures in several planes, of no driver that is known here.
    case multiPlanar
    /// It takes pictures, and gives none.
    case output
    /// Something else: radio, teletext, touch.
    case other
  }

  /// Where it is, as in `/dev/video0`.
  public var path: String
  /// What drives it, as in `uvcvideo`.
  public var driver: String
  /// Its name, as in `HD Webcam`.
  public var name: String
  /// Where it is plugged in, as in `usb-0000:01:00.0-1.2`.
  public var bus: String
  /// What it is good for.
  public var kind: Kind
  /// Other names: links by serial number and by plug, maker and product as USB tells them.
  public var otherNames: [String] = []

  package init(path: String, driver: String, name: String, bus: String, bits: UInt32) {
    (self.path, self.driver, self.name, self.bus) = (path, driver, name, bus)
    kind = Self.kind(bits: bits, driver: driver)
  }

  /// Asks the device at a path what it is.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public init(_ path: String, root: String = "/") throws(CameraError) {
    let device = cv4l2_open(PathText.bytes(path))
    guard device >= 0 else { throw CameraError(device: path, operation: "open", result: device) }
    defer { cv4l2_close(device) }
    var identity = cv4l2_identity()
    let result = cv4l2_identify(device, &identity)
    guard result >= 0 else { throw CameraError(device: path, operation: "VIDIOC_QUERYCAP", result: result) }
    self.init(
      path: path, driver: fixedText(identity.driver), name: fixedText(identity.card), bus: fixedText(identity.bus),
      bits: identity.bits)
    otherNames = Self.links(to: path, root: root) + Self.facts(of: path, root: root)
  }

  /// All devices that tell what they are, lowest number first.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func all(root: String = "/") -> [CameraNode] {
    CaptureDevice.paths(root: root).compactMap { try? CameraNode($0, root: root) }
  }

  // Of linux/videodev2.h.
  private static let capture: UInt32 = 0x1, output: UInt32 = 0x2, captureInPlanes: UInt32 = 0x1000
  private static let outputInPlanes: UInt32 = 0x2000, memoryInPlanes: UInt32 = 0x4000, memory: UInt32 = 0x8000
  private static let metadata: UInt32 = 0x0080_0000

  static func isMultiPlanar(_ bits: UInt32) -> Bool { bits & (captureInPlanes | memoryInPlanes) != 0 }

  static func kind(bits: UInt32, driver: String) -> Kind {
    func has(_ bit: UInt32) -> Bool { bits & bit != 0 }
    // Those of the Raspberry Pi: unicam up to the 4, rp1-cfe and PiSP on the 5.
    if ["unicam", "rp1-cfe"].contains(driver), has(capture) || has(captureInPlanes) { return .sensor }
    if driver.hasSuffix("-isp") || driver.hasPrefix("pispbe") || driver.hasPrefix("rkisp") { return .isp }
    if has(memory) || has(memoryInPlanes) || driver.hasSuffix("-codec") { return .codec }
    if has(capture) { return .camera }
    if has(captureInPlanes) { return .multiPlanar }
    if has(metadata) { return .metadata }
    return has(output) || has(outputInPlanes) ? .output : .other
  }

  /// Links of udev's to a device, by their own names.
  private static func links(to path: String, root: String) -> [String] {
    let prefix = root.hasSuffix("/") ? root : "\(root)/"
    guard let target = FolderListing.target(path) else { return [] }
    return ["by-id", "by-path"].flatMap { kind -> [String] in
      let folder = "\(prefix)dev/v4l/\(kind)"
      return FolderListing.names(folder).map { "\(folder)/\($0)" }.filter { FolderListing.target($0) == target }
    }
  }

  /// Maker and product, of the USB device that the node is an interface of.
  private static func facts(of path: String, root: String) -> [String] {
    let device = "\(systemFolder(of: path, root: root))/.."
    return ["manufacturer", "product"].compactMap { FolderListing.line("\(device)/\($0)") }
  }

  /// Where the system tells of the interface that a node belongs to; the device is the folder above.
  static func systemFolder(of path: String, root: String) -> String {
    let prefix = root.hasSuffix("/") ? root : "\(root)/"
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return "\(prefix)sys/class/video4linux/\(name)/device"
  }
}
