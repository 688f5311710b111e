import Files

/// A model file that cannot be read or written: which file, where in it, and why.
public struct ModelFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// Where in the file, as in `header, byte 17` or `tensor 'conv1.weight'`; empty where it is the file as a whole.
  public let place: String
  /// What is wrong, as a clause.
  public let reason: String

  /// `place` is a tensor or a member of the header; empty where it is the whole file.
  public init(path: String, place: String = "", reason: String) {
    self.path = path
    self.place = place
    self.reason = reason
  }

  /// An error about the file as a whole.
  public init(_ error: FileError) { self.init(path: error.path, reason: error.reason) }

  /// File, place and reason in one line.
  public var description: String {
    place.isEmpty ? "\(path): \(reason)" : "\(path): \(place): \(reason)"
  }
}
