import CThreads
import Glibc

/// The pictures that a camera sends over HTTP: request, redirections, head, and the parts of the body. For one thread
/// at a time.
final class WebStream {
  private static let mostRedirections = 5

  private var address: WebAddress
  private let original: WebAddress
  private var connection: WebConnection
  private var isAsked = false
  private var redirections = 0
  private var head: [UInt8] = []
  private var chunks: ChunkedBody?
  private var body: [UInt8] = []
  private var parser: MultipartParser?

  /// Looks for the host and starts to connect.
  init(_ address: WebAddress) throws(CameraError) {
    (self.address, original) = (address, address)
    connection = try WebConnection(address)
  }

  /// Whether its pictures are on the way: a good head has come.
  var isOpen: Bool { parser != nil }

  /// Goes on, for at most so long.
  ///
  /// - Parameter take: given each whole picture, in order.
  /// - Throws: where the camera ends it, or sends something else.
  func read(milliseconds: Int, _ take: (ArraySlice<UInt8>) -> Void) throws(CameraError) {
    guard isAsked else {
      guard try connection.connect(milliseconds: milliseconds) else { return }
      isAsked = true
      return try connection.send(request)
    }
    let current = connection
    let outcome = try current.read(milliseconds: milliseconds) { bytes throws(CameraError) in
      // What stands behind a redirection is of nobody's interest.
      if current === connection { try add(bytes, take) }
    }
    if case .closed = outcome, current === connection {
      throw failure(isOpen ? "the camera closed the connection" : "it closed the connection without an answer")
    }
  }

  private func failure(_ words: String) -> CameraError { CameraError(device: original.shown, cause: .failed(words)) }

  /// Version 1.0, so that few answer in chunks.
  private var request: String {
    let host = address.host.contains(":") ? "[\(address.host)]" : address.host
    var lines = ["GET \(address.target) HTTP/1.0", "Host: \(host)\(address.port.map { ":\($0)" } ?? "")"]
    lines += ["User-Agent: glint", "Accept: multipart/x-mixed-replace, image/jpeg", "Connection: close"]
    if let credentials = address.credentials { lines.append("Authorization: Basic \(WebAddress.base64(credentials))") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  private func add(_ bytes: UnsafeBufferPointer<UInt8>, _ take: (ArraySlice<UInt8>) -> Void) throws(CameraError) {
    guard parser == nil else { return try addBody(bytes, take) }
    let before = head.count
    head += bytes
    guard let end = endOfHead(from: max(0, before - 3)) else {
      guard head.count <= HTTPHead.most else { throw failure("its answer is no HTTP") }
      return
    }
    guard let answer = HTTPHead(Array(head[..<end])) else { throw failure("its answer is no HTTP") }
    guard try !redirect(answer) else { return }
    try check(answer)
    let rest = Array(head[end...])
    head = []
    try within(rest) { bytes throws(CameraError) in try addBody(bytes, take) }
  }

  /// Typed throws do not pass through the array's own closure, so the error is carried out by hand.
  private func within(
    _ array: [UInt8], _ use: (UnsafeBufferPointer<UInt8>) throws(CameraError) -> Void
  ) throws(CameraError) {
    var failure: CameraError?
    array.withUnsafeBufferPointer { bytes in
      do throws(CameraError) { try use(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Where the body begins.
  private func endOfHead(from first: Int) -> Int? {
    let end = UInt8(ascii: "\n")
    for place in first..<head.count where head[place] == end {
      if place >= 1, head[place - 1] == end { return place + 1 }
      if place >= 2, head[place - 1] == 0x0D, head[place - 2] == end { return place + 1 }
    }
    return nil
  }

  private func redirect(_ answer: HTTPHead) throws(CameraError) -> Bool {
    guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.value("location") else {
      return false
    }
    redirections += 1
    guard redirections <= Self.mostRedirections, var next = address.redirected(to: location) else {
      throw failure("it leads from one address to the next without an end")
    }
    guard next.scheme == "http" else {
      throw CameraError(device: original.shown, cause: .foreignStream("it leads to \(next.shown)"))
    }
    // A password is for the host that it was given for.
    if next.credentials == nil, next.host == address.host { next = next.with(address.credentials) }
    address = next
    connection = try WebConnection(next)
    (isAsked, head) = (false, [])
    return true
  }

  private func check(_ answer: HTTPHead) throws(CameraError) {
    let type = answer.value("content-type") ?? ""
    switch answer.status {
    case 200:
      guard type.lowercased().hasPrefix("multipart/") else {
        let words = type.isEmpty ? "it does not say what it is" : "it is \(type.prefix(60))"
        throw CameraError(device: original.shown, cause: .foreignStream(words))
      }
      parser = MultipartParser(boundary: HTTPHead.parameter("boundary", of: type) ?? "")
      let isChunked = answer.value("transfer-encoding")?.lowercased().contains("chunked") ?? false
      chunks = isChunked ? ChunkedBody() : nil
    case 401:
      let schemes = answer.values("www-authenticate").map { $0.lowercased() }
      if !schemes.contains(where: { $0.hasPrefix("basic") }), schemes.contains(where: { $0.hasPrefix("digest") }) {
        throw CameraError(device: original.shown, cause: .foreignStream("it wants a digest of the password"))
      }
      throw failure(
        address.credentials == nil
          ? "it wants a user and a password, as in http://USER:PASSWORD@HOST/"
          : "it refuses the user or the password")
    case 404: throw failure("it has nothing at this path (404)")
    default: throw failure("it answers with status \(answer.status)")
    }
  }

  private func addBody(
    _ bytes: UnsafeBufferPointer<UInt8>, _ take: (ArraySlice<UInt8>) -> Void
  ) throws(CameraError) {
    guard chunks != nil else { return try addParts(bytes, take) }
    body.removeAll(keepingCapacity: true)
    guard chunks?.add(bytes, into: &body) == true else { throw failure("its answer is no HTTP in chunks") }
    try within(body) { bytes throws(CameraError) in try addParts(bytes, take) }
  }

  private func addParts(
    _ bytes: UnsafeBufferPointer<UInt8>, _ take: (ArraySlice<UInt8>) -> Void
  ) throws(CameraError) {
    do throws(MultipartParser.Failure) { try parser?.add(bytes, take) } catch { throw failure(error.words) }
  }
}
