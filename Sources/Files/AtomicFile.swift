import CSystem

/// A file that appears whole or not at all: written to a temporary name beside its place, synced, renamed.
public enum AtomicFile {
  /// Writes text.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes `bytes` as the file at `path`, replacing what stood there only when all is safe. A device or a named pipe,
  /// such as /dev/null, is no file: it gets the bytes and stays.
  ///
  /// - Throws: `FileError` with the system's reason (no space, no permission, no such folder); nothing is left
  ///   behind then, and an older file stays as it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let error = bytes.withUnsafeBytes { sys_write_atomically(path, $0.baseAddress, $0.count) }
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }

  /// Finds out whether a file can be made at `path`, before work is spent on what it is to hold.
  public static func checkWritable(_ path: String) throws(FileError) {
    let error = sys_check_writable(path)
    guard error != SYS_NO_FILE else { throw FileError(path: path, reason: "is a folder; name a file in it") }
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }
}
