import Foundation
import LiveWeb
import Synchronization
import TestSupport
import Testing

/// The server's border, from outside: what is refused, what is closed, and that others are served meanwhile.
@Suite(.serialized) struct WebBorderTests {
  /// A server whose limits a test changes, and its port.
  private func withServer(
    _ address: String = "127.0.0.1", limits change: (inout WebLimits) -> Void = { _ in },
    classify: @escaping @Sendable ([UInt8]) -> String = { "{\"bytes\":\($0.count)}" },
    _ body: (_ server: WebServer, _ port: Int, _ address: String) async throws -> Void
  ) async throws {
    var limits = WebLimits()
    change(&limits)
    let server = try WebServer(address: address, port: 0, limits: limits, facts: "{\"labels\":[]}", classify: classify)
    let address = try server.start()[0]
    defer { server.stop() }
    try await body(server, try #require(URL(string: address)?.port), address)
  }

  private static let handshake =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    + "Sec-WebSocket-Version: 13\r\n"

  private static let host = "Host: localhost\r\n"

  /// A request, and how its answer begins; what stands behind it is never answered.
  static let requests: [(request: String, status: String)] = [
    ("GET /facts HTTP/1.1\r\n\(host)\r\n", "200"),
    ("GET /facts HTTP/1.0\r\n\(host)\r\n", "200"),
    ("GET /facts HTTP/1.1\r\n\(host)Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n", "200"),
    ("GET /facts HTTP/1.1\r\n\r\n", "400"),
    ("GET /facts\r\n\r\n", "400"),
    ("GET /facts HTTP/2.0\r\n\(host)\r\n", "400"),
    ("GET /facts HTTP/1.1\r\n\(host)\(host)\r\n", "400"),
    ("GET /facts HTTP/1.1\r\nHost: localhost:80@evil.com\r\n\r\n", "400"),
    ("GET /facts HTTP/1.1\r\nHost: localhost:\r\n\r\n", "400"),
    ("GET /facts HTTP/1.1\r\nHost: localhost:99999\r\n\r\n", "400"),
    ("GET /facts HTTP/1.1\r\nHost: [::1]evil\r\n\r\n", "400"),
    ("GET /facts HTTP/1.1\r\nHost: localhost\u{0}.evil.com\r\n\r\n", "400"),
    ("GET /facts HTTP/1.1\r\nHost: evil.com\r\n\r\n", "403"),
    ("GET /facts HTTP/1.1\r\nHost: 127.0.0.1.evil.com\r\n\r\n", "403"),
    ("GET /facts HTTP/1.1\r\n\(host)Origin: null\r\n\r\n", "403"),
    ("GET /facts HTTP/1.1\r\n\(host)Origin: https://localhost\r\n\r\n", "403"),
    ("GET /facts HTTP/1.1\r\n\(host)Origin: http://localhost\r\nOrigin: http://localhost\r\n\r\n", "400"),
    ("GET /live HTTP/1.1\r\n\(host)\r\n", "426"),
    ("GET /live HTTP/1.1\r\nHost: evil.com\r\n\(handshake)\r\n", "403"),
    ("GET /live HTTP/1.1\r\nHost: localhost:80@evil.com\r\n\(handshake)\r\n", "400"),
    ("GET /live HTTP/1.1\r\n\(host)Origin: http://evil.com\r\n\(handshake)\r\n", "403"),
    ("GET /facts HTTP/1.1\r\n\(host)\(handshake)\r\n", "404"),
    ("GET /live HTTP/1.1\r\n\(host)\(handshake)Sec-WebSocket-Protocol: chat\r\n\r\n", "400"),
    ("GET /live HTTP/1.1\r\n\(host)\(handshake.replacingOccurrences(of: "13", with: "8"))\r\n", "400"),
    ("GET /live HTTP/1.1\r\n\(host)\(handshake.replacingOccurrences(of: "dGhl", with: ""))\r\n", "400"),
    ("GET /live HTTP/1.1\r\n\(host)\(handshake)Content-Length: 1\r\n\r\na", "400"),
    ("POST /live HTTP/1.1\r\n\(host)\(handshake)\r\n", "400"),
    ("PUT / HTTP/1.1\r\n\(host)\r\n", "405"),
    ("POST /facts HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\na", "405"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\nabc", "200"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n", "200"),
    ("POST /classify HTTP/1.1\r\n\(host)\r\n", "411"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length : 3\r\n\r\nabc", "411"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 5\r\n\r\nabc", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: -1\r\n\r\n", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: +1\r\n\r\na", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 0x1\r\n\r\na", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Content-Length: 99999999999999999999\r\n\r\n", "400"),
    ("POST /classify HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"),
    ("POST /classify HTTP/1.1\r\n\(host)Origin: http://evil.com\r\nContent-Length: 3\r\n\r\nabc", "403"),
    ("POST /classify HTTP/1.1\r\nHost: evil.com\r\nContent-Length: 3\r\n\r\nabc", "403"),
  ]

  /// Behind each request stands one for a WebSocket, which nobody may get: neither as what comes next nor as what is
  /// left of a refused body.
  @Test func everyRequestGetsItsAnswerAndNothingBehindItOne() async throws {
    // A refused body is waited for so long.
    try await withServer(limits: { $0.headTime = .milliseconds(500) }) { _, port, _ in
      for (request, status) in Self.requests {
        let next = "GET /live HTTP/1.1\r\n\(Self.host)\(Self.handshake)\r\n"
        let answer = try await RawConnection.answer(to: request + next, port: port)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(request) \(answer)")
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2, "\(request) \(answer)")
      }
      let ready =
        "GET /live HTTP/1.1\r\n\(Self.host)Origin: http://LOCALHOST\r\n\(Self.handshake)"
        + "Sec-WebSocket-Protocol: chat, glint\r\n\r\n"
      let viewer = try RawConnection(port: port)
      viewer.send(ready)
      let text = String(decoding: await viewer.beginning(), as: UTF8.self)
      #expect(text.hasPrefix("HTTP/1.1 101 ") && text.contains("Sec-WebSocket-Protocol: glint"), "\(text)")
    }
  }

  @Test func answersAreStoredGuessedAndFramedNowhere() async throws {
    try await withServer("0.0.0.0", limits: { $0.wrongTokenTime = .milliseconds(50) }) { _, port, address in
      let token = try #require(address.components(separatedBy: "?token=").last)
      for path in ["/", "/facts", "/none", "/?token=\(token)", "/facts?token=\(token)"] {
        let answer = try await RawConnection.answer(to: "GET \(path) HTTP/1.1\r\n\(Self.host)\r\n", port: port)
        for field in [
          "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
          "X-Frame-Options: DENY", "Connection: close",
        ] { #expect(answer.contains("\r\n\(field)\r\n"), "\(path): \(field)") }
        let fields = answer.components(separatedBy: "\r\n")
        let policy = try #require(fields.first { $0.hasPrefix("Content-Security-Policy") })
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(path)")
      }
    }
  }

  /// The answer to a wrong token has time; the right one gets its own before it, however many wrong ones wait.
  @Test func wrongTokensWaitAndRightOnesDoNot() async throws {
    try await withServer("0.0.0.0", limits: { $0.wrongTokenTime = .seconds(3) }) { _, port, address in
      let token = try #require(address.components(separatedBy: "?token=").last)
      let wrong = try (0..<40).map { _ in try RawConnection(port: port) }
      for connection in wrong { connection.send("GET /facts?token=1 HTTP/1.1\r\n\(Self.host)\r\n") }
      let right = try await RawConnection.answer(
        to: "GET /facts?token=\(token) HTTP/1.1\r\n\(Self.host)\r\n", port: port)
      #expect(right.hasPrefix("HTTP/1.1 200"))
      #expect(wrong.allSatisfy { $0.arrived()?.isEmpty ?? true }, "no wrong one has been answered yet")
      let last = try await RawWebSocket.elsewhere { try wrong[39].answer() }
      #expect(last.hasPrefix("HTTP/1.1 401"))
      // Who asks for a WebSocket hears nothing.
      let socket = try await RawConnection.answer(
        to: "GET /live?token=1 HTTP/1.1\r\n\(Self.host)\(Self.handshake)\r\n", port: port)
      #expect(socket == "")
    }
  }

  @Test func headsHaveATimeAndALength() async throws {
    try await withServer(limits: { $0.headTime = .milliseconds(300) }) { _, port, _ in
      for beginning in ["", "GET /facts HTTP/1.1\r\nHost: local"] {
        let answer1 = try await RawConnection.answer(to: beginning, port: port)
        #expect(answer1 == "", "closed without a word")
      }
    }
    try await withServer(limits: { ($0.headTime, $0.headBytes) = (.seconds(600), 4096) }) { _, port, _ in
      let fields = (0..<500).map { "X-\($0): y\r\n" }.joined()
      for head in ["GET /\(String(repeating: "a", count: 5000))", "GET / HTTP/1.1\r\n\(fields)"] {
        let answer2 = try await RawConnection.answer(to: head, port: port)
        #expect(answer2 == "")
      }
      let short = "GET /facts HTTP/1.1\r\n\(Self.host)X-Long: \(String(repeating: "a", count: 3000))\r\n\r\n"
      let answer3 = try await RawConnection.answer(to: short, port: port)
      #expect(answer3.hasPrefix("HTTP/1.1 200"))
    }
  }

  /// Silent connections are pressed out by newer ones, the oldest first, long before their time is over.
  @Test(arguments: [true, false]) func theOldestSilentOneMakesRoom(ofOneAddress: Bool) async throws {
    let change = { (limits: inout WebLimits) in
      limits.headTime = .seconds(600)
      if ofOneAddress { limits.connectionsOfAddress = 4 } else { limits.connections = 4 }
    }
    try await withServer(limits: change) { _, port, _ in
      var silent: [RawConnection] = []
      for _ in 0..<20 {
        silent.append(try RawConnection(port: port))
        let answer4 = try await RawConnection.answer(to: "GET /facts HTTP/1.1\r\n\(Self.host)\r\n", port: port)
        #expect(answer4.contains("200"))
      }
      #expect(await eventually { silent.prefix(16).allSatisfy { $0.arrived() == nil } })
      #expect(silent.suffix(3).allSatisfy { $0.arrived() != nil })
    }
  }

  /// However many come behind it, a connection has a moment in which its request may arrive. A machine may be so busy
  /// that a moment is over before this test goes on, so that one of many tries is enough.
  @Test func nobodyIsPressedOutAtOnce() async throws {
    try await withServer(limits: { ($0.headTime, $0.connectionsOfAddress) = (.seconds(600), 4) }) { _, port, _ in
      var isServed = false
      for _ in 0..<50 where !isServed {
        let visitor = try RawConnection(port: port)
        let silent = try (0..<8).map { _ in try RawConnection(port: port) }
        try await Task.sleep(for: .milliseconds(2))
        visitor.send("GET /facts HTTP/1.1\r\n\(Self.host)\r\n")
        isServed = try await RawWebSocket.elsewhere { try visitor.answer() }.contains("200")
        withExtendedLifetime(silent) {}
      }
      #expect(isServed)
    }
  }

  /// Whatever stands open, the end comes at once, not after the times that are allowed.
  @Test func theEndWaitsForNobody() async throws {
    let gate = DispatchSemaphore(value: 0)
    let start = ContinuousClock.now
    try await withServer(
      limits: { ($0.headTime, $0.photoPause, $0.photoTime) = (.seconds(600), .seconds(600), .seconds(600)) },
      classify: { _ in
        gate.wait()
        return "{}"
      }
    ) { server, port, _ in
      let open = try [
        "", "GET / HT", "POST /classify HTTP/1.1\r\n\(Self.host)Content-Length: 9\r\n\r\nabc",
        "POST /classify HTTP/1.1\r\n\(Self.host)Content-Length: 3\r\n\r\nabc",
        "GET /live HTTP/1.1\r\n\(Self.host)\(Self.handshake)\r\n",
      ].map { text in
        let connection = try RawConnection(port: port)
        connection.send(text)
        return connection
      }
      #expect(await eventually { server.hasViewers })
      server.stop()
      for connection in open { _ = try await RawWebSocket.elsewhere { try connection.answer() } }
    }
    #expect(ContinuousClock.now - start < .seconds(60))
    gate.signal()
  }
}
