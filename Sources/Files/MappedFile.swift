import CSystem

/// A file's bytes, mapped read-only for as long as this lives.
public final class MappedFile: Sendable {
  /// The bytes; valid while the mapping lives, which may end right after the last use of this object: keep it, or copy.
  nonisolated(unsafe) public let bytes: UnsafeRawBufferPointer

  /// Maps the file at `path`.
  ///
  /// - Throws: `FileError` where it cannot be read, is no file, or is empty.
  public init(path: String) throws(FileError) {
    var start: UnsafeRawPointer?
    var count = 0
    let error = sys_map(PathText.bytes(path), &start, &count)
    guard error != SYS_NO_FILE else { throw FileError(path: path, reason: "is no file that could be read") }
    guard error == 0 else { throw FileError(path: path, "cannot be read", error) }
    guard count > 0 else { throw FileError(path: path, reason: "is empty") }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  /// A copy of the bytes.
  public func copy() -> [UInt8] { Array(bytes) }

  deinit { sys_unmap(bytes.baseAddress, bytes.count) }
}
