import Foundation
import Glibc

/// Recordings and streams that `ffmpeg` makes for tests.
package enum Film {
  /// Whether it is here.
  package static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")

  /// Runs `ffmpeg` to its end.
  package static func make(_ arguments: [String]) throws {
    let process = try start(arguments)
    process.waitForEnd()
    guard process.terminationStatus == 0 else {
      throw CocoaError(.featureUnsupported, userInfo: [NSLocalizedDescriptionKey: "ffmpeg \(arguments) failed"])
    }
  }

  /// Starts `ffmpeg`; its standard output goes to `output`.
  package static func start(_ arguments: [String], output: Any? = nil) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"] + arguments
    process.standardInput = FileHandle.nullDevice
    if let output { process.standardOutput = output }
    try process.start()
    return process
  }

  /// What moves, at a rate and of a size.
  package static func source(_ size: String = "160x120", rate: String = "10", seconds: Double) -> [String] {
    ["-f", "lavfi", "-i", "testsrc2=size=\(size):rate=\(rate):duration=\(seconds)"]
  }

  /// The processes whose command line holds a text.
  package static func processes(with text: String) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap(Int32.init).filter { id in
      guard let words = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else { return false }
      return String(decoding: words, as: UTF8.self).contains(text)
    }
  }
}

/// A server of RTSP (RFC 7826's forerunner, RFC 2326) for one stream that `ffmpeg` makes and sends as RTP to a port of
/// this machine: what comes there goes on to the visitor over the connection itself.
package final class StreamServer {
  private let server: ScriptedServer
  private let ffmpeg: Process
  private let datagrams: Int32

  /// - Parameters:
  ///   - arguments: input and codec for `ffmpeg`.
  ///   - mostPackets: after so many packets each connection is closed.
  package init(_ arguments: [String], mostPackets: Int = .max) throws {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    datagrams = socket
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var room = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        precondition(bind(socket, place, room) == 0 && getsockname(socket, place, &room) == 0)
      }
    }
    let port = UInt16(bigEndian: address.sin_port), pipe = Pipe()
    ffmpeg = try Film.start(
      arguments + ["-f", "rtp", "-sdp_file", "pipe:1", "rtp://127.0.0.1:\(port)?pkt_size=1200"], output: pipe)
    // The description ends where a pause begins.
    var text = ""
    while !text.contains("a=rtpmap") {
      let data = pipe.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    let description =
      text.split(separator: "\n").map { line in
        // Where to, is asked for by the visitor.
        line.hasPrefix("m=video") ? "m=video 0 RTP/AVP 96" : String(line.filter { $0 != "\r" })
      }.joined(separator: "\r\n") + "\r\na=control:track1\r\n"
    server = ScriptedServer { _, connection in
      StreamServer.serve(connection, description, socket, mostPackets)
    }
  }

  /// Ends it.
  package func stop() {
    server.stop()
    if ffmpeg.isRunning { kill(ffmpeg.processIdentifier, SIGKILL) }
    ffmpeg.waitForEnd(seconds: 60)
    close(datagrams)
  }

  /// Where it is.
  package var address: String { "rtsp://127.0.0.1:\(server.port)/stream" }

  private static func serve(
    _ connection: ScriptedServer.Connection, _ description: String, _ datagrams: Int32, _ mostPackets: Int
  ) {
    while true {
      let head = connection.head()
      guard let method = head.split(separator: " ").first else { return }
      let fields = head.split(separator: "\r\n")
      let number = fields.first { $0.hasPrefix("CSeq:") } ?? "CSeq: 0"
      var answer = "RTSP/1.0 200 OK\r\n\(number)\r\n"
      switch method {
      case "OPTIONS": answer += "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"
      case "DESCRIBE":
        answer += "Content-Type: application/sdp\r\nContent-Length: \(description.utf8.count)\r\n\r\n\(description)"
      case "SETUP": answer += "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n\r\n"
      default: answer += "Session: 1\r\n\r\n"
      }
      guard connection.send(answer), method == "PLAY" else {
        if method == "TEARDOWN" { return }
        continue
      }
      var packet = [UInt8](repeating: 0, count: 65536)
      for _ in 0..<mostPackets {
        let count = recv(datagrams, &packet, packet.count, 0)
        guard count > 0 else { return }
        let frame = [0x24, 0, UInt8(count >> 8), UInt8(count & 255)] + packet[..<count]
        guard connection.send(frame) else { return }
      }
      return
    }
  }
}
