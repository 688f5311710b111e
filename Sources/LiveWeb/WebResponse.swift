/// A whole answer, after which the connection is closed.
struct WebResponse {
  let status: String
  var fields: [(name: String, value: String)]
  let body: [UInt8]

  init(_ status: String, type: String = "text/plain; charset=utf-8", _ body: String) {
    self.init(status, type: type, bytes: Array(body.utf8))
  }

  init(_ status: String, type: String, bytes: [UInt8]) {
    self.status = status
    fields = [("Content-Type", type)]
    body = bytes
  }

  /// A refusal of a photo, in the form that `POST /classify` answers.
  static func error(_ status: String, _ words: String) -> WebResponse {
    WebResponse(status, type: "application/json", "{\"error\":\"\(words)\"}")
  }

  /// What is sent. Nothing is stored, guessed, shown in a frame or told to other sites; the page adds what it may do.
  var bytes: [UInt8] {
    var head = "HTTP/1.1 \(status)\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    if !fields.contains(where: { $0.name == Self.policy }) {
      head += "\(Self.policy): default-src 'none'; frame-ancestors 'none'\r\n"
    }
    head += "Content-Length: \(body.count)\r\nConnection: close\r\nCache-Control: no-store\r\n"
    head += "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n"
    head += "Cross-Origin-Resource-Policy: same-origin\r\n\r\n"
    return Array(head.utf8) + body
  }

  static let policy = "Content-Security-Policy"
}
