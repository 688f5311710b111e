import Foundation
import LiveWeb

/// The page's server, visited by whoever sends the bytes of an input.
final class VisitedPage {
  nonisolated(unsafe) static let shared = VisitedPage()

  private let server: WebServer
  private let port: UInt16
  private var visits = 0

  private init() {
    var limits = WebLimits()
    // What waits for more ends soon: the other side has said all that it will.
    (limits.headTime, limits.photoPause, limits.photoTime) = (.seconds(1), .seconds(1), .seconds(1))
    (limits.wrongTokenTime, limits.stallTime) = (.milliseconds(1), .seconds(1))
    server = try! WebServer(port: 0, limits: limits, facts: "{}") { "{\"bytes\":\($0.count)}" }
    port = UInt16(URL(string: try! server.start()[0])!.port!)
  }

  /// Sends the bytes, says that nothing follows, and reads what is answered until the end. Every few visits somebody
  /// else looks, who must be served.
  func visit(_ bytes: [UInt8]) {
    _ = answer(to: bytes)
    visits += 1
    guard visits % 64 == 0 else { return }
    let facts = answer(to: Array("GET /facts HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
    precondition(facts.starts(with: Array("HTTP/1.1 200".utf8)), "a visitor is not served any more")
  }

  private func answer(to bytes: [UInt8]) -> [UInt8] {
    let descriptor = connection()
    defer { close(descriptor) }
    _ = uninterrupted { send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    shutdown(descriptor, Int32(SHUT_WR))
    var answer: [UInt8] = [], part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let got = uninterrupted { recv(descriptor, &part, part.count, 0) }
      guard got > 0 else { return answer }
      answer += part[..<got]
    }
  }

  private func connection() -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    while true {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if status == 0 { return descriptor }
      let code = errno
      close(descriptor)
      precondition(code == EINTR, "nobody listens any more: \(String(cString: strerror(code)))")
    }
  }

  /// libFuzzer's clock interrupts calls.
  private func uninterrupted(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
