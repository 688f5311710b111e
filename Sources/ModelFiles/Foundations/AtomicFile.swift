#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that appears whole or not at all: written to a temporary name beside its place, synced, renamed.
public enum AtomicFile {
  /// Writes `chunks` one after the other as the file at `path`, replacing what stood there only when all is safe.
  ///
  /// - Throws: `ModelFileError` with the system's reason (no space, no permission, no such folder); nothing is left
  ///   behind then, and an older file stays as it was.
  public static func write(_ chunks: [UnsafeRawBufferPointer], to path: String) throws(ModelFileError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError(path, "cannot be written") }
    do throws(ModelFileError) {
      for chunk in chunks { try writeAll(chunk, to: descriptor, path: path) }
      guard fsync(descriptor) == 0 else { throw systemError(path, "cannot be written") }
    } catch {
      _ = close(descriptor)
      _ = unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let error = systemError(path, "cannot be written")
      _ = unlink(temporary)
      throw error
    }
    syncFolder(of: path)
  }

  /// Writes text.
  public static func write(_ text: String, to path: String) throws(ModelFileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Writes bytes.
  public static func write(_ bytes: [UInt8], to path: String) throws(ModelFileError) {
    let result = bytes.withUnsafeBytes { bytes -> Result<Void, ModelFileError> in
      do throws(ModelFileError) { return .success(try write([bytes], to: path)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Finds out whether a file can be made at `path`, before work is spent on what it is to hold.
  public static func checkWritable(_ path: String) throws(ModelFileError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError(path, "cannot be written") }
    _ = close(descriptor)
    _ = unlink(temporary)
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw ModelFileError(path: path, reason: "is a folder; name a file in it")
    }
  }

  private static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: CInt, path: String
  ) throws(ModelFileError) {
    var done = 0
    while done < bytes.count {
      let count = systemWrite(descriptor, bytes.baseAddress! + done, bytes.count - done)
      if count < 0 {
        if errno == EINTR { continue }
        throw systemError(path, "cannot be written")
      }
      done += count
    }
  }

  /// The rename itself is safe only when the folder is on disk; a folder that cannot be synced is no failure.
  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = close(descriptor)
  }

  static func systemError(_ path: String, _ what: String) -> ModelFileError {
    ModelFileError(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
  }
}

/// The system call, under a name that the methods above do not hide.
private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
