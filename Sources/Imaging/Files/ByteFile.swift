import Glibc

/// Whole files, with the system's own words when they cannot be had.
enum ByteFile {
  /// Reads all of `path`.
  static func read(_ path: String, atMost limit: Int) throws(ImageError) -> [UInt8] {
    let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw failure(path) }
    guard facts.st_mode & S_IFMT != S_IFDIR else {
      throw ImageError(file: path, cause: .unreadable("it is a folder"))
    }
    guard Int(facts.st_size) <= limit else {
      throw ImageError(file: path, cause: .tooLarge("\(facts.st_size) bytes; at most \(limit) are read"))
    }

    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(facts.st_size))
    var error: ImageError?
    // The size is only what the file had when asked, and nothing for a pipe: the end is where read says so.
    var chunk = [UInt8](repeating: 0, count: min(max(Int(facts.st_size) + 1, 4096), 1 << 20))
    while error == nil {
      let got = chunk.withUnsafeMutableBytes { room in
        retrying { Glibc.read(descriptor, room.baseAddress, room.count) }
      }
      if got < 0 { error = failure(path) }
      if got <= 0 { break }
      bytes.append(contentsOf: chunk[..<got])
      if bytes.count > limit {
        error = ImageError(file: path, cause: .tooLarge("more than \(limit) bytes"))
      }
    }
    if let error { throw error }
    return bytes
  }

  private static func failure(_ path: String) -> ImageError {
    ImageError(file: path, cause: .unreadable(String(cString: strerror(errno))))
  }

  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  private static func retrying(_ call: () -> Int32) -> Int32 {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
