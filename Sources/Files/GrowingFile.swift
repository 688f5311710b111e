import CSystem

/// A file of this process alone that is written at its end, piece by piece, such as a log.
public final class GrowingFile: Sendable {
  /// The file.
  public let path: String
  private let descriptor: CInt

  /// Makes the file.
  ///
  /// - Returns: nil where something stands at `path` already.
  /// - Throws: `FileError` where it cannot be made.
  public init?(new path: String) throws(FileError) {
    var error: CInt = 0
    descriptor = sys_open_new(PathText.bytes(path), &error)
    self.path = path
    guard error != SYS_EXISTS else { return nil }
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }

  deinit { if descriptor >= 0 { _ = sys_close(descriptor) } }

  /// Adds `bytes` at the end.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    let error = bytes.withUnsafeBytes { sys_write_all(descriptor, $0.baseAddress, $0.count) }
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }
}
