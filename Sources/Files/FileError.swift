import CSystem

/// A file that the system does not give or take: which, and why.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path.
  public let path: String
  /// What is wrong, as a clause.
  public let reason: String

  /// `reason` goes on where the path ends: "is no JSON".
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// File and reason in one line.
  public var description: String { "\(path): \(reason)" }

  /// An error of the system, by its errno.
  init(path: String, _ what: String, _ error: CInt) {
    let reason =
      switch error {
      case SYS_NO_FILE: "is a folder; name a file in it"
      case SYS_EXISTS: "\(what): something is there already"
      case SYS_READ_ONLY: "\(what): it is read-only. Allow it with 'chmod u+w', or name another file"
      case SYS_FOREIGN: "is there already, and something else wrote it: name another file"
      case SYS_BUSY: "another program writes it: end that one, or name another file"
      default: "\(what): \(String(cString: sys_error_text(error)))"
      }
    self.init(path: path, reason: reason)
  }
}
