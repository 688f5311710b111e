import Files

/// A picture that could not be read or written: which one, and why.
public struct ImageError: Error, Equatable, CustomStringConvertible, Sendable {
  /// What went wrong.
  public enum Cause: Equatable, Sendable {
    /// The file holds no byte.
    case empty
    /// The bytes are neither JPEG nor PNG; what they are where that is known.
    case notAPicture(FileFormat?)
    /// The bytes end before the picture does.
    case truncated
    /// A progressive JPEG whose end mark stands before its last scans.
    case incomplete
    /// The bytes contradict their format; the decoder's words.
    case damaged(String)
    /// More pixels or bytes than are taken: what was found, the limit, and what to do.
    case tooLarge(String)
    /// A rare kind of JPEG; the decoder's words.
    case unsupported(String)
    /// The system does not give the file; its words.
    case unreadable(String)
    /// The picture cannot be written in this format.
    case unencodable(String)
    /// The system gives no memory.
    case noMemory
  }

  /// The file's path, or the name that the bytes were given.
  public var file: String
  /// What went wrong.
  public var cause: Cause

  /// `file` is a path, or the format where the picture is in memory.
  public init(file: String, cause: Cause) {
    self.file = file
    self.cause = cause
  }

  /// `FILE: reason`, for people.
  public var description: String { "\(file): \(reason)" }

  /// The cause, for people, without the file.
  public var reason: String {
    switch cause {
    case .empty: "the file is empty"
    case .notAPicture(let format?): "\(format.name); only JPEG and PNG are read: \(format.advice)"
    case .notAPicture(nil): "neither a JPEG nor a PNG picture, whatever its name says"
    case .truncated: "the picture is cut short"
    case .incomplete: "the picture is incomplete: scans of the progressive JPEG are missing"
    case .damaged(let words): "the picture is damaged (\(words))"
    case .tooLarge(let words): "too large (\(words))"
    case .unsupported(let words): "this kind of picture is not supported (\(words))"
    case .unreadable(let words): "cannot be read (\(words))"
    case .unencodable(let words): "cannot be encoded (\(words))"
    case .noMemory: "not enough memory"
    }
  }
}
