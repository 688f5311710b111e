import CWeb

/// Who may look. A browser lets any page send requests to any address, this machine's own among them, so that being on
/// loopback is not enough: the request must come from our own page.
struct WebGate: Sendable {
  /// What others must bring, nil on loopback.
  let token: String?
  /// Whether the page is served over TLS.
  let isSecure: Bool
  /// Where browsers come by way of a reverse proxy; there is a token then, since the proxy may let in anybody.
  var proxy: PublicAddress?

  /// A token of 128 random bits.
  static func makeToken() -> String {
    (0..<2).map { _ in
      let text = String(UInt64.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  /// Why a request may not be served, if it may not.
  enum Refusal {
    case answer(WebResponse)
    /// The token is wrong or missing: the answer has time.
    case wrongToken(WebResponse)
  }

  /// The answer to a request that may not be served, or nil.
  func refusal(_ request: WebRequest) -> Refusal? {
    if let response = Self.response(to: request.fault) { return .answer(response) }
    guard let name = Self.name(of: request.host) else {
      return .answer(WebResponse("400 Bad Request", "The host is no name or address with a port.\n"))
    }
    // A name that somebody points at 127.0.0.1 does not make their page ours.
    if token == nil, !["localhost", "127.0.0.1", "[::1]"].contains(name) {
      return .answer(WebResponse("403 Forbidden", "Ask for localhost.\n"))
    }
    let host = request.host.lowercased()
    let own = host == proxy?.host ? proxy?.origin : "\(isSecure ? "https" : "http")://\(host)"
    if let origin = request.origin?.lowercased(), origin != own, origin != proxy?.origin {
      return .answer(WebResponse("403 Forbidden", "Only this server's own page may ask.\n"))
    }
    if let token, !presented(in: request).contains(where: { Self.equal($0, token) }) {
      return .wrongToken(WebResponse("401 Unauthorized", "Open the address that 'glint live' printed.\n"))
    }
    return nil
  }

  /// The cookie that spares the page the token in every address. Other pages of a proxy's host do not get it, where the
  /// proxy passes on whom the browser asked.
  func cookie(for request: WebRequest) -> String? {
    guard let token else { return nil }
    let isProxied = proxy != nil && request.host.lowercased() == proxy?.host
    let path = isProxied ? proxy?.path ?? "/" : "/"
    return "glint=\(token); Path=\(path); HttpOnly; SameSite=Strict"
      + ((isProxied ? proxy?.isSecure ?? false : isSecure) ? "; Secure" : "")
  }

  private static func response(to fault: cweb_fault) -> WebResponse? {
    switch fault {
    case CWEB_SOUND: nil
    case CWEB_NOT_SECURE: WebResponse("400 Bad Request", "This port speaks TLS: the address begins with https://.\n")
    case CWEB_NOT_VERSION_1: WebResponse("400 Bad Request", "Ask in HTTP/1.1, with a Host field.\n")
    case CWEB_WRONG_UPGRADE: WebResponse("400 Bad Request", "This is no handshake of a WebSocket, version 13.\n")
    default: WebResponse("400 Bad Request", "The request's fields contradict each other.\n")
    }
  }

  private func presented(in request: WebRequest) -> [String] {
    (request.token.map { [$0] } ?? []) + request.cookies(named: "glint")
  }

  /// The name or address of a Host field without its port, in small letters; nil where the field is none.
  static func name(of host: String) -> String? {
    let text = host.lowercased()
    var name = Substring(text), port: Substring?
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      name = text[...end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
      guard name.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
    } else {
      if let colon = text.firstIndex(of: ":") {
        (name, port) = (text[..<colon], text[text.index(after: colon)...])
      }
      let isPlain = name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F
      }
      guard isPlain else { return nil }
    }
    if let port, port.utf8.first == 0x2B || UInt16(port) == nil { return nil }
    return name.isEmpty ? nil : String(name)
  }

  /// Equality in a time that does not tell where texts begin to differ.
  private static func equal(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
