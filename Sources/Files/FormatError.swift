/// A file that cannot be read or written, or is not what its format asks for: which, where in it, and why.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// Where in the file, as in `byte 17` or `tensor 'conv1.weight'`; empty where it is the file as a whole.
  public let place: String
  /// What is wrong, as a clause, and what to do where something can be done.
  public let reason: String

  /// `place` is empty where it is the whole file.
  public init(path: String, place: String = "", reason: String) {
    self.path = path
    self.place = place
    self.reason = reason
  }

  /// A file that the system does not give.
  public init(_ error: FileError) { self.init(path: error.path, reason: error.reason) }

  /// File, place and reason in one line.
  public var description: String { place.isEmpty ? "\(path): \(reason)" : "\(path): \(place): \(reason)" }
}
