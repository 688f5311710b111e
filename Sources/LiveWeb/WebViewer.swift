import CThreads
import FlyingFox
import Foundation
import Synchronization

/// One browser's WebSocket: for each result a text message, the JSON, and a binary one, the JPEG. Messages are made
/// when the socket can take them, so that a slow browser skips frames.
struct WebViewerHandler: WSHandler {
  let hub: WebHub

  func makeFrames(for client: AsyncThrowingStream<WSFrame, any Error>) async throws -> AsyncStream<WSFrame> {
    guard hub.enter() else { return Self.farewell }
    let viewer = WebViewer(hub)
    viewer.listen(to: client)
    return AsyncStream(unfolding: { await viewer.next() }, onCancel: { viewer.end() })
  }

  /// What one too many gets: why, in words, and the code that says to come again later (RFC 6455, 7.4; 1013).
  private static var farewell: AsyncStream<WSFrame> {
    let words = "{\"error\":\"\(WebHub.mostViewers) browsers look already; no more are served.\"}"
    return AsyncStream { stream in
      stream.yield(WSFrame(fin: true, opcode: .text, mask: nil, payload: Data(words.utf8)))
      stream.yield(WSFrame(fin: true, opcode: .close, mask: nil, payload: Data([0x03, 0xF5])))
      stream.finish()
    }
  }
}

private final class WebViewer: Sendable {
  private struct State: Sendable {
    var replies: [WSFrame] = []
    var picture: WebPicture?
    /// The number of the result that was sent last.
    var number = 0
    var hasEnded = false
    var listening: Task<Void, Never>?
  }

  private let hub: WebHub
  private let state = Mutex(State())

  init(_ hub: WebHub) {
    self.hub = hub
  }

  deinit {
    // Nobody reads from a connection that is not written to any more.
    state.withLock { $0.listening }?.cancel()
    hub.leave()
  }

  /// Answers pings and notices the end.
  func listen(to client: AsyncThrowingStream<WSFrame, any Error>) {
    let listening = Task { [weak self] in
      do {
        for try await frame in client {
          if frame.opcode == .ping {
            self?.reply(WSFrame(fin: true, opcode: .pong, mask: nil, payload: frame.payload))
          }
          if frame.opcode == .close { break }
        }
      } catch {
        // A connection that breaks has ended as well as one that is closed.
      }
      self?.end()
    }
    state.withLock { $0.listening = listening }
  }

  func end() {
    state.withLock { $0.hasEnded = true }
    hub.nudge()
  }

  private func reply(_ frame: WSFrame) {
    state.withLock { if $0.replies.count < 8 { $0.replies.append(frame) } }
    hub.nudge()
  }

  /// The next message, or nil when it is over.
  func next() async -> WSFrame? {
    ct_lower_priority()
    while true {
      let (reply, pending, number, isOver) = state.withLock { state in
        let reply = state.replies.isEmpty ? nil : state.replies.removeFirst()
        defer { if reply == nil { state.picture = nil } }
        return (reply, state.picture, state.number, state.hasEnded)
      }
      if isOver { return nil }
      if let reply { return reply }
      if let bytes = pending?.bytes { return WSFrame(fin: true, opcode: .binary, mask: nil, payload: bytes) }
      let (result, isClosed) = hub.newest(after: number)
      if isClosed { return nil }
      if let result {
        state.withLock { ($0.number, $0.picture) = (result.number, result.picture) }
        return WSFrame(fin: true, opcode: .text, mask: nil, payload: Data(result.json.utf8))
      }
      await hub.wait(after: number)
    }
  }
}
