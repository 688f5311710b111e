import Camera
import Foundation
import Imaging
import Live
import LiveWeb
import TestSupport
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The page's server over real sockets on loopback.
@Suite(.serialized) struct WebTests {
  private func withServer(
    _ address: String = "127.0.0.1", _ body: (_ server: WebServer, _ address: String) async throws -> Void
  ) async throws {
    var limits = WebLimits()
    limits.wrongTokenTime = .milliseconds(50)
    let server = try WebServer(address: address, port: 0, limits: limits, facts: "{\"labels\":[]}") {
      "{\"bytes\":\($0.count)}"
    }
    let address = try server.start()[0]
    do { try await body(server, address) } catch {
      server.stop()
      throw error
    }
    server.stop()
  }

  private func ask(
    _ address: String, _ path: String, method: String = "GET", headers: [String: String] = [:], body: Data? = nil
  ) async throws -> (status: Int, text: String, headers: [AnyHashable: Any]) {
    let base = try #require(URL(string: address))
    var request = URLRequest(url: try #require(URL(string: path, relativeTo: base)))
    request.httpMethod = method
    request.httpBody = body
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let session = URLSession(configuration: .ephemeral)
    let (data, response) = try await session.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    return (http.statusCode, String(decoding: data, as: UTF8.self), http.allHeaderFields)
  }

  @Test func pageFactsAndPhotos() async throws {
    try await withServer { server, address in
      let page = try await ask(address, "/")
      #expect(page.status == 200 && page.text.contains("Glint live"))
      // Nothing from the net: the page names no other address.
      #expect(!page.text.contains("http://") && !page.text.contains("https://"))
      let answer1 = try await ask(address, "/facts")
      #expect(answer1.text == "{\"labels\":[]}")
      let answer2 = try await ask(address, "/none")
      #expect(answer2.status == 404)
      let photo = Data(repeating: 7, count: 3_000_000)
      let answer3 = try await ask(address, "/classify", method: "POST", body: photo)
      #expect(answer3.text == "{\"bytes\":3000000}")
      let answer4 = try await ask(address, "/classify", method: "POST", body: Data(count: 25 << 20))
      #expect(answer4.status == 413 && answer4.text.contains("24 MB"))
    }
  }

  @Test func foreignOriginsAreRefused() async throws {
    try await withServer { server, address in
      for path in ["/", "/facts", "/live", "/classify"] {
        let answer5 = try await ask(address, path, headers: ["Origin": "http://elsewhere.example"])
        #expect(answer5.status == 403)
      }
      let answer6 = try await ask(address, "/facts", headers: ["Origin": String(address.dropLast())])
      #expect(answer6.status == 200)
    }
  }

  @Test func othersNeedTheToken() async throws {
    try await withServer("0.0.0.0") { server, address in
      let token = try #require(address.components(separatedBy: "?token=").last)
      #expect(token.count == 32)
      for path in ["/", "/facts", "/live", "/classify", "/?token=", "/?token=\(String(repeating: "0", count: 32))"] {
        let answer7 = try await ask(address, path)
        #expect(answer7.status == 401, "\(path)")
      }
      let page = try await ask(address, "/?token=\(token)")
      #expect(page.status == 200)
      let cookie = try #require(page.headers.first { "\($0.key)".lowercased() == "set-cookie" }.map { "\($0.value)" })
      #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
      let answer8 = try await ask(address, "/facts", headers: ["Cookie": "a=b; glint=\(token)"])
      #expect(answer8.status == 200)
      let answer9 = try await ask(address, "/facts", headers: ["Cookie": "glint=\(token.dropLast())"])
      #expect(answer9.status == 401)
    }
  }

  @Test func addressesThatCannotBeAreRefusedInWords() async throws {
    for address in ["somewhere", "1.2.3", "fe80::zz"] {
      do {
        _ = try WebServer(address: address, port: 0, facts: "{}") { _ in "{}" }
        Issue.record("\(address) is no address")
      } catch {
        #expect("\(error)".contains("0.0.0.0"))
      }
    }
    try await withServer { _, address in
      let port = UInt16(try #require(URL(string: address)?.port))
      let second = try WebServer(port: port, facts: "{}") { _ in "{}" }
      do {
        _ = try second.start()
        Issue.record("two servers on one port")
      } catch {
        #expect("\(error)" == "Address already in use")
      }
    }
  }

  @Test func viewersGetResultsAndPictures() async throws {
    try await withServer { server, address in
      let viewer = try await RawWebSocket.open(port: try #require(URL(string: address)?.port))
      #expect(await eventually { server.hasViewers })
      var frame = Frame()
      frame.bytes = [0xFF, 0xD8, 1, 2, 3]
      let image = Image(width: 8, height: 8, channels: 3, filledWith: 9)
      server.publish(json: "{\"sequence\":1}", frame: frame, image: image)
      let text = try await viewer.message(), jpeg = try await viewer.message()
      #expect(text == .init(opcode: 1, bytes: Array("{\"sequence\":1}".utf8)))
      #expect(jpeg == .init(opcode: 2, bytes: frame.bytes), "a camera's JPEG is passed on as it is")
      frame.format = .rgb
      server.publish(json: "{\"sequence\":2}", frame: frame, image: image)
      let second = try await viewer.message()
      #expect(second.opcode == 1)
      let picture = try await viewer.message()
      #expect(try ImageDecoder.decode(picture.bytes, name: "sent").width == 8)
      // A viewer that does not read misses frames and then gets the newest.
      for number in 3...200 { server.publish(json: "{\"sequence\":\(number)}", frame: frame, image: image) }
      var last = try await viewer.message(), count = 1
      while last.bytes != Array("{\"sequence\":200}".utf8) {
        last = try await viewer.message()
        count += 1
      }
      #expect(count < 390)
      viewer.close()
      #expect(await eventually { !server.hasViewers })
    }
  }

  /// Browsers know no tables but those that a picture brings.
  @Test func framesWithoutHuffmanTablesGetThem() async throws {
    try await withServer { server, address in
      let viewer = try await RawWebSocket.open(port: try #require(URL(string: address)?.port))
      #expect(await eventually { server.hasViewers })
      let pixels = (0..<64 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 / 37 + $0 / 11) }
      let image = Image(width: 64, height: 48, channels: 3, pixels: pixels)
      let whole = try ImageEncoder.jpeg(image, quality: 90)
      var frame = Frame()
      frame.bytes = withoutHuffmanTables(whole)
      #expect(frame.bytes.count < whole.count - 100)
      server.publish(json: "{}", frame: frame, image: image)
      _ = try await viewer.message()
      let picture = try await viewer.message()
      #expect(
        picture.opcode == 2 && zip(picture.bytes, picture.bytes.dropFirst()).contains { $0 == 0xFF && $1 == 0xC4 })
      #expect(try ImageDecoder.decode(picture.bytes, name: "sent") == ImageDecoder.decode(whole, name: "whole"))
      viewer.close()
    }
  }

  @Test func noMoreViewersThanThereIsRoomFor() async throws {
    try await withServer { server, address in
      let port = try #require(URL(string: address)?.port)
      var viewers: [RawWebSocket] = []
      for _ in 0..<16 { viewers.append(try await RawWebSocket.open(port: port)) }
      #expect(await eventually { server.hasViewers })
      // One more is told why it sees nothing, and when to come again.
      let late = try await RawWebSocket.open(port: port)
      let words = try await late.message()
      #expect(words.opcode == 1 && String(decoding: words.bytes, as: UTF8.self).contains("\"error\""))
      let end = try await late.message()
      #expect(end.opcode == 8 && end.bytes.prefix(2) == [0x03, 0xF5], "close, 1013: try again later")
      for viewer in viewers { viewer.close() }
      #expect(await eventually { !server.hasViewers })
      let next = try await RawWebSocket.open(port: port)
      #expect(await eventually { server.hasViewers })
      next.close()
    }
  }
}
