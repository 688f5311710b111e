import Files
import Glibc

/// Whole files, with the system's own words when they cannot be had.
enum ByteFile {
  /// Reads all of `path`: a file, or what a program writes to a pipe.
  static func read(_ path: String, atMost limit: Int) throws(ImageError) -> [UInt8] {
    let (descriptor, size) = try open(path)
    defer { close(descriptor) }
    guard size <= limit else {
      throw ImageError(
        file: path, cause: .tooLarge("a file of \(megabytes(size)) MB; at most \(megabytes(limit)) MB are read"))
    }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var error: ImageError?
    // The size is only what the file had when asked, and nothing for a pipe: the end is where read says so.
    var chunk = [UInt8](repeating: 0, count: min(max(size + 1, 4096), 1 << 20))
    while error == nil {
      let got = chunk.withUnsafeMutableBytes { room in
        retrying { Glibc.read(descriptor, room.baseAddress, room.count) }
      }
      if got < 0 { error = failure(path) }
      if got <= 0 { break }
      bytes.append(contentsOf: chunk[..<got])
      if bytes.count > limit {
        error = ImageError(file: path, cause: .tooLarge("more than \(megabytes(limit)) MB, and no more are read"))
      }
    }
    if let error { throw error }
    return bytes
  }

  /// The first bytes of a file, at most `count`.
  static func begin(_ path: String, count: Int) throws(ImageError) -> [UInt8] {
    let (descriptor, _) = try open(path)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { room in
      retrying { Glibc.read(descriptor, room.baseAddress, room.count) }
    }
    guard got >= 0 else { throw failure(path) }
    return Array(bytes[..<got])
  }

  /// Opens a file or a pipe for reading, without waiting for one that nobody writes to; its descriptor and its size.
  private static func open(_ path: String) throws(ImageError) -> (descriptor: Int32, size: Int) {
    let name = PathText.bytes(path)
    let descriptor = retrying { Glibc.open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard descriptor >= 0 else { throw failure(path) }
    var facts = stat()
    var error: ImageError?
    if fstat(descriptor, &facts) != 0 {
      error = failure(path)
    } else {
      switch facts.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFIFO:
        // From here on the writer is waited for.
        if fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK) != 0 { error = failure(path) }
      case S_IFDIR: error = ImageError(file: path, cause: .unreadable("it is a folder"))
      default: error = ImageError(file: path, cause: .unreadable("it is a device"))
      }
    }
    if let error {
      close(descriptor)
      throw error
    }
    return (descriptor, Int(facts.st_size))
  }

  private static func megabytes(_ bytes: Int) -> Int { (bytes + (1 << 20) - 1) >> 20 }

  private static func failure(_ path: String) -> ImageError {
    ImageError(file: path, cause: .unreadable(String(cString: strerror(errno))))
  }

  private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
