import CWeb
import FoundationEssentials

/// One browser's WebSocket: for each result a text message, the JSON, and a binary one, the JPEG. Messages are made
/// when the socket can take them, so that a slow browser skips frames. For the server's thread alone.
final class WebViewer {
  private let hub: WebHub
  /// Whether there was room for it. One too many is told so, and closed.
  private let mayLook: Bool
  private var hasBeenTold = false
  /// The picture whose JSON was sent last.
  private var picture: WebPicture?
  /// The number of the result that was sent last.
  private var number = 0

  init(_ hub: WebHub) {
    self.hub = hub
    mayLook = hub.enter()
  }

  deinit { if mayLook { hub.leave() } }

  /// Sends the next message, if there is one.
  ///
  /// - Returns: as `next` of the C room: nothing sent, one sent, or the code that closes the WebSocket.
  func next(_ connection: OpaquePointer?) -> Int32 {
    guard mayLook else { return farewell(connection) }
    let pending = picture?.bytes
    picture = nil
    if let pending {
      pending.withUnsafeBytes { Self.send($0, isBinary: true, connection) }
    } else if let result = hub.newest(after: number) {
      (number, picture) = (result.number, result.picture)
      var json = result.json
      json.withUTF8 { Self.send(UnsafeRawBufferPointer($0), isBinary: false, connection) }
    } else {
      return Int32(CWEB_IDLE)
    }
    return Int32(CWEB_SENT)
  }

  /// What one too many gets: why, in words, and the code that says to come again later (RFC 6455, 7.4; 1013).
  private func farewell(_ connection: OpaquePointer?) -> Int32 {
    guard !hasBeenTold else { return 1013 }
    hasBeenTold = true
    var words = "{\"error\":\"\(hub.mostViewers) browsers look already; no more are served.\"}"
    words.withUTF8 { Self.send(UnsafeRawBufferPointer($0), isBinary: false, connection) }
    return Int32(CWEB_SENT)
  }

  private static func send(_ bytes: UnsafeRawBufferPointer, isBinary: Bool, _ connection: OpaquePointer?) {
    cweb_send(connection, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, isBinary)
  }
}
