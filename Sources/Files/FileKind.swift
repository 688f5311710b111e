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
    case Int(SYS_IS_FILE): self.init(beginning: bytes)
    case Int(SYS_IS_FOLDER): self.init(.folder, "a folder")
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
  }

  /// Why a file of this kind is no model that Glint runs, and what to do; nil for what may be one.
  public var refusalAsModel: String? {
    switch group {
    case .model: nil
    case .foreignModel:
      "is \(name). Glint runs its own models only: 'glint import' makes one of an ONNX or TensorFlow Lite file"
    case .companion: "is \(name), no model"
    case .folder: "is a folder; a model is one file"
    case .picture, .video, .archive, .text, .other: "is \(name); a Glint model is wanted here"
    }
  }
}
