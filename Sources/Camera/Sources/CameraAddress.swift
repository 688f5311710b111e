import Files
import Glibc

/// What a person means by a camera: a device by its path, number or a part of its name, an address, or a recording.
public enum CameraAddress: Hashable, Sendable {
  /// A path, of a device or a link to one.
  case device(String)
  /// The number in `/dev/videoN`.
  case number(Int)
  /// A part of a camera's name, its maker's, or a link's, in capitals or not.
  case name(String)
  /// An address of the scheme `http`.
  case web(String)
  /// An address of a scheme that `ffmpeg` reads.
  case stream(String)
  /// An address of a scheme by which no camera is read.
  case unknown(String)
  /// The path of a video file.
  case recording(String)

  private static let streams = ["https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "udp", "tcp", "tls", "srt"]

  /// Takes the text of `--camera`. What stands as it is written is a path.
  public init(_ text: String) {
    if let scheme = Self.scheme(text) {
      switch scheme {
      case "http": self = .web(text)
      case "file": self = .recording(String(text.dropFirst("file://".count)))
      case _ where Self.streams.contains(scheme): self = .stream(text)
      default: self = .unknown(text)
      }
    } else if Self.isRecording(text) {
      self = .recording(text)
    } else if text.contains("/") || access(PathText.bytes(text), F_OK) == 0 {
      self = .device(text)
    } else if let number = Int(text), number >= 0 {
      self = .number(number)
    } else if text.hasPrefix("video"), let number = Int(text.dropFirst(5)), number >= 0 {
      self = .number(number)
    } else {
      self = .name(text)
    }
  }

  /// Whether a video file is at a path, by its content.
  public static func isRecording(_ path: String) -> Bool { (try? FileKind(path: path))?.group == .video }

  /// A text for people, without what it may hold of a password.
  static func shown(_ text: String) -> String {
    guard let scheme = scheme(text) else { return text }
    return WebAddress(text)?.shown ?? "\(scheme)://..."
  }

  /// What stands before `://`, in small letters; nil where the text is no address.
  private static func scheme(_ text: String) -> String? {
    let scheme = text.prefix { $0 != ":" }
    let isName = scheme.first?.isLetter == true && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return isName && text.dropFirst(scheme.count).hasPrefix("://") ? scheme.lowercased() : nil
  }

  /// The path of the device that is meant.
  ///
  /// - Parameter root: in place of `/`, for tests.
  /// - Throws: `CameraError` where there is none, or no device is meant.
  public func device(root: String = "/") throws(CameraError) -> String {
    switch self {
    case .device(let path): return path
    case .number(let number): return "\(root.hasSuffix("/") ? root : "\(root)/")dev/video\(number)"
    case .name(let text): return try Self.path(ofName: text, among: CameraNode.all(root: root))
    case .recording(let path): throw CameraError(device: path, cause: .noDevice("a video file"))
    case .web(let text), .stream(let text), .unknown(let text):
      throw CameraError(device: Self.shown(text), cause: .address)
    }
  }

  /// Opens what is meant.
  ///
  /// - Parameters:
  ///   - request: size, rate and format; what is nil is chosen.
  ///   - everyFrame: of a recording each frame in order, as fast as they are read.
  ///   - root: in place of `/`, for tests.
  /// - Throws: `CameraError` where it cannot be, with what was meant and what to do.
  public func open(
    _ request: CaptureRequest, everyFrame: Bool = false, root: String = "/"
  ) throws(CameraError) -> any FrameSource {
    switch self {
    case .web(let text):
      do throws(CameraError) { return try WebCameraSource(text, rate: request.rate) } catch {
        // Other streams over HTTP, and passwords that are asked for in other ways, are ffmpeg's.
        guard case .foreignStream = error.cause else { throw error }
        do throws(CameraError) { return try FFmpegSource(text, isRecording: false, request: request) } catch let other {
          throw CameraError(device: error.device, cause: .failed("\(error.reason); \(other.reason)"))
        }
      }
    case .stream(let text): return try FFmpegSource(text, isRecording: false, request: request)
    case .recording(let path):
      return try FFmpegSource(path, isRecording: true, request: request, everyFrame: everyFrame)
    case .unknown(let text):
      let scheme = Self.scheme(text) ?? ""
      throw CameraError(
        device: Self.shown(text),
        cause: .failed(
          "no camera is read by '\(scheme)'. Network cameras have addresses that begin with http://, https://, rtsp:// "
            + "or rtmp://"))
    case .device, .number, .name: return try CameraSource(try device(root: root), request: request)
    }
  }

  /// The device of the one camera that a text is part of a name of. A camera with several devices is one.
  package static func path(ofName text: String, among nodes: [CameraNode]) throws(CameraError) -> String {
    let cameras = nodes.filter { $0.kind == .camera }
    func describe(_ nodes: [CameraNode]) -> [String] { nodes.map { "\($0.path), \($0.name)" } }
    let wanted = text.lowercased()
    let found = cameras.filter { camera in
      ([camera.name] + camera.otherNames).contains { $0.lowercased().contains(wanted) }
    }
    guard let first = found.first else {
      throw CameraError(device: text, cause: .noSuchName(describe(cameras)))
    }
    guard found.allSatisfy({ $0.bus == first.bus }) else {
      throw CameraError(device: text, cause: .severalNames(describe(found)))
    }
    return first.path
  }
}
