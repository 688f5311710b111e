import CMQTT
import Glibc

/// Whom to connect to, as whom, and what the broker says when the connection ends without a word.
public struct BrokerSettings: Sendable {
  /// The broker, and what topics begin with.
  public var address: BrokerAddress
  /// The user's password.
  public var password: String?
  /// A file of certificates that may sign the broker's, in PEM form; nil for the system's.
  public var authorities: String?
  /// The client's name. The same each time, so that a broker ends the connection of a run that was killed when the next
  /// one comes.
  public var client: String
  /// What the broker says then.
  public var will: BrokerMessage
  /// What is said first on each connection.
  public var greeting: [BrokerMessage]

  /// Settings for an address, without password, will or greeting.
  public init(_ address: BrokerAddress, client: String, will: BrokerMessage, greeting: [BrokerMessage]) {
    (self.address, self.client, self.will, self.greeting) = (address, client, will, greeting)
  }

  /// The broker for people, as in `broker.lan:1883`.
  var place: String { "the broker \(address.host.contains(":") ? "[\(address.host)]" : address.host):\(address.port)" }

  func withSettings<Result>(keepAlive: Int, _ body: (UnsafePointer<cmqtt_settings>) -> Result) -> Result {
    // libmosquitto copies all of them before it returns.
    let texts = [client, address.host, address.user, password, authorities, will.topic, will.text]
    let copies = texts.map { $0.flatMap { strdup($0) } }
    defer { copies.forEach { free($0) } }
    func text(_ index: Int) -> UnsafePointer<CChar>? { copies[index].map { UnsafePointer($0) } }
    var settings = cmqtt_settings(
      id: text(0), host: text(1), port: address.port, user: text(2), password: text(3),
      is_secure: address.isSecure, authorities: text(4), keep_alive: UInt16(clamping: keepAlive),
      will_topic: text(5), will: text(6))
    return body(&settings)
  }

  /// Why a connection failed, and what to do.
  func words(_ failure: cmqtt_failure) -> String {
    let words = withUnsafeBytes(of: failure.words) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let detail = words.isEmpty ? "" : " (\(words))"
    switch failure.status {
    case CMQTT_REFUSED where failure.code == 4 || failure.code == 5:
      return address.user == nil
        ? "\(place) wants a user: write mqtt://USER@\(address.host)/TOPIC, and the password into "
          + "$GLINT_MQTT_PASSWORD or into a file for --mqtt-password-file"
        : "\(place) refuses the user '\(address.user ?? "")' or the password"
    case CMQTT_REFUSED: return "\(place) refuses the connection (code \(failure.code) of MQTT)"
    case CMQTT_NO_HOST: return "\(place): the host is not found\(detail)"
    case CMQTT_SYSTEM: return "\(place): \(String(cString: strerror(failure.code)))"
    case CMQTT_TLS:
      return address.isSecure
        ? "\(place): no connection by TLS\(detail). Is it the port for TLS, and its certificate signed by an authority "
          + "that this machine knows, or that --mqtt-ca names?"
        : "\(place): no connection\(detail)"
    case CMQTT_NO_MEMORY: return "\(place): the system gives no memory"
    case CMQTT_PROTOCOL: return "\(place) does not speak MQTT. Is it the right port?"
    default: return "\(place) ended the connection\(address.isSecure ? "" : ". Does its port want mqtts://?")"
    }
  }
}
