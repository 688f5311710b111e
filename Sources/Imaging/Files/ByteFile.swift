import Files
import Glibc

/// Whole files, with the system's own words when they cannot be had.
enum ByteFile {
  /// Reads all of `path`: a file, or what a program writes to a pipe.
  static func read(_ path: String, atMost limit: Int) throws(ImageError) -> [UInt8] {
    let (descriptor, size, begun) = try open(path)
    defer { close(descriptor) }
    guard size <= limit else {
      throw ImageError(
        file: path, cause: .tooLarge("a file of \(megabytes(size)) MB; at most \(megabytes(limit)) MB are read"))
    }

    var bytes = begun
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
    let (descriptor, _, begun) = try open(path)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { room in
      retrying { Glibc.read(descriptor, room.baseAddress, room.count) }
    }
    guard got >= 0 else { throw failure(path) }
    return begun + bytes[..<got]
  }

  /// How long the writer of a named pipe is waited for, in milliseconds: one that was started with the reader may come
  /// a little later.
  private static let patience: CInt = 5_000

  /// Opens a file or a pipe for reading, without waiting for ever for one that nobody writes to.
  ///
  /// - Returns: its descriptor, its size, and what was read on the way.
  private static func open(
    _ path: String
  ) throws(ImageError) -> (descriptor: Int32, size: Int, begun: [UInt8]) {
    let name = PathText.bytes(path)
    let descriptor = retrying { Glibc.open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    guard descriptor >= 0 else { throw failure(path) }
    var facts = stat()
    var error: ImageError?
    var begun: [UInt8] = []
    if fstat(descriptor, &facts) != 0 {
      error = failure(path)
    } else {
      switch facts.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFIFO:
        error = awaitWriter(of: descriptor, path, &begun)
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
    return (descriptor, Int(facts.st_size), begun)
  }

  /// Waits until somebody has opened a pipe for writing. Before that a read says that it is at its end.
  private static func awaitWriter(of descriptor: Int32, _ path: String, _ begun: inout [UInt8]) -> ImageError? {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard retrying({ poll(&wanted, 1, patience) }) == 0 else { return nil }
    // A writer who has written nothing yet is told from none by a read alone, which may find the first byte just come.
    var byte: UInt8 = 0
    let got = retrying { Glibc.read(descriptor, &byte, 1) }
    if got > 0 { begun = [byte] }
    guard got == 0 else { return nil }
    return ImageError(
      file: path, cause: .unreadable("it is a pipe, and nobody wrote to it within \(patience / 1_000) seconds"))
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
