import Foundation
import LiveWeb
import TestSupport
import Testing

/// What visitors send: photos, and messages over their WebSockets.
@Suite(.serialized) struct PostedPhotoTests {
  private func withServer(
    limits change: (inout WebLimits) -> Void,
    classify: @escaping @Sendable ([UInt8]) -> String = { "{\"bytes\":\($0.count)}" },
    _ body: (_ server: WebServer, _ port: Int) async throws -> Void
  ) async throws {
    var limits = WebLimits()
    change(&limits)
    let server = try WebServer(port: 0, limits: limits, facts: "{}", classify: classify)
    let address = try server.start()[0]
    defer { server.stop() }
    try await body(server, try #require(URL(string: address)?.port))
  }

  private func post(_ count: Int, sending text: String) -> String {
    "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(count)\r\n\r\n\(text)"
  }

  /// The announced length decides, before any of it has come.
  @Test func tooLargePhotosAreRefusedUnread() async throws {
    try await withServer(limits: { $0.photoBytes = 2 << 20 }) { _, port in
      let connection = try RawConnection(port: port)
      connection.send(post((2 << 20) + 1, sending: ""))
      let answer = String(decoding: await connection.beginning(), as: UTF8.self)
      #expect(answer.hasPrefix("HTTP/1.1 413 "))
      let whole = post(2 << 20, sending: String(repeating: "a", count: 2 << 20))
      let answer5 = try await RawConnection.answer(to: whole, port: port)
      #expect(answer5.hasSuffix("{\"bytes\":\(2 << 20)}"))
    }
  }

  @Test func photosThatStopComingAreGivenUp() async throws {
    try await withServer(limits: { $0.photoPause = .milliseconds(300) }) { _, port in
      let answer6 = try await RawConnection.answer(to: post(10, sending: "abc"), port: port)
      #expect(answer6 == "")
    }
    try await withServer(limits: { $0.photoTime = .milliseconds(300) }) { _, port in
      let connection = try RawConnection(port: port)
      connection.send(post(1 << 20, sending: "abc"))
      let isGivenUp = await eventually {
        connection.send("a")
        return connection.arrived() == nil
      }
      #expect(isGivenUp)
    }
  }

  /// One photo at a time, some that wait, and no more; the page is served meanwhile.
  @Test func photosWaitInAShortQueue() async throws {
    let gate = DispatchSemaphore(value: 0)
    try await withServer(
      limits: { $0.photos = 2 },
      classify: { bytes in
        gate.wait()
        return "{\"bytes\":\(bytes.count)}"
      }
    ) { _, port in
      let taken = try (1...2).map { count in
        let connection = try RawConnection(port: port)
        connection.send(post(count, sending: String(repeating: "a", count: count)))
        return connection
      }
      var third = ""
      for _ in 0..<100 where !third.contains("503") {
        third = try await RawConnection.answer(to: post(0, sending: ""), port: port)
      }
      #expect(third.contains("503") && third.contains("Retry-After"), "\(third)")
      let answer7 = try await RawWebSocket.elsewhere { try RawWebSocket.answer(to: "GET /facts", port: port) }
      #expect(answer7.contains("200"))
      #expect(taken.allSatisfy { $0.arrived() == [] }, "both wait")
      for _ in 0..<3 { gate.signal() }
      for (index, connection) in taken.enumerated() {
        let answer = try await RawWebSocket.elsewhere { try connection.answer() }
        #expect(answer.hasSuffix("{\"bytes\":\(index + 1)}"))
      }
    }
  }

  /// A visitor may go while its photo is looked at.
  @Test func answersToWhoHasGoneAreDropped() async throws {
    let gate = DispatchSemaphore(value: 0)
    try await withServer(
      limits: { _ in },
      classify: { _ in
        gate.wait()
        return "{}"
      }
    ) { _, port in
      do {
        let connection = try RawConnection(port: port)
        connection.send(post(3, sending: "abc"))
      }
      let next = try RawConnection(port: port)
      next.send(post(3, sending: "abc"))
      for _ in 0..<2 { gate.signal() }
      let answer8 = try await RawWebSocket.elsewhere { try next.answer() }
      #expect(answer8.hasSuffix("{}"))
    }
  }

  /// A masked frame of a client (RFC 6455, 5.2), its key zero.
  private func frame(_ opcode: UInt8, count: Int) -> [UInt8] {
    let length = count < 126 ? [UInt8(count)] : [126, UInt8(count >> 8), UInt8(count & 255)]
    return [0x80 | opcode, 0x80 | length[0]] + length.dropFirst() + [0, 0, 0, 0] + [UInt8](repeating: 97, count: count)
  }

  @Test func longMessagesCloseTheWebSocket() async throws {
    try await withServer(limits: { $0.messageBytes = 1000 }) { server, port in
      let viewer = try await RawWebSocket.open(port: port)
      viewer.send(frame(1, count: 1000))
      viewer.send(frame(9, count: 125))
      let pong = try await viewer.message()
      #expect(pong.opcode == 10 && pong.bytes.count == 125, "what is short enough is passed over, and pings answered")
      viewer.send(frame(1, count: 1001))
      let end = try await viewer.message()
      #expect(end.opcode == 8 && end.bytes.prefix(2) == [0x03, 0xF1], "close, 1009: too large")
      #expect(await eventually { !server.hasViewers })
    }
  }

  /// A browser whose machine has gone to sleep answers no ping: its place is free again.
  @Test func whoAnswersNoPingIsLetGo() async throws {
    try await withServer(limits: { $0.stallTime = .seconds(2) }) { server, port in
      let viewer = try await RawWebSocket.open(port: port)
      #expect(await eventually { server.hasViewers })
      let answer9 = try await viewer.message()
      #expect(answer9.opcode == 9, "a ping")
      #expect(await eventually { !server.hasViewers })
    }
  }
}
