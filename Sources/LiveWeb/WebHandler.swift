import CWeb
import Glibc

/// What the page's server answers. All but the photos' answers is made on the server's thread.
final class WebHandler: Sendable {
  private let hub: WebHub
  private let gate: WebGate
  private let limits: WebLimits
  private let facts: String
  private let photos: PhotoQueue
  private let cameras: WebCameras?
  private let teaching: WebTeaching?

  init(
    hub: WebHub, gate: WebGate, limits: WebLimits, facts: String, photos: PhotoQueue, cameras: WebCameras?,
    teaching: WebTeaching?
  ) {
    self.cameras = cameras
    self.teaching = teaching
    self.hub = hub
    self.gate = gate
    self.limits = limits
    self.facts = facts
    self.photos = photos
  }

  /// What the C room calls, with this handler as their context.
  static let callbacks = cweb_callbacks(
    decide: { context, connection, head in
      WebHandler.of(context).decide(WebRequest(head!.pointee), connection)
    },
    body: { context, number, bytes, count in
      WebHandler.of(context).photos.add(number, Array(UnsafeBufferPointer(start: bytes, count: count)))
      free(bytes)
    },
    open: { context in Unmanaged.passRetained(WebViewer(WebHandler.of(context).hub)).toOpaque() },
    next: { viewer, connection in
      Unmanaged<WebViewer>.fromOpaque(viewer!).takeUnretainedValue().next(connection)
    },
    close: { viewer in Unmanaged<WebViewer>.fromOpaque(viewer!).release() })

  private static func of(_ context: UnsafeMutableRawPointer?) -> WebHandler {
    Unmanaged<WebHandler>.fromOpaque(context!).takeUnretainedValue()
  }

  private func decide(_ request: WebRequest, _ connection: OpaquePointer?) -> cweb_decision {
    switch gate.refusal(request) {
    case .answer(let response): return answer(response, connection)
    case .wrongToken(let response):
      _ = answer(response, connection)
      return CWEB_WRONG_ANSWER
    case nil: break
    }
    if let proxy = gate.proxy, proxy.lacksEnd(request.path) {
      var response = WebResponse("308 Permanent Redirect", "The page is at \(proxy.text).\n")
      response.fields.append(("Location", proxy.text))
      return answer(response, connection)
    }
    let path = gate.proxy?.own(request.path) ?? request.path
    if let cameras, path == "/cameras" || path.hasPrefix("/camera/") {
      return answer(self.answer(aboutCameras: cameras, path, request.method), connection)
    }
    if let teaching, path == "/teach" || path.hasPrefix("/teach/") {
      return answer(self.answer(aboutTeaching: teaching, path, request.method), connection)
    }
    switch (path, request.method) {
    case ("/live", CWEB_GET) where request.wantsSocket:
      guard request.subprotocols.isEmpty || request.subprotocols.contains("glint") else {
        return answer(WebResponse("400 Bad Request", "The one subprotocol is glint; none is needed.\n"), connection)
      }
      return CWEB_OPEN_SOCKET
    case (_, _) where request.wantsSocket: return answer(Self.nothingHere, connection)
    case ("/", CWEB_GET): return answer(page(request), connection)
    case ("/facts", CWEB_GET): return answer(WebResponse("200 OK", type: "application/json", facts), connection)
    case ("/live", CWEB_GET):
      var response = WebResponse("426 Upgrade Required", "A WebSocket is here.\n")
      response.fields.append(("Upgrade", "websocket"))
      return answer(response, connection)
    case ("/classify", CWEB_POST):
      guard let refusal = refusal(ofPhoto: request) else { return CWEB_TAKE_BODY }
      return answer(refusal, connection)
    case ("/", _), ("/facts", _), ("/live", _), ("/classify", _):
      return answer(Self.wrongMethod(path == "/classify" ? "POST" : "GET"), connection)
    default: return answer(Self.nothingHere, connection)
    }
  }

  private static let nothingHere = WebResponse("404 Not Found", "There is nothing here; the page is at /.\n")

  private func page(_ request: WebRequest) -> WebResponse {
    var response = WebResponse("200 OK", type: "text/html; charset=utf-8", WebPage.html)
    response.fields.append(
      (
        WebResponse.policy,
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
          + "img-src blob: 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
      ))
    if let cookie = gate.cookie(for: request) { response.fields.append(("Set-Cookie", cookie)) }
    return response
  }

  /// The list of cameras, or that another one is wanted.
  private func answer(aboutCameras cameras: WebCameras, _ path: String, _ method: cweb_method) -> WebResponse {
    if path == "/cameras" {
      guard method == CWEB_GET else { return Self.wrongMethod("GET") }
      return WebResponse("200 OK", type: "application/json", cameras.list())
    }
    guard method == CWEB_POST else { return Self.wrongMethod("POST") }
    guard cameras.choose(String(path.dropFirst("/camera/".count))) else {
      return .error("404 Not Found", "There is no such camera.")
    }
    return WebResponse("202 Accepted", type: "application/json", "{}")
  }

  /// What is so, or a change of it.
  private func answer(aboutTeaching teaching: WebTeaching, _ path: String, _ method: cweb_method) -> WebResponse {
    guard method == CWEB_GET || method == CWEB_POST else { return Self.wrongMethod("GET, POST") }
    let answer = teaching.answer(String(path.dropFirst("/teach".count)), method == CWEB_POST)
    let status = [200: "200 OK", 400: "400 Bad Request", 404: "404 Not Found"][answer.status]
    var response = WebResponse(status ?? "500 Internal Server Error", type: answer.type, bytes: answer.bytes)
    if let file = answer.file {
      response.fields.append(("Content-Disposition", "attachment; filename=\"\(file)\""))
    }
    return response
  }

  private static func wrongMethod(_ right: String) -> WebResponse {
    var response = WebResponse("405 Method Not Allowed", "This is asked for in another way.\n")
    response.fields.append(("Allow", right))
    return response
  }

  /// By what is announced, before anything of a photo is read.
  private func refusal(ofPhoto request: WebRequest) -> WebResponse? {
    guard let length = request.length, !request.isChunked else {
      return .error("411 Length Required", "A photo is sent with its length (Content-Length).")
    }
    guard length <= UInt64(limits.photoBytes) else {
      return .error(
        "413 Payload Too Large", "This photo is too large: \(limits.photoBytes >> 20) MB is the most.")
    }
    guard request.photos < limits.photos else {
      var response = WebResponse.error("503 Service Unavailable", "Other photos are looked at; try again.")
      response.fields.append(("Retry-After", "1"))
      return response
    }
    return nil
  }

  private func answer(_ response: WebResponse, _ connection: OpaquePointer?) -> cweb_decision {
    let bytes = response.bytes
    _ = cweb_answer(connection, bytes, bytes.count)
    return CWEB_ANSWER
  }
}
