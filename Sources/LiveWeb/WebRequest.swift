import CWeb

/// The head of a request.
struct WebRequest {
  let fault: cweb_fault
  let method: cweb_method
  let wantsSocket: Bool
  /// Of the body; nil where none is announced.
  let length: UInt64?
  let isChunked: Bool
  /// Photos that are on the way or looked at already.
  let photos: Int
  let path: String
  /// `?token=` of the address.
  let token: String?
  let host: String
  let origin: String?
  let cookie: String
  let subprotocols: [String]

  init(_ head: cweb_request) {
    fault = head.fault
    method = head.method
    wantsSocket = head.wants_socket
    length = head.has_length ? head.length : nil
    isChunked = head.is_chunked
    photos = Int(head.bodies)
    path = Self.text(head.path) ?? ""
    token = Self.text(head.token)
    host = Self.text(head.host) ?? ""
    origin = Self.text(head.origin)
    cookie = Self.text(head.cookie) ?? ""
    subprotocols = Self.listed(Self.text(head.subprotocol) ?? "", by: ",")
  }

  /// The values of the cookies of a name.
  func cookies(named name: String) -> [String] {
    Self.listed(cookie, by: ";").compactMap { part in
      let pair = part.split(separator: "=", maxSplits: 1).map { Self.trimmed($0) }
      return pair.count == 2 && pair[0] == name ? pair[1] : nil
    }
  }

  private static func listed(_ text: String, by separator: Character) -> [String] {
    text.split(separator: separator).map { trimmed($0) }
  }

  private static func trimmed(_ text: Substring) -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    return String(String(text.drop(while: isBlank).reversed()).drop(while: isBlank).reversed())
  }

  private static func text(_ bytes: UnsafePointer<CChar>?) -> String? { bytes.map { String(cString: $0) } }
}
