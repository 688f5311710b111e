import Foundation
import TestSupport

/// A connection that says what it likes and hears what comes, so that the server's border is tried from outside.
final class RawConnection: Sendable {
  private let descriptor: Int32

  init(port: Int) throws {
    guard let descriptor = RawWebSocket.connected(port: port) else { throw RawWebSocket.Failed() }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Sends as much as the other side takes, and nothing more once it has closed.
  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return }
      rest = rest.dropFirst(sent)
    }
  }

  /// All that comes until the other side closes; throws where it does not within 20 s.
  func answer() throws -> String {
    var answer: [UInt8] = [], part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = recv(descriptor, &part, part.count, 0)
      if got < 0, errno == EINTR { continue }
      if got == 0 || (got < 0 && errno == ECONNRESET) { return String(decoding: answer, as: UTF8.self) }
      guard got > 0 else { throw RawWebSocket.Failed() }
      answer += part[..<got]
    }
  }

  /// What has come by now, without waiting; nil where the other side has closed.
  func arrived() -> [UInt8]? {
    var part = [UInt8](repeating: 0, count: 1 << 16)
    let got = recv(descriptor, &part, part.count, Int32(MSG_DONTWAIT))
    if got > 0 { return Array(part[..<got]) }
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? [] : nil
  }

  /// What comes first, at least so many bytes unless the other side closes.
  func beginning(_ count: Int = 1) async -> [UInt8] {
    var bytes: [UInt8] = []
    _ = await eventually {
      guard let more = arrived() else { return true }
      bytes += more
      return bytes.count >= count
    }
    return bytes
  }

  /// The whole answer to what is sent.
  static func answer(to text: String, port: Int) async throws -> String {
    try await RawWebSocket.elsewhere {
      let connection = try RawConnection(port: port)
      connection.send(text)
      return try connection.answer()
    }
  }
}
