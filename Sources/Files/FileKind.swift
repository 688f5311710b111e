import CSystem

/// What a file is, by its content: names mislead, and a person who gave the wrong file is helped by what it is.
public struct FileKind: Hashable, Sendable {
  /// What can be done with files of a kind.
  public enum Group: Hashable, Sendable, CaseIterable {
    /// A model of Glint's.
    case model
    /// Another file of Glint's: a checkpoint, a calibration record.
    case companion
    /// A model of another program.
    case foreignModel
    /// A picture, of a type that is read or not.
    case picture
    /// A video.
    case video
    /// A folder.
    case folder
    /// Several files in one.
    case archive
    /// Text of no known kind.
    case text
    /// Nothing that is known, or nothing at all.
    case other
  }

  /// What can be done with it.
  public let group: Group
  /// Its name with an article, as in "an ONNX model".
  public let name: String

  /// Which of other programs' formats it is.
  private let foreign: ForeignFormat?

  /// How many bytes from the beginning of a file tell its kind.
  static let bytesLookedAt = 4096

  /// Looks at the file, folder or device at `path`. A named pipe is not read.
  ///
  /// - Throws: `FileError` where there is nothing, or it may not be read.
  public init(path: String) throws(FileError) {
    var count = 0
    var what: CInt = 0
    var error: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.bytesLookedAt) { room, filled in
      error = sys_begin(PathText.bytes(path), room.baseAddress, room.count, &count, &what)
      filled = count
    }
    guard error == 0 else { throw FileError(path: path, "cannot be read", error) }
    switch Int(what) {
    case Int(SYS_IS_FILE): self = FileSignature.kind(of: bytes, inFile: path)
    case Int(SYS_IS_FOLDER): self = ForeignSignature.folder(path).map { Self($0) } ?? Self(.folder, "a folder")
    case Int(SYS_IS_PIPE): self.init(.other, "a named pipe")
    default: self.init(.other, "a device")
    }
  }

  /// The kind of a file whose first bytes, 4096 or all, are these.
  public init(beginning bytes: [UInt8]) {
    self = FileSignature.kind(of: bytes)
  }

  init(_ group: Group, _ name: String) {
    self.group = group
    self.name = name
    foreign = nil
  }

  init(_ format: ForeignFormat) {
    group = .foreignModel
    name = format.name
    foreign = format
  }

  /// Why a file of this kind is no model that Glint runs, and what to do; nil for what may be one.
  public var refusalAsModel: String? {
    switch group {
    case .model: nil
    case .foreignModel: "is \(name). Glint runs its own models only: \(foreign?.advice ?? "")"
    case .companion: "is \(name), no model"
    case .folder: "is a folder; a model is one file"
    case .picture, .video, .archive, .text, .other: refusal(wanting: "a Glint model")
    }
  }

  /// Why a file of this kind is not imported, and what to do. Nil for the formats that are read.
  public var refusalAsNetwork: String? {
    switch group {
    case .model: "is \(name) already"
    case .foreignModel: foreign == .onnx || foreign == .tflite ? nil : "is \(name): \(foreign?.advice ?? "")"
    case .picture, .video, .folder, .archive, .companion, .text, .other:
      refusal(wanting: "an ONNX or TensorFlow Lite file")
    }
  }

  /// What makes a model of Glint's of a file of another program's, as a clause that goes on after its name.
  public var advice: String? { foreign?.advice }

  /// That a file of this kind is not what is wanted in its place.
  ///
  /// - Parameter what: what is, with an article.
  public func refusal(wanting what: String) -> String { "is \(name), and \(what) is wanted here" }

  /// Why the file at `path` is not what is wanted in its place: nil where it may be, and where it cannot be looked at,
  /// which is for its reader to say.
  ///
  /// - Parameters:
  ///   - what: what is wanted, with an article.
  ///   - groups: what may be taken for it. Files of no known kind always may.
  public static func refusal(of path: String, wanting what: String, among groups: Set<Group>) -> String? {
    guard let kind = try? FileKind(path: path), !groups.contains(kind.group), kind.group != .other else { return nil }
    return kind.refusal(wanting: what)
  }
}
