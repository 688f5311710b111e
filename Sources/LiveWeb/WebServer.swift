import CWeb
import Camera
import Imaging
import Threads

/// The page of `glint live`: picture, labels and times in a browser, and a place to drop a photo on.
///
/// - `GET /` the page, `GET /facts` what is known of model and camera, as JSON.
/// - `GET /live` a WebSocket: for each labelled frame a text message, then a binary one, the frame as JPEG.
/// - `GET /cameras` the cameras that may be chosen, `POST /camera/NAME` chooses one.
/// - `/teach` and what is under it: teaching, where that is on.
/// - `POST /classify` a JPEG or PNG; the answer is the JSON of `glint classify --json`, or `error`.
///
/// The page LiveProtocol of the documentation describes all of it for other programs.
public final class WebServer: Sendable {
  /// The C room's server; only a method that holds the lock calls it.
  private struct Running: @unchecked Sendable {
    let server: OpaquePointer
    let handler: Unmanaged<WebHandler>
  }

  private let address: String
  private let port: UInt16
  private let certificate: WebCertificate?
  private let limits: WebLimits
  private let hub: WebHub
  private let gate: WebGate
  private let facts: String
  private let classify: @Sendable ([UInt8]) -> String
  private let cameras: WebCameras?
  private let teaching: WebTeaching?
  private let photos = PhotoQueue()
  private let running = Locked<Running?>(nil)

  /// - Parameters:
  ///   - address: to listen on; anything but loopback asks for a token.
  ///   - port: 0 for any that is free.
  ///   - certificate: where the page is served over TLS.
  ///   - limits: what visitors may ask for.
  ///   - proxy: where browsers come by way of a reverse proxy: its address, which asks for a token on loopback too.
  ///   - cameras: which there are to choose from, if any.
  ///   - teaching: answers what the page asks of teaching, if it is on.
  ///   - facts: JSON for the page.
  ///   - classify: the JSON for a photo's bytes. Called on a thread of its own, one photo at a time.
  /// - Throws: `WebServerError.address` when the address makes no sense.
  public init(
    address: String = "127.0.0.1", port: UInt16, certificate: WebCertificate? = nil, limits: WebLimits = WebLimits(),
    proxy: PublicAddress? = nil, cameras: WebCameras? = nil, teaching: WebTeaching? = nil, facts: String,
    classify: @escaping @Sendable ([UInt8]) -> String
  ) throws(WebServerError) {
    let isLoopback = address == "127.0.0.1" || address == "::1" || address == "localhost"
    let number = address == "localhost" ? "127.0.0.1" : address
    guard cweb_is_address(number) else { throw .address(address) }
    self.address = number
    self.port = port
    self.certificate = certificate
    self.limits = limits
    self.facts = facts
    self.classify = classify
    self.cameras = cameras
    self.teaching = teaching
    hub = WebHub(mostViewers: limits.viewers)
    let isOpen = isLoopback && proxy == nil
    gate = WebGate(token: isOpen ? nil : WebGate.makeToken(), isSecure: certificate != nil, proxy: proxy)
  }

  deinit { stop() }

  /// Listens; the addresses to open, the likeliest first. A server starts once.
  ///
  /// - Throws: `WebServerError` when it cannot.
  public func start() throws(WebServerError) -> [String] {
    try certificate?.check()
    let handler = Unmanaged.passRetained(
      WebHandler(
        hub: hub, gate: gate, limits: limits, facts: facts, photos: photos, cameras: cameras,
        teaching: teaching))
    var failure = cweb_failure()
    let server = open(handler.toOpaque(), &failure)
    guard let server else {
      handler.release()
      throw error(failure)
    }
    running.withLock { $0 = Running(server: server, handler: handler) }
    photos.start(classify: classify) { [weak self] in self?.deliver($0, $1) }
    let end = gate.token.map { "?token=\($0)" } ?? ""
    let scheme = gate.isSecure ? "https" : "http", port = cweb_port(server)
    let own = NetworkAddresses.toOpen(listeningOn: address).map { "\(scheme)://\($0):\(port)/\(end)" }
    return (gate.proxy.map { [$0.text + end] } ?? []) + own
  }

  /// Whether anybody looks; if not, there is no need to publish.
  public var hasViewers: Bool { hub.hasViewers }

  /// Shows a frame and its result to all who look.
  public func publish(json: String, frame: Frame, image: Image) {
    hub.publish(json: json, picture: WebPicture(frame, image))
    running.withLock { if let running = $0 { cweb_wake(running.server) } }
  }

  /// Ends all connections.
  public func stop() {
    let ended = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let ended else { return }
    photos.end()
    cweb_stop(ended.server)
    ended.handler.release()
  }

  private func open(_ handler: UnsafeMutableRawPointer, _ failure: inout cweb_failure) -> OpaquePointer? {
    address.withCString { address in
      Self.withCString(certificate?.certificate) { certificate in
        Self.withCString(self.certificate?.key) { key in
          var settings = cweb_settings(
            address: address, port: port, certificate: certificate, key: key, limits: limits.shim,
            callbacks: WebHandler.callbacks, context: handler)
          return cweb_start(&settings, &failure)
        }
      }
    }
  }

  private static func withCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
  }

  private func error(_ failure: cweb_failure) -> WebServerError {
    switch failure.status {
    case CWEB_NO_ADDRESS: return .address(address)
    case CWEB_NO_SOCKET: return .system(failure.code)
    case CWEB_NO_TLS:
      let words = withUnsafeBytes(of: failure.words) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      return certificate?.failure(words) ?? .memory
    default: return .memory
    }
  }

  private func deliver(_ number: UInt64, _ json: String) {
    let bytes = WebResponse("200 OK", type: "application/json", json).bytes
    running.withLock { if let running = $0 { cweb_finish(running.server, number, bytes, bytes.count) } }
  }
}
