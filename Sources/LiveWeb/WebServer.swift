import CThreads
import Camera
import FlyingFox
import FlyingSocks
import Foundation
import Imaging
import Synchronization

/// The page of `glint live`: picture, labels and times in a browser, and a place to drop a photo on.
///
/// - `GET /` the page, `GET /facts` what is known of model and camera, as JSON.
/// - `GET /live` a WebSocket: for each labelled frame a text message, then a binary one, the frame as JPEG.
/// - `POST /classify` a JPEG or PNG; the answer is the JSON of `glint classify --json`, or `error`.
///
/// The page LiveProtocol of the documentation describes all of it for other programs.
public final class WebServer: Sendable {
  /// The largest photo that is taken, in bytes.
  static let mostPhotoBytes = 24 << 20

  private let server: HTTPServer
  private let hub = WebHub()
  private let gate: WebGate
  private let host: String

  /// - Parameters:
  ///   - address: to listen on; anything but loopback asks for a token.
  ///   - port: 0 for any that is free.
  ///   - facts: JSON for the page.
  ///   - classify: the JSON for a photo's bytes. Called on any thread, one photo at a time.
  /// - Throws: `WebServerError` when the address makes no sense.
  public init(
    address: String = "127.0.0.1", port: UInt16, facts: String, classify: @escaping @Sendable ([UInt8]) -> String
  ) throws {
    let isLoopback = address == "127.0.0.1" || address == "::1" || address == "localhost"
    gate = WebGate(token: isLoopback ? nil : WebGate.makeToken())
    host = address.contains(":") ? "[\(address)]" : address
    let configuration: HTTPServer.Configuration
    do {
      if address.contains(":") {
        configuration = .init(address: try .inet6(ip6: address, port: port), pool: SocketWaits(), logger: .disabled)
      } else {
        let number = address == "localhost" ? "127.0.0.1" : address
        configuration = .init(address: try .inet(ip4: number, port: port), pool: SocketWaits(), logger: .disabled)
      }
    } catch {
      throw WebServerError(description: "an address is numbers, as in 0.0.0.0 or ::1")
    }
    server = HTTPServer(
      config: configuration,
      handler: WebHandler(hub: hub, gate: gate, facts: facts, photos: PhotoQueue(classify: classify)))
  }

  /// Listens; the address to open.
  ///
  /// - Throws: `WebServerError` when it cannot.
  public func start() async throws -> String {
    let server = server
    let address: Socket.Address
    do { address = try await Self.listen(server) } catch {
      // The system's own words, without the names of calls.
      if case SocketError.failed(_, _, let words) = error { throw WebServerError(description: words) }
      throw WebServerError(description: "\(error)")
    }
    let port: UInt16 =
      switch address {
      case .ip4(_, let port), .ip6(_, let port): port
      case .unix: 0
      }
    return "http://\(host):\(port)/" + (gate.token.map { "?token=\($0)" } ?? "")
  }

  private static func listen(_ server: HTTPServer) async throws -> Socket.Address {
    try await withCheckedThrowingContinuation { continuation in
      let outcome = StartOutcome(continuation)
      Task.detached {
        do { try await server.run() } catch { outcome.settle(.failure(error)) }
      }
      Task.detached {
        do {
          try await server.waitUntilListening(timeout: 30)
          guard let address = await server.listeningAddress else { throw SocketError.disconnected }
          outcome.settle(.success(address))
        } catch { outcome.settle(.failure(error)) }
      }
    }
  }

  /// Whether anybody looks; if not, there is no need to publish.
  public var hasViewers: Bool { hub.hasViewers }

  /// Shows a frame and its result to all who look.
  public func publish(json: String, frame: Frame, image: Image) {
    hub.publish(json: json, picture: WebPicture(frame, image))
  }

  /// Ends all connections.
  public func stop() async {
    hub.close()
    await server.stop()
  }
}

/// Why the page cannot be served.
public struct WebServerError: Error, CustomStringConvertible {
  /// In the system's words.
  public let description: String
}

/// Whether the server listens or why not, whichever is known first.
private final class StartOutcome: Sendable {
  private let continuation: Mutex<CheckedContinuation<Socket.Address, any Error>?>

  init(_ continuation: CheckedContinuation<Socket.Address, any Error>) {
    self.continuation = Mutex(continuation)
  }

  func settle(_ result: Result<Socket.Address, any Error>) {
    let first = continuation.withLock { continuation in
      defer { continuation = nil }
      return continuation
    }
    first?.resume(with: result)
  }
}

/// Photos, one at a time, so that many at once do not take the processor from the camera.
private actor PhotoQueue {
  private let work: @Sendable ([UInt8]) -> String

  init(classify: @escaping @Sendable ([UInt8]) -> String) {
    work = classify
  }

  func classify(_ bytes: [UInt8]) -> String { work(bytes) }
}

private struct WebHandler: HTTPHandler {
  let hub: WebHub
  let gate: WebGate
  let facts: String
  let photos: PhotoQueue

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    ct_lower_priority()  // serving comes after capturing and labelling
    if let refusal = gate.refusal(request) { return refusal }
    switch (request.method, request.path) {
    case (.GET, "/"):
      var response = answer(WebPage.html, type: "text/html; charset=utf-8")
      response.headers[HTTPHeader("Content-Security-Policy")] =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src blob:"
      if let cookie = gate.cookie { response.headers[.setCookie] = cookie }
      return response
    case (.GET, "/facts"): return answer(facts, type: "application/json")
    case (.GET, "/live"):
      return try await WebSocketHTTPHandler(handler: WebViewerHandler(hub: hub)).handleRequest(request)
    case (.POST, "/classify"): return try await classify(request)
    default: return HTTPResponse(statusCode: .notFound)
    }
  }

  private func classify(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = WebServer.mostPhotoBytes
    let refusal = HTTPResponse(
      statusCode: .payloadTooLarge,
      body: Data("{\"error\":\"This photo is too large: \(limit >> 20) MB is the most.\"}".utf8))
    // The rest of what is sent is read and thrown away by the server, so that the answer arrives.
    if let count = request.bodySequence.count, count > limit { return refusal }
    var bytes: [UInt8] = []
    for try await chunk in request.bodySequence {
      bytes.append(contentsOf: chunk)
      if bytes.count > limit { return refusal }
    }
    return answer(await photos.classify(bytes), type: "application/json")
  }

  private func answer(_ text: String, type: String) -> HTTPResponse {
    HTTPResponse(
      statusCode: .ok,
      headers: [.contentType: type, .cacheControl: "no-store", HTTPHeader("X-Content-Type-Options"): "nosniff"],
      body: Data(text.utf8))
  }
}
