import Glibc

/// What a person means by a camera: a path, a number, or a part of its name.
public enum CameraAddress: Hashable, Sendable {
  /// A path, of a device or a link to one.
  case device(String)
  /// The number in `/dev/videoN`.
  case number(Int)
  /// A part of a camera's name, its maker's, or a link's, in capitals or not.
  case name(String)

  /// Takes the text of `--camera`. What stands as it is written is a path.
  public init(_ text: String) {
    if text.contains("/") || access(text, F_OK) == 0 {
      self = .device(text)
    } else if let number = Int(text), number >= 0 {
      self = .number(number)
    } else if text.hasPrefix("video"), let number = Int(text.dropFirst(5)), number >= 0 {
      self = .number(number)
    } else {
      self = .name(text)
    }
  }

  /// The path of the device that is meant.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public func device(root: String = "/") throws(CameraError) -> String {
    switch self {
    case .device(let path): return path
    case .number(let number): return "\(root.hasSuffix("/") ? root : "\(root)/")dev/video\(number)"
    case .name(let text): return try Self.path(ofName: text, among: CameraNode.all(root: root))
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
