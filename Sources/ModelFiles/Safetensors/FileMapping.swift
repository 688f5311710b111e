#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file's bytes, mapped read-only for as long as this lives.
final class FileMapping: Sendable {
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer?
  private let count: Int

  /// Maps the file at `path`.
  init(path: String) throws(ModelFileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw AtomicFile.systemError(path, "cannot be read") }
    defer { _ = close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw AtomicFile.systemError(path, "cannot be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ModelFileError(path: path, reason: "is no file that a model could be in")
    }
    count = Int(status.st_size)
    guard count > 0 else { throw ModelFileError(path: path, reason: "is empty") }
    let mapped = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let mapped, mapped != MAP_FAILED else { throw AtomicFile.systemError(path, "cannot be mapped") }
    base = mapped
  }

  deinit { _ = munmap(base, count) }

  /// The bytes; valid while the mapping lives.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}
