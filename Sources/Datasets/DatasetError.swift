/// Pictures that cannot be used: where they are, why, and what to do.
public struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder or file.
  public let path: String
  /// What is wrong, as a clause.
  public let reason: String

  /// `reason` goes on where the path ends: "is no folder".
  public init(path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  /// Place and cause in one line.
  public var description: String { "\(path): \(reason)" }
}
