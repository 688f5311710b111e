import CSystem
import CThreads
import Glibc

/// A running `ffmpeg`: its pictures, their times, and its error messages. For one thread at a time; ends with this
/// value.
final class FFmpegProcess {
  private static let mostErrorBytes = 2048

  private var child: sys_child
  private let hasTimes: Bool
  private var errorBytes: [UInt8] = []
  private var times: [UInt8] = []
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)

  /// - Throws: an errno; ENOENT where it is not installed.
  init(_ arguments: [String], hasTimes: Bool) throws(ChildError) {
    self.hasTimes = hasTimes
    child = sys_child()
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    let error = sys_start_child(&words, hasTimes ? 1 : 0, &child)
    guard error == 0 else { throw ChildError(code: error) }
  }

  /// What waiting for it led to.
  enum Outcome {
    case bytes, nothing, ended
  }

  /// The system starts no program.
  struct ChildError: Error {
    let code: Int32
  }

  deinit { _ = sys_end_child(&child, 1) }

  /// Waits for pictures, and gives their bytes to `take`.
  ///
  /// - Parameter most: how many bytes at most.
  func read<Failure: Error>(
    milliseconds: Int, most: Int, _ take: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) -> Outcome {
    var requests = [
      pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&requests, 2, Int32(clamping: milliseconds)) > 0 else { return .nothing }
    if requests[1].revents != 0 { readErrors(waits: requests[0].revents == 0) }
    guard requests[0].revents != 0 else { return .nothing }
    let count = Glibc.read(child.output, &buffer, min(buffer.count, most))
    guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .ended }
    var failure: Failure?
    buffer.withUnsafeBufferPointer { bytes in
      do throws(Failure) { try take(UnsafeBufferPointer(rebasing: bytes[..<count])) } catch { failure = error }
    }
    if let failure { throw failure }
    return .bytes
  }

  /// The end of what it says is kept.
  ///
  /// - Parameter waits: standard error alone woke the reader; where that has ended, it would again and again.
  private func readErrors(waits: Bool) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(child.errors, &bytes, bytes.count)
      guard count > 0 else {
        if count == 0, waits { usleep(2000) }
        return
      }
      errorBytes += bytes[..<count]
      errorBytes = errorBytes.suffix(Self.mostErrorBytes)
    }
  }

  /// The time of the next picture, in seconds; nil where none comes.
  func nextTime() -> Double? {
    guard hasTimes else { return nil }
    let end = ct_now() + 5_000_000_000
    var bytes = [UInt8](repeating: 0, count: 4096)
    while true {
      while let place = times.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: times[..<place], as: UTF8.self)
        times.removeSubrange(...place)
        guard line.hasPrefix("frame:") else { continue }
        return line.split(separator: " ").first { $0.hasPrefix("pts_time:") }.flatMap { Double($0.dropFirst(9)) }
      }
      var request = pollfd(fd: child.extra, events: Int16(POLLIN), revents: 0)
      guard ct_now() < end, poll(&request, 1, 100) >= 0 else { return nil }
      let count = Glibc.read(child.extra, &bytes, bytes.count)
      if count > 0 { times += bytes[..<count] } else if count == 0 { return nil }
    }
  }

  /// Waits for its end.
  ///
  /// - Parameter stops: it is to end now, whatever it does.
  /// - Returns: whether it did all that was asked, and its last words.
  func end(stops: Bool) -> (isWell: Bool, words: String) {
    readErrors(waits: false)
    let isWell = sys_end_child(&child, stops ? 1 : 0) == 0
    // The last line says what failed, the one before it often why.
    let lines = String(decoding: errorBytes, as: UTF8.self).split(separator: "\n").suffix(2).map(Self.plain)
    return (isWell, lines.joined(separator: "; "))
  }

  /// Without the part of ffmpeg that speaks, as in `[tls @ 0x55d57a30b3c0]`.
  private static func plain(_ line: Substring) -> String {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return String(line) }
    return String(line[line.index(after: end)...].drop { $0 == " " })
  }
}
