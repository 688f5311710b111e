import Dispatch
import Foundation
import Synchronization
import Threads

/// A WebSocket client on a plain socket (RFC 6455), so that the server is not tested with its own code. It
/// waits on threads of its own: the pool's are few, and the server needs them.
final class RawWebSocket: @unchecked Sendable {
  struct Message: Equatable, Sendable {
    let opcode: UInt8
    let bytes: [UInt8]
  }
  struct Failed: Error {}

  fileprivate let descriptor: Int32

  static func open(port: Int) async throws -> RawWebSocket {
    try await elsewhere { try RawWebSocket(port: port) }
  }

  func message() async throws -> Message { try await Self.elsewhere { try self.readMessage() } }

  /// Waits on a thread of its own. What comes of it is handed over by a lock, which ThreadSanitizer sees as well.
  static func elsewhere<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    let made = Locked<Result<Value, any Error>?>(nil)
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let result = Result { try work() }
        made.withLock { $0 = result }
        continuation.resume()
      }
    }
    return try made.value!.get()
  }

  /// As `open`, on this thread.
  init(port: Int) throws {
    guard let descriptor = Self.connected(port: port) else { throw Failed() }
    self.descriptor = descriptor
    let request =
      "GET /live HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    guard Foundation.send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
      throw Failed()
    }
    var answer: [UInt8] = []
    while !answer.suffix(4).elementsEqual([13, 10, 13, 10]) { answer.append(try read(1)[0]) }
    let text = String(decoding: answer, as: UTF8.self)
    // The key of the standard's own example, section 1.3.
    guard text.hasPrefix("HTTP/1.1 101"), text.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") else { throw Failed() }
  }

  /// A socket that has reached loopback and waits for the other side for 20 s at most, or nil.
  static func connected(port: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    for side in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, side, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      Foundation.close(descriptor)
      return nil
    }
    return descriptor
  }

  deinit { Foundation.close(descriptor) }

  func close() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Sends bytes as they are.
  func send(_ bytes: [UInt8]) { _ = Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// Ends the connection with a reset and no word, whatever is on the way.
  func breakOff() {
    var now = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    // Connecting a socket to nothing is how TCP lets go of a peer while the descriptor stays.
    var nothing = sockaddr()
    nothing.sa_family = sa_family_t(AF_UNSPEC)
    connect(descriptor, &nothing, socklen_t(MemoryLayout<sockaddr>.size))
  }

  /// The whole answer to a request without a body, as in `GET /facts`.
  static func answer(to request: String, port: Int) throws -> String {
    guard let descriptor = connected(port: port) else { throw Failed() }
    defer { Foundation.close(descriptor) }
    let text = "\(request) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n"
    guard Foundation.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { throw Failed() }
    var answer: [UInt8] = [], part = [UInt8](repeating: 0, count: 4096)
    while true {
      let got = recv(descriptor, &part, part.count, 0)
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw Failed() }
      guard got > 0 else { return String(decoding: answer, as: UTF8.self) }
      answer += part[..<got]
    }
  }

  private func readMessage() throws -> Message {
    let head = try read(2)
    var count = Int(head[1] & 127)
    if count == 126 { count = try read(2).reduce(0) { $0 << 8 | Int($1) } }
    if count == 127 { count = try read(8).reduce(0) { $0 << 8 | Int($1) } }
    return Message(opcode: head[0] & 15, bytes: try read(count))
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count), filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + filled, count - filled, 0) }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw Failed() }
      filled += got
    }
    return bytes
  }
}

/// Many browsers on one thread: all are read as fast as messages come, but the first, which never is.
final class Crowd: Sendable {
  private let viewers: [RawWebSocket]
  private let bytes: Locked<[Int]>
  private let hasEnded = Atomic(false)

  init(_ count: Int, port: Int) throws {
    viewers = try (0..<count).map { _ in try RawWebSocket(port: port) }
    bytes = Locked([Int](repeating: 0, count: count))
    Thread { [self] in read() }.start()
  }

  /// What each has been sent so far.
  var received: [Int] { bytes.withLock { $0 } }

  func close() {
    hasEnded.store(true, ordering: .releasing)
    for viewer in viewers { viewer.close() }
  }

  private func read() {
    var requests = viewers.dropFirst().map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while !hasEnded.load(ordering: .acquiring), poll(&requests, nfds_t(requests.count), 100) >= 0 {
      for index in requests.indices where requests[index].revents != 0 {
        let got = recv(requests[index].fd, &room, room.count, Int32(MSG_DONTWAIT))
        if got > 0 { bytes.withLock { $0[index + 1] += got } } else { requests[index].fd = -1 }
      }
    }
  }
}

/// Photos that are too large, one after another, on a thread of its own.
final class Uploads: Sendable {
  private let sent = Atomic(0)
  private let hasEnded = Atomic(false)

  init(of count: Int, port: Int) {
    Thread { [self] in
      while !hasEnded.load(ordering: .acquiring) { upload(count, port) }
    }.start()
  }

  /// Bytes so far.
  var bytes: Int { sent.load(ordering: .relaxed) }

  func end() { hasEnded.store(true, ordering: .releasing) }

  private func upload(_ count: Int, _ port: Int) {
    guard let descriptor = RawWebSocket.connected(port: port) else { return }
    defer { Foundation.close(descriptor) }
    var parts = [
      Array("POST /classify HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Length: \(count)\r\n\r\n".utf8)
    ]
    parts += (0..<count >> 16).map { _ in [UInt8](repeating: 7, count: 1 << 16) }
    for part in parts {
      let done = part.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
      guard done > 0, !hasEnded.load(ordering: .acquiring) else { return }
      sent.wrappingAdd(done, ordering: .relaxed)
    }
  }
}

/// A connection that says nothing.
final class SilentConnection: Sendable {
  private let descriptor: Int32

  init(port: Int) throws {
    guard let descriptor = RawWebSocket.connected(port: port) else { throw RawWebSocket.Failed() }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
