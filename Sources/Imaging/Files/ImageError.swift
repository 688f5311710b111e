/// A picture that could not be read or written: which one, and why.
public struct ImageError: Error, Equatable, CustomStringConvertible, Sendable {
  /// What went wrong.
  public enum Cause: Equatable, Sendable {
    /// The file holds no byte.
    case empty
    /// The bytes are neither JPEG nor PNG; what they look like where that is known, as in `a GIF picture`.
    case notAPicture(String?)
    /// The bytes end before the picture does.
    case truncated
    /// The bytes contradict their format; the decoder's words.
    case damaged(String)
    /// More pixels or bytes than are taken; what was found.
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

  /// Makes an error.
  public init(file: String, cause: Cause) {
    self.file = file
    self.cause = cause
  }

  /// `FILE: cause`, for people.
  public var description: String {
    switch cause {
    case .empty: "\(file): the file is empty"
    case .notAPicture(let kind?): "\(file): \(kind); only JPEG and PNG are read"
    case .notAPicture(nil): "\(file): neither a JPEG nor a PNG picture, whatever its name says"
    case .truncated: "\(file): the picture is cut short"
    case .damaged(let words): "\(file): the picture is damaged (\(words))"
    case .tooLarge(let words): "\(file): too large (\(words))"
    case .unsupported(let words): "\(file): this kind of picture is not supported (\(words))"
    case .unreadable(let words): "\(file): cannot be read (\(words))"
    case .unencodable(let words): "\(file): cannot be encoded (\(words))"
    case .noMemory: "\(file): not enough memory"
    }
  }
}
