import ArgumentParser
import Files
import FoundationEssentials
import MQTT

/// The broker that `glint live` tells its results.
struct MQTTOptions: ParsableArguments {
  /// Read here and not by the parser, whose error would show a password that somebody wrote into it.
  @Option(name: .long, help: "Tell results an MQTT broker: mqtt://user@host/topic, or mqtts:// for TLS.")
  var mqtt: String?

  @Option(
    name: .long, help: "The file whose first line is the broker's password (default: $GLINT_MQTT_PASSWORD).")
  var mqttPasswordFile: String?

  @Option(name: .long, help: "The certificates that may sign the broker's, in PEM form (default: the system's).")
  var mqttCa: String?

  @Option(
    name: .long, help: "Home Assistant's discovery prefix, or none to leave its discovery out (default: homeassistant)."
  )
  var mqttDiscovery: String?

  /// The prefix, or none.
  var discovery: String { mqttDiscovery ?? "homeassistant" }

  func validate() throws {
    let address = try self.address()
    if mqtt == nil, mqttPasswordFile != nil || mqttCa != nil || mqttDiscovery != nil {
      throw ValidationError("--mqtt-password-file, --mqtt-ca and --mqtt-discovery go with --mqtt.")
    }
    if mqttCa != nil, address?.isSecure == false { throw ValidationError("--mqtt-ca goes with an mqtts:// address.") }
    guard !discovery.isEmpty, !discovery.contains(where: { "+#\0".contains($0) }) else {
      throw ValidationError("--mqtt-discovery takes a topic without + and #, or none.")
    }
    if mqtt != nil, address?.user == nil, mqttPasswordFile != nil {
      throw ValidationError("A password needs a user: --mqtt mqtt://USER@host/topic.")
    }
  }

  /// The password, from the file or the environment.
  func password() throws -> String? {
    guard let path = mqttPasswordFile else {
      return try address()?.user == nil ? nil : ProcessInfo.processInfo.environment["GLINT_MQTT_PASSWORD"]
    }
    let bytes = try MappedFile(path: path).copy()
    guard bytes.count <= 65_536, let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure("\(path): is no password: a line of text is wanted")
    }
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard !line.isEmpty, !line.contains("\0") else { throw Failure("\(path): holds no password in its first line") }
    return line
  }

  /// The broker, where there is one.
  func address() throws -> BrokerAddress? {
    guard let mqtt else { return nil }
    do { return try BrokerAddress(mqtt) } catch { throw ValidationError("--mqtt: \(error).") }
  }
}
