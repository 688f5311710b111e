import Camera
import Foundation
import Imaging
import TestSupport
import Testing
import Threads

/// Cameras that send pictures over HTTP, and do it badly.
@Suite struct WebCameraTests {
  private static let head = "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"

  /// A picture of which each is told by its width.
  private static func picture(_ number: Int, width: Int = 64) -> [UInt8] {
    try! ImageEncoder.jpeg(Image(width: width, height: 48, channels: 3, filledWith: UInt8(number % 256)), quality: 80)
  }

  private static func part(_ bytes: [UInt8]) -> [UInt8] {
    Array("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8) + bytes + [13, 10]
  }

  /// What comes, until `isEnough` or a minute has passed.
  private func follow(
    _ source: any FrameSource, until isEnough: ([Frame], [String]) -> Bool
  ) -> (frames: [Frame], said: [String]) {
    var frames: [Frame] = [], said: [String] = [], frame = Frame()
    for _ in 0..<600 {
      switch source.next(into: &frame, milliseconds: 100) {
      case .frame: frames.append(frame)
      case .nothing: break
      case .waiting(let error): said.append("\(error)")
      case .resumed: said.append("resumed")
      case .damaged(let error): said.append("\(error)")
      case .ended: said.append("ended")
      }
      if isEnough(frames, said) { break }
    }
    return (frames, said)
  }

  private func refusal(_ address: String) -> CameraError? {
    do { _ = try WebCameraSource(address) } catch { return error }
    return nil
  }

  @Test func theNewestPictureIsHandedOutAndTheOthersCount() throws {
    let server = ScriptedServer { _, connection in
      #expect(connection.head().hasPrefix("GET /video?a=1 HTTP/1.0\r\nHost: 127.0.0.1:"))
      connection.send(Self.head)
      for number in 0..<400 {
        guard connection.send(Self.part(Self.picture(number))), connection.pause(0.005) else { return }
      }
      _ = connection.pause(30)
    }
    let source = try WebCameraSource(server.address("/video?a=1"))
    var frame = Frame(), numbers: [Int] = []
    // A reader that takes a tenth of what comes: what it gets stays new.
    while numbers.last ?? 0 < 300 {
      if source.next(into: &frame, milliseconds: 100) == .frame { numbers.append(frame.sequence) }
      usleep(50_000)
    }
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } && numbers.count < 200)
    #expect(source.losses.skipped + numbers.count >= numbers.last ?? 0 && source.losses.skipped > 100)
    #expect(frame.width == 64 && frame.height == 48 && frame.format == .mjpeg)
    #expect(source.title.contains("127.0.0.1") && !source.title.contains("a=1"))
  }

  @Test func aCameraThatClosesIsAskedAgain() throws {
    let server = ScriptedServer { number, connection in
      _ = connection.head()
      connection.send(Self.head)
      for step in 0..<3 { connection.send(Self.part(Self.picture(number * 10 + step))) }
      _ = connection.pause(0.2)
    }
    let source = try WebCameraSource(server.address())
    let (frames, said) = follow(source) { frames, said in said.count >= 4 && frames.count >= 3 }
    #expect(said.prefix(2).first?.contains("closed the connection") == true && said.contains("resumed"), "\(said)")
    #expect(zip(frames, frames.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
  }

  @Test func aCameraThatStallsIsAskedAgain() throws {
    let server = ScriptedServer { number, connection in
      _ = connection.head()
      connection.send(Self.head)
      connection.send(Self.part(Self.picture(number)))
      // Half a picture is none, however slowly the rest comes.
      connection.send(Self.part(Self.picture(9)).prefix(200))
      _ = connection.pause(60)
    }
    let source = try WebCameraSource(server.address())
    let (frames, said) = follow(source) { frames, _ in frames.count >= 2 }
    #expect(frames.count == 2 && said.count == 2 && said[0].contains("no frame for 5 s"), "\(said)")
  }

  @Test func garbageIsNamedAndPassedOver() throws {
    let server = ScriptedServer { number, connection in
      _ = connection.head()
      if number == 1 { _ = connection.send("\u{1}\u{2}no such thing\r\n\r\n") }
      if number == 1 { return }
      connection.send(Self.head)
      connection.send(Self.part(Self.picture(1)))
      guard connection.pause(0.3) else { return }
      connection.send(Self.part([UInt8](repeating: 99, count: 500)))
      guard connection.pause(0.3) else { return }
      connection.send(Self.part(Self.picture(2)))
      guard connection.pause(0.3), number == 0 else { return }
      // No boundary any more.
      for _ in 0..<100 where !connection.send([UInt8](repeating: 77, count: 1 << 16)) { return }
    }
    let source = try WebCameraSource(server.address())
    let (frames, said) = follow(source) { frames, said in frames.count >= 4 && said.count >= 4 }
    #expect(said[0].contains("500 bytes that are no JPEG") && source.losses.damaged >= 1, "\(said)")
    #expect(said.contains { $0.contains("no boundary") } && said.contains("resumed"), "\(said)")
    #expect(frames.count >= 4)
  }

  @Test func theSizeMayChange() throws {
    let server = ScriptedServer { _, connection in
      _ = connection.head()
      connection.send(Self.head)
      for width in [64, 32, 128] {
        connection.send(Self.part(Self.picture(1, width: width)))
        guard connection.pause(0.4) else { return }
      }
      _ = connection.pause(30)
    }
    let (frames, _) = follow(try WebCameraSource(server.address())) { frames, _ in frames.count == 3 }
    #expect(frames.map(\.width) == [64, 32, 128] && frames.map(\.height) == [48, 48, 48])
  }

  @Test func chunksAndRedirectionsAreFollowed() throws {
    let server = ScriptedServer { _, connection in
      let head = connection.head()
      if head.hasPrefix("GET /old") {
        connection.send("HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n")
        return
      }
      // The user goes along to the same host.
      #expect(head.contains("GET /new ") && head.contains("Authorization: Basic YW5uYTpzOmNyZXQ=\r\n"), "\(head)")
      connection.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
          + "Content-Type: multipart/x-mixed-replace;boundary=\"frame\"\r\n\r\n"
      )
      let bytes = Self.part(Self.picture(1)) + Self.part(Self.picture(2))
      for place in stride(from: 0, to: bytes.count, by: 100) {
        let piece = bytes[place..<min(place + 100, bytes.count)]
        connection.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10])
      }
      _ = connection.pause(30)
    }
    let source = try WebCameraSource(server.address("/old", user: "anna:s%3Acret@"))
    let (frames, _) = follow(source) { frames, _ in frames.count >= 1 }
    #expect(frames.count == 1 && !source.title.contains("anna"))
  }

  @Test(arguments: [
    ("HTTP/1.0 404 Not Found\r\n\r\n", "nothing at this path"),
    ("HTTP/1.0 401 No\r\nWWW-Authenticate: Basic realm=x\r\n\r\n", "refuses the user or the password"),
    ("HTTP/1.0 401 No\r\nWWW-Authenticate: Digest realm=x\r\n\r\n", "a digest of the password"),
    ("HTTP/1.0 500 Oh\r\n\r\n", "status 500"), ("", "without an answer"), ("SSH-2.0-x\r\n\r\n", "no HTTP"),
    ("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "no stream of JPEG pictures (MJPEG): it is text/html"),
    ("HTTP/1.1 302 Found\r\nLocation: /video\r\n\r\n", "without an end"),
  ]) func whatIsNoCameraSaysWhatItIs(_ answer: String, _ words: String) {
    let server = ScriptedServer { _, connection in
      _ = connection.head()
      connection.send(answer)
    }
    let error = refusal(server.address("/video?password=hidden", user: "anna:secret@"))
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.description.contains("secret") == false && error?.description.contains("hidden") == false)
    #expect(error?.description.contains("anna") == false)
  }

  @Test func whereNobodyListens() {
    let server = ScriptedServer { _, _ in }
    server.stop()
    #expect(refusal("http://127.0.0.1:\(server.port)/")?.description.contains("cannot be connected to") == true)
    #expect(refusal("http://no-such-host.invalid/")?.description.contains("host is not found") == true)
    for text in ["http://", "http:///x", "http://a:b/", "http://a:99999/", "http://a/\r\nX: y", "http://[::1/"] {
      #expect(refusal(text)?.description.contains("no address") == true, "\(text)")
    }
  }
}
