import CThreads
import Files
import Glibc
import Imaging

/// What can be found out about one video device: what it is, who holds it, what it offers, and a frame of it.
public struct CameraInspection: Sendable {
  /// A frame that came.
  public struct Sample: Sendable {
    /// Columns and rows.
    public var width, height: Int
    /// The mode, for people.
    public var title: String
    /// The mean brightness, 0 to 255.
    public var brightness: Double
    /// Frames that came damaged before it.
    public var damaged: Int
    /// A mode that serves better, and has no room on the bus; nil where there is none.
    public var refused: CaptureMode?
  }

  /// Where it is, as in `/dev/video0`.
  public var path: String
  /// What it says it is; nil where it cannot be opened.
  public var node: CameraNode?
  /// Why it cannot be opened, or gives no frame.
  public var error: CameraError?
  /// Who holds it open, as far as this user may know.
  public var holders: [DeviceHolder] = []
  /// What the USB port carries, in megabits a second; nil for what is not on USB.
  public var busSpeed: Int?
  /// What it offers.
  public var modes: [CaptureMode] = []
  /// A frame, of what is a camera.
  public var sample: Sample?

  /// Looks at all video devices, lowest number first; a second or two for each camera.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func all(root: String = "/") -> [CameraInspection] {
    CaptureDevice.paths(root: root).map { CameraInspection($0, root: root) }
  }

  /// Looks at one device.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - root: in place of `/`, for tests.
  public init(_ path: String, root: String = "/") {
    self.path = path
    holders = DeviceHolder.all(of: path, root: root)
    busSpeed = Self.busSpeed(path, root)
    do throws(CameraError) {
      let node = try CameraNode(path, root: root)
      self.node = node
      guard node.kind == .camera else { return }
      modes = try CaptureDevice(path).modes()
      sample = try Self.sample(path)
    } catch { self.error = error }
  }

  /// How long a first frame may take, and how long cameras take to find their exposure.
  private static let patience: UInt64 = 5_000_000_000, settling: UInt64 = 1_000_000_000

  private static func sample(_ path: String) throws(CameraError) -> Sample {
    let source = try CameraSource(path)
    let start = ct_now()
    var frame = Frame(), first: UInt64?
    while true {
      let now = ct_now()
      if let first, now - first > settling { break }
      guard first != nil || now - start < patience else {
        throw CameraError(device: path, cause: .stalled(seconds: Int(patience / 1_000_000_000)))
      }
      switch source.next(into: &frame, milliseconds: 100) {
      case .frame: first = first ?? now
      case .waiting(let error): throw error
      case .nothing, .resumed, .damaged, .ended: break
      }
    }
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    do { try FrameDecoder().decode(frame, into: &image) } catch {
      throw CameraError(device: path, cause: .failed("its frames do not decode: \(error.reason)"))
    }
    let sum = image.pixels.reduce(0) { $0 + Int($1) }
    return Sample(
      width: image.width, height: image.height, title: source.mode,
      brightness: Double(sum) / Double(image.pixels.count),
      damaged: source.losses.damaged, refused: source.refused)
  }

  private static func busSpeed(_ path: String, _ root: String) -> Int? {
    FolderListing.line("\(CameraNode.systemFolder(of: path, root: root))/../speed").flatMap(Int.init)
  }
}

/// A process that holds a device open.
public struct DeviceHolder: Hashable, Sendable {
  /// Its number.
  public var process: Int
  /// Its program's name.
  public var program: String

  /// Those that hold a path, this process left out. Of processes of other users, only root knows what they hold.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func all(of path: String, root: String = "/") -> [DeviceHolder] {
    guard let wanted = FolderListing.target(path) else { return [] }
    let processes = root.hasSuffix("/") ? "\(root)proc" : "\(root)/proc"
    return FolderListing.names(processes).compactMap { Int($0) }.sorted().compactMap { id in
      guard id != Int(getpid()) else { return nil }
      let folder = "\(processes)/\(id)"
      // Links of descriptors lead to names, which are compared: what they lead to need not be there any more.
      let isHeld = FolderListing.names("\(folder)/fd").contains { FolderListing.link("\(folder)/fd/\($0)") == wanted }
      return isHeld ? DeviceHolder(process: id, program: FolderListing.line("\(folder)/comm") ?? "?") : nil
    }
  }
}
