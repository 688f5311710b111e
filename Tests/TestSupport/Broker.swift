import Foundation

/// A mosquitto broker of a test's own on loopback, and a listener that never misses a message: its session outlives
/// restarts of the broker.
package final class Broker {
  /// Whether the programs are here.
  package static let isThere = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto_sub", "/usr/bin/mosquitto_passwd"]
    .allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

  /// How the broker lets clients in.
  package enum Access {
    case anybody
    case user(String, password: String)
    /// TLS with the certificate for localhost.
    case secure
  }

  /// A message that came.
  package struct Received: Decodable, Equatable {
    package let topic: String
    package let payload: String
    package let retain: Int
  }

  package let port: UInt16
  private let folder: TemporaryFolder
  private let access: Access
  private var broker: Process?
  private var listener: Process?

  package init(_ access: Access = .anybody) throws {
    folder = try TemporaryFolder()
    self.access = access
    port = try Self.freePort()
    var lines = [
      "user \(NSUserName())", "persistence true", "persistence_location \(folder.path("db"))/",
      "autosave_on_changes true", "autosave_interval 1", "listener \(port) 127.0.0.1",
    ]
    try FileManager.default.createDirectory(atPath: folder.path("db"), withIntermediateDirectories: true)
    switch access {
    case .anybody: lines.append("allow_anonymous true")
    case .user(let user, let password):
      try Process.complete("/usr/bin/mosquitto_passwd", ["-b", "-c", folder.path("passwords"), user, password])
      lines += ["allow_anonymous false", "password_file \(folder.path("passwords"))"]
    case .secure:
      try folder.write(Array(TLSFiles.certificate.utf8), as: "cert.pem")
      try folder.write(Array(TLSFiles.key.utf8), as: "key.pem")
      lines += ["allow_anonymous true", "certfile \(folder.path("cert.pem"))", "keyfile \(folder.path("key.pem"))"]
    }
    try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), as: "conf")
    try start()
  }

  deinit {
    for process in [listener, broker] where process?.isRunning == true {
      if let id = process?.processIdentifier { kill(id, SIGKILL) }
      process?.waitForEnd()
    }
  }

  /// The certificate that clients of a secure broker must know.
  package var certificate: String { folder.path("cert.pem") }

  /// Starts it, with the messages that it kept.
  package func start() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    process.arguments = ["-c", folder.path("conf")]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    broker = process
    for _ in 0..<500 where !accepts() { usleep(10_000) }
  }

  /// Ends it; it keeps what is retained, and what the listener has not got.
  package func stop() {
    broker?.terminate()
    broker?.waitForEnd(seconds: 60)
  }

  /// Starts to note all messages.
  package func listen() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path("received")))
    let process = Process()
    // Each message shows in the file when it comes.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/stdbuf")
    process.arguments = [
      "-oL", "/usr/bin/mosquitto_sub", "-h", "127.0.0.1", "-p", "\(port)", "-t", "#", "-q", "1", "-c", "-i", "listener",
      "-F",
      "{\"topic\":\"%t\",\"retain\":%r,\"hex\":\"%x\"}",
    ]
    if case .user(let user, let password) = access { process.arguments! += ["-u", user, "-P", password] }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("received")))
    process.standardError = FileHandle.nullDevice
    try process.start()
    listener = process
    // Its subscription stands once the broker answers a second client's probe through it.
    for _ in 0..<500 {
      try publish("probe", "probe")
      if try received().contains(where: { $0.topic == "probe" }) { return }
      usleep(20_000)
    }
  }

  /// Messages that came since the listener began, but for its probes.
  package func messages() throws -> [Received] { try received().filter { $0.topic != "probe" } }

  private func received() throws -> [Received] {
    struct Line: Decodable { let topic: String, retain: Int, hex: String }
    let text = try String(contentsOfFile: folder.path("received"), encoding: .utf8)
    return try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { text in
      let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
      let digits = Array(line.hex)
      let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(digits[$0...$0 + 1]), radix: 16)
      }
      return Received(topic: line.topic, payload: String(decoding: bytes, as: UTF8.self), retain: line.retain)
    }
  }

  private func publish(_ topic: String, _ text: String) throws {
    var arguments = ["-h", "127.0.0.1", "-p", "\(port)", "-t", topic, "-m", text]
    if case .user(let user, let password) = access { arguments += ["-u", user, "-P", password] }
    // It waits for an answer as long as there is somebody to give one.
    try Process.complete("/usr/bin/mosquitto_pub", arguments, seconds: 10)
  }

  private func accepts() -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return Self.withAddress(port) { connect(descriptor, $0, $1) } == 0
  }

  /// One that nobody listens on just now.
  package static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    guard withAddress(0, { bind(descriptor, $0, $1) }) == 0 else { throw CocoaError(.featureUnsupported) }
    var address = sockaddr_in(), size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func withAddress(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
