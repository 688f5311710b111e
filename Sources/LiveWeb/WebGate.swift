import FlyingFox
import Foundation

/// Who may look. A browser lets any page send requests to any address, this machine's own among them, so that being on
/// loopback is not enough: the request must come from our own page.
struct WebGate: Sendable {
  /// What others must bring, nil on loopback.
  let token: String?

  /// A token of 128 random bits.
  static func makeToken() -> String {
    (0..<2).map { _ in
      let text = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  /// The answer to a request that may not be served, or nil.
  func refusal(_ request: HTTPRequest) -> HTTPResponse? {
    let host = request.headers[.host] ?? ""
    // A name that somebody points at 127.0.0.1 does not make their page ours.
    if token == nil, !["localhost", "127.0.0.1", "[::1]"].contains(Self.name(of: host)) {
      return HTTPResponse(statusCode: .forbidden, body: Data("Ask for localhost.\n".utf8))
    }
    if let origin = request.headers[HTTPHeader("Origin")], origin.lowercased() != "http://\(host.lowercased())" {
      return HTTPResponse(statusCode: .forbidden, body: Data("Only this server's own page may ask.\n".utf8))
    }
    if let token, !presented(in: request).contains(where: { Self.equal($0, token) }) {
      return HTTPResponse(statusCode: .unauthorized, body: Data("Open the address that 'glint live' printed.\n".utf8))
    }
    return nil
  }

  /// The cookie that spares the page the token in every address.
  var cookie: String? {
    token.map { "glint=\($0); Path=/; HttpOnly; SameSite=Strict" }
  }

  private func presented(in request: HTTPRequest) -> [String] {
    let asked = request.query.filter { $0.name == "token" }.map(\.value)
    let cookies = (request.headers[.cookie] ?? "").split(separator: ";").compactMap { part -> String? in
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      return pair.count == 2 && pair[0] == "glint" ? pair[1] : nil
    }
    return asked + cookies
  }

  private static func name(of host: String) -> String {
    guard let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") else { return host.lowercased() }
    return host[..<colon].lowercased()
  }

  /// Equality in a time that does not tell where texts begin to differ.
  private static func equal(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
