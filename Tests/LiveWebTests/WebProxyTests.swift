import Foundation
import LiveWeb
import TestSupport
import Testing
import Threads

/// The page behind a reverse proxy, and its choice of cameras.
@Suite(.serialized) struct WebProxyTests {
  @Test(arguments: [
    "https://home.example", "https://home.example/", "http://[fe80::1]:8080/a/b", "HTTPS://Home.Example:8443/glint/",
    "https://home.example:443/x", "http://10.0.0.1/~me/glint_1.0",
  ]) func addressesAreRead(_ text: String) throws {
    let address = try #require(PublicAddress(text))
    #expect(address.path.hasPrefix("/") && address.path.hasSuffix("/") && address.host == address.host.lowercased())
    #expect(!address.host.hasSuffix(":443"))
  }

  @Test(arguments: [
    "home.example", "ftp://home.example", "https://", "https:///x", "https://user@home.example/",
    "https://home.example/a b",
    "https://home.example/?x=1", "https://home.example/#x", "https://home.example/a/../b", "https://home.example//x",
    "https://home.example:x/", "https://ho me/",
  ]) func whatIsNoneIsRefused(_ text: String) {
    #expect(PublicAddress(text) == nil)
  }

  private func withServer(
    proxy: String? = nil, cameras: WebCameras? = nil, _ body: (_ port: Int, _ addresses: [String]) async throws -> Void
  ) async throws {
    var limits = WebLimits()
    limits.wrongTokenTime = .milliseconds(20)
    let server = try WebServer(
      port: 0, limits: limits, proxy: proxy.flatMap { PublicAddress($0) }, cameras: cameras, facts: "{\"labels\":[]}"
    ) { "{\"bytes\":\($0.count)}" }
    let addresses = try server.start()
    defer { server.stop() }
    try await body(try #require(URL(string: addresses.last ?? "")?.port), addresses)
  }

  private func ask(
    _ port: Int, _ path: String, host: String = "localhost", method: String = "GET", _ fields: String...
  ) async throws -> String {
    let head = (["\(method) \(path) HTTP/1.1", "Host: \(host)"] + fields).joined(separator: "\r\n")
    return try await RawConnection.answer(to: head + "\r\n\r\n", port: port)
  }

  @Test func aProxyChangesHostAndPath() async throws {
    try await withServer(proxy: "https://home.example/glint/") { port, addresses in
      #expect(addresses.count == 2 && addresses[0].hasPrefix("https://home.example/glint/?token="))
      let token = try #require(addresses[0].components(separatedBy: "?token=").last)
      // The proxy lets in anybody: loopback asks for the token too.
      for path in ["/", "/glint/", "/glint/facts", "/facts"] {
        #expect(try await ask(port, path).hasPrefix("HTTP/1.1 401"))
      }
      for host in ["home.example", "localhost"] {
        for path in ["/facts", "/glint/facts"] {
          let answer = try await ask(port, "\(path)?token=\(token)", host: host, "Origin: https://home.example")
          #expect(answer.hasPrefix("HTTP/1.1 200"), "\(host) \(path): \(answer)")
        }
      }
      // Where the proxy passes the host on, the cookie is for this path of it alone, and for https.
      let page = try await ask(port, "/glint/?token=\(token)", host: "home.example")
      #expect(page.contains("Set-Cookie: glint=\(token); Path=/glint/; HttpOnly; SameSite=Strict; Secure\r\n"))
      let direct = try await ask(port, "/?token=\(token)")
      #expect(direct.contains("Set-Cookie: glint=\(token); Path=/; HttpOnly; SameSite=Strict\r\n"))
      for origin in ["https://evil.example", "http://home.example", "https://home.example.evil.com"] {
        let answer = try await ask(port, "/facts?token=\(token)", host: "home.example", "Origin: \(origin)")
        #expect(answer.hasPrefix("HTTP/1.1 403"), "\(origin)")
      }
      let end = try await ask(port, "/glint", host: "home.example", "Cookie: glint=\(token)")
      #expect(end.hasPrefix("HTTP/1.1 308") && end.contains("Location: https://home.example/glint/\r\n"))
      #expect(try await ask(port, "/other/facts?token=\(token)").hasPrefix("HTTP/1.1 404"))
    }
  }

  /// What the page asks for stands beside it, wherever it is.
  @Test func thePageHasNoAddressesOfItsOwn() async throws {
    try await withServer { port, _ in
      let page = try await ask(port, "/")
      for absolute in ["fetch(\"/", "'/", "=\"/", "location.host", "//localhost"] {
        #expect(!page.contains(absolute), "\(absolute)")
      }
    }
  }

  @Test func camerasAreListedAndChosen() async throws {
    let chosen = Locked("video0")
    let cameras = WebCameras(
      list: { "{\"cameras\":[],\"chosen\":\"\(chosen.value)\"}" },
      choose: { name in
        guard ["video0", "video2"].contains(name) else { return false }
        chosen.withLock { $0 = name }
        return true
      })
    try await withServer(cameras: cameras) { port, _ in
      #expect(try await ask(port, "/cameras").contains("\"chosen\":\"video0\""))
      #expect(try await ask(port, "/camera/video2", method: "POST").hasPrefix("HTTP/1.1 202"))
      #expect(try await ask(port, "/cameras").contains("\"chosen\":\"video2\""))
      for name in ["video9", "", "../video0", "video0/"] {
        #expect(try await ask(port, "/camera/\(name)", method: "POST").hasPrefix("HTTP/1.1 404"), "\(name)")
      }
      // Neither a link nor another site's page switches a camera.
      #expect(try await ask(port, "/camera/video0").hasPrefix("HTTP/1.1 405"))
      let foreign = try await ask(port, "/camera/video0", method: "POST", "Origin: http://evil.com")
      #expect(foreign.hasPrefix("HTTP/1.1 403"))
      #expect(chosen.value == "video2")
    }
    try await withServer { port, _ in
      let answer = try await ask(port, "/cameras")
      #expect(answer.hasPrefix("HTTP/1.1 404"))
    }
  }
}
