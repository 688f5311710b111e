/// An address of a stream, as in `http://user:password@camera.lan:8080/video`.
struct WebAddress: Hashable, Sendable {
  let scheme: String
  let host: String
  let port: UInt16?
  /// Path and query, as a request names them.
  let target: String
  /// `user:password`, as they are.
  let credentials: [UInt8]?
  /// The address for people: without user and password, and without the query, which may hold them too.
  let shown: String

  /// nil where the text is no address with a host.
  init?(_ text: String) {
    guard let mark = text.firstRange(of: "://") else { return nil }
    scheme = text[..<mark.lowerBound].lowercased()
    let rest = text[mark.upperBound...]
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    var place = rest[..<end]
    var credentials: [UInt8]?
    if let at = place.lastIndex(of: "@") {
      credentials = Self.decoded(place[..<at])
      place = place[place.index(after: at)...]
    }
    self.credentials = credentials
    guard let (host, port) = Self.hostAndPort(place) else { return nil }
    (self.host, self.port) = (host, port)
    let target = rest[end...].prefix { $0 != "#" }
    guard !target.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
    self.target = (target.hasPrefix("/") ? "" : "/") + Self.encoded(target)
    let path = target.prefix { $0 != "?" }
    shown = "\(scheme)://\(place)\(path)\(path.endIndex == target.endIndex ? "" : "?...")"
  }

  private init(_ other: WebAddress, credentials: [UInt8]?) {
    (scheme, host, port, target) = (other.scheme, other.host, other.port, other.target)
    (self.credentials, shown) = (credentials, other.shown)
  }

  /// The same for somebody else.
  func with(_ credentials: [UInt8]?) -> WebAddress { WebAddress(self, credentials: credentials) }

  /// Where a relative or whole address leads from here; nil where it is none.
  func redirected(to location: String) -> WebAddress? {
    if location.contains("://") { return WebAddress(location) }
    guard location.hasPrefix("/") else { return nil }
    let at = port.map { ":\($0)" } ?? ""
    return WebAddress("\(scheme)://\(host.contains(":") ? "[\(host)]" : host)\(at)\(location)")
  }

  private static func hostAndPort(_ text: Substring) -> (String, UInt16?)? {
    var (host, rest) = (text, Substring(""))
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return nil }
      host = text[text.index(after: text.startIndex)..<end]
      rest = text[text.index(after: end)...]
    } else if let colon = text.firstIndex(of: ":") {
      (host, rest) = (text[..<colon], text[colon...])
    }
    guard !host.isEmpty, !host.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) else { return nil }
    if rest.isEmpty { return (String(host), nil) }
    guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
    return (String(host), port)
  }

  /// `%41` as `A`.
  private static func decoded(_ text: Substring) -> [UInt8] {
    let bytes = Array(text.utf8)
    var all: [UInt8] = [], place = 0
    while place < bytes.count {
      let digits = place + 2 < bytes.count ? String(decoding: bytes[place + 1...place + 2], as: UTF8.self) : ""
      if bytes[place] == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
        all.append(value)
        place += 3
      } else {
        all.append(bytes[place])
        place += 1
      }
    }
    return all
  }

  /// What is beyond ASCII, as addresses write it.
  private static func encoded(_ text: Substring) -> String {
    text.utf8.reduce(into: "") { all, byte in
      if byte < 0x80 {
        all.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        all += "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
      }
    }
  }

  /// The text of base64 (RFC 4648).
  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for place in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - place)
      let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < count ? UInt32(bytes[place + $1]) : 0) }
      for digit in 0..<4 { text += digit <= count ? String(digits[Int(group >> (18 - 6 * digit) & 63)]) : "=" }
    }
    return text
  }
}

extension String {
  /// Where another text first stands in this one.
  fileprivate func firstRange(of text: String) -> Range<String.Index>? {
    var place = startIndex
    while place < endIndex {
      if self[place...].hasPrefix(text) { return place..<index(place, offsetBy: text.count) }
      place = index(after: place)
    }
    return nil
  }
}
