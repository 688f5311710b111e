import Foundation
import LiveWeb
import TestSupport
import Testing

/// The page over TLS. Its handshake is tried by hand here; tools/test-page has a browser talk over it.
@Suite(.serialized) struct TLSTests {
  private func server(
    _ files: [String: String], certificate: String = "cert", key: String = "key"
  ) throws -> (
    server: WebServer, folder: TemporaryFolder
  ) {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(Array(text.utf8), as: name) }
    let certificate = WebCertificate(certificate: folder.path(certificate), key: folder.path(key))
    return (try WebServer(port: 0, certificate: certificate, facts: "{}") { _ in "{}" }, folder)
  }

  /// A greeting of TLS 1.2: what RFC 5246, 7.4.1.2, asks for and no more.
  private static var greeting: [UInt8] {
    func counted(_ bytes: [UInt8], by size: Int = 2) -> [UInt8] {
      (0..<size).reversed().map { UInt8(bytes.count >> (8 * $0) & 255) } + bytes
    }
    let curves: [UInt8] = [0x00, 0x0A] + counted(counted([0x00, 0x17]))  // secp256r1
    let signatures: [UInt8] = [0x00, 0x0D] + counted(counted([0x04, 0x03]))  // ECDSA with SHA-256
    let suites: [UInt8] = [0xC0, 0x2B]  // ECDHE-ECDSA, AES-128-GCM
    var hello: [UInt8] = [0x03, 0x03] + [UInt8](repeating: 7, count: 32) + [0]
    hello += counted(suites) + [1, 0] + counted(curves + signatures)
    return [0x16, 0x03, 0x01] + counted([1] + counted(hello, by: 3))
  }

  @Test func theServerAnswersInTLSAndTellsWhoDoesNotSpeakIt() async throws {
    let (server, folder) = try server(["cert": TLSFiles.certificate, "key": TLSFiles.key])
    defer { withExtendedLifetime(folder) { server.stop() } }
    let address = try server.start()[0]
    #expect(address.hasPrefix("https://127.0.0.1:"))
    let port = try #require(URL(string: address)?.port)
    let connection = try RawConnection(port: port)
    connection.send(Self.greeting)
    let words = await connection.beginning(6)
    try #require(words.count > 5)
    #expect(words[0] == 0x16 && words[5] == 2, "a handshake record, in it the server's greeting: \(words.prefix(6))")
    // Plain HTTP is told what is spoken here, and gets no WebSocket.
    for extra in ["", "Upgrade: websocket\r\nConnection: Upgrade\r\n"] {
      let request = "GET /live HTTP/1.1\r\nHost: localhost\r\n\(extra)\r\n"
      let plain = try await RawConnection.answer(to: request, port: port)
      #expect(plain.hasPrefix("HTTP/1.1 400 ") && plain.contains("https://"), "\(plain)")
    }
  }

  @Test(arguments: [
    ("none", "key", "none", "No such file"), ("cert", "none", "none", "No such file"),
    ("key", "cert", "key", "no certificate"), ("cert", "cert", "cert", "no private key"),
    ("cert", "other", "other", "is not the key of"), ("cert", "locked", "locked", "password"),
    ("damaged", "key", "damaged", "cannot be used"), ("cert", "short", "short", "cannot be used"),
  ])
  func filesThatCannotBeUsedAreNamed(certificate: String, key: String, blamed: String, reason: String) throws {
    let files = [
      "cert": TLSFiles.certificate, "key": TLSFiles.key, "other": TLSFiles.otherKey, "locked": TLSFiles.lockedKey,
      "damaged": TLSFiles.certificate.replacingOccurrences(of: "MIIB", with: "MIIC"),
      "short": TLSFiles.key.replacingOccurrences(of: "MIGH", with: ""),
    ]
    let (server, folder) = try server(files, certificate: certificate, key: key)
    do {
      _ = try server.start()
      Issue.record("\(certificate) and \(key) are taken")
    } catch {
      guard case .certificate(let file, let words) = error else { throw error }
      #expect(file == folder.path(blamed) && words.contains(reason), "\(error)")
    }
  }
}
