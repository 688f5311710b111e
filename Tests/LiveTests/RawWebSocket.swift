import Dispatch
import Foundation

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

  private static func elsewhere<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
    }
  }

  fileprivate init(port: Int) throws {
    guard let descriptor = Self.connected(port: port) else { throw Failed() }
    self.descriptor = descriptor
    let request = "GET /live HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
      throw Failed()
    }
    var answer: [UInt8] = []
    while !answer.suffix(4).elementsEqual([13, 10, 13, 10]) { answer.append(try read(1)[0]) }
    let text = String(decoding: answer, as: UTF8.self)
    // The key of the standard's own example, section 1.3.
    guard text.hasPrefix("HTTP/1.1 101"), text.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") else { throw Failed() }
  }

  /// A socket that has reached loopback and waits for each answer for 20 s, or nil.
  fileprivate static func connected(port: Int) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
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
      guard got > 0 else { throw Failed() }
      filled += got
    }
    return bytes
  }
}
