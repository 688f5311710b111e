import Glibc

/// What TLS needs: two files in PEM form.
public struct WebCertificate: Sendable {
  /// The path of the certificate, with those that sign it behind it.
  public let certificate: String
  /// The path of its private key.
  public let key: String

  /// Names the files, which are read when the server starts.
  public init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }

  /// Says of the likeliest mistakes what is wrong. OpenSSL has the last word, but says less.
  func check() throws(WebServerError) {
    guard try text(of: certificate).contains("-----BEGIN CERTIFICATE-----") else {
      throw .certificate(file: certificate, reason: "holds no certificate in PEM form")
    }
    let words = try text(of: key)
    guard words.contains("PRIVATE KEY-----") else {
      throw .certificate(file: key, reason: "holds no private key in PEM form")
    }
    guard !words.contains("ENCRYPTED") else {
      throw .certificate(
        file: key, reason: "is locked by a password. 'openssl pkey -in KEY -out NEW' writes one without")
    }
  }

  /// OpenSSL's words for a pair that cannot be used, as libwebsockets gives them.
  func failure(_ words: String) -> WebServerError {
    if words.contains("mismatch") {
      return .certificate(file: key, reason: "is not the key of \(certificate)")
    }
    let file = words.contains("getting key") ? key : certificate
    let reason = words.split(separator: ":").last.map { " (\(Self.trimmed($0)))" } ?? ""
    return .certificate(file: file, reason: "cannot be used for TLS\(reason)")
  }

  private static func trimmed(_ words: Substring) -> String {
    let start = words.drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }

  /// The beginning of a file, in which these stand.
  private func text(of file: String) throws(WebServerError) -> String {
    let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .certificate(file: file, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw .certificate(file: file, reason: String(cString: strerror(errno))) }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
