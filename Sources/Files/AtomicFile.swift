import CSystem

/// A file that appears whole or not at all: written beside its place, synced, put there.
public enum AtomicFile {
  /// Writes text.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes `bytes` as the file at `path`, replacing what stood there only when all is safe. A link stays, and the file
  /// that it leads to is replaced, which keeps its mode and owner. A device, a named pipe, or a descriptor such as
  /// /dev/stdout is no file: it gets the bytes and stays.
  ///
  /// - Throws: `FileError` with the system's reason (no space, no permission, no such folder); nothing is left
  ///   behind then, and an older file stays as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let error = bytes.withUnsafeBytes { sys_write_atomically(PathText.bytes(path), $0.baseAddress, $0.count) }
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }

  /// Finds out whether a file can be made at `path`, before work is spent on what it is to hold. Removes what processes
  /// that were killed while they wrote have left beside it.
  public static func checkWritable(_ path: String) throws(FileError) {
    let error = sys_check_writable(PathText.bytes(path))
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }
}
