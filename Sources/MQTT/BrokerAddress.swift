/// Where a broker is, and under which topic to publish: `mqtt://user@host:1883/topic`, `mqtts` for TLS.
public struct BrokerAddress: Equatable, Sendable {
  /// Whether the connection is encrypted.
  public var isSecure: Bool
  /// The user's name, if there is one.
  public var user: String?
  /// The broker's name or address.
  public var host: String
  /// Its port: 1883 unless named, 8883 with TLS.
  public var port: UInt16
  /// What all topics begin with, without a '/' at either end.
  public var topic: String

  /// Why a text is no such address.
  public struct Fault: Error, Equatable, CustomStringConvertible {
    /// What is wrong, and what to write.
    public let description: String
  }

  /// Reads an address.
  ///
  /// - Throws: `Fault` also where it holds a password, which every user of the machine could read in the list of
  ///   processes.
  public init(_ text: String) throws(Fault) {
    let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3, parts[1].isEmpty, parts[0].lowercased() == "mqtt:" || parts[0].lowercased() == "mqtts:"
    else { throw Fault("a broker's address is as in mqtt://user@host/topic or mqtts://host:8883/topic") }
    isSecure = parts[0].lowercased() == "mqtts:"
    var place = parts[2][...]
    user = nil
    if let end = place.lastIndex(of: "@") {
      guard !place[..<end].contains(":") else {
        throw Fault(
          "a password in the address would show in the list of processes: put it into $GLINT_MQTT_PASSWORD or into a "
            + "file for --mqtt-password-file")
      }
      user = try Self.decoded(place[..<end])
      place = place[place.index(after: end)...]
    }
    (host, port) = try Self.hostAndPort(place, isSecure)
    topic = try Self.topic(parts.count > 3 ? parts[3] : "")
  }

  private static func hostAndPort(_ place: Substring, _ isSecure: Bool) throws(Fault) -> (String, UInt16) {
    var name = place, port = isSecure ? "8883" : "1883"
    let isBracketed = place.hasPrefix("[")
    if isBracketed, let end = place.firstIndex(of: "]") {
      name = place[place.index(after: place.startIndex)..<end]
      let rest = place[place.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { throw Fault("'\(place)' is no host with a port") }
      if !rest.isEmpty { port = String(rest.dropFirst()) }
    } else if let colon = place.lastIndex(of: ":") {
      (name, port) = (place[..<colon], String(place[place.index(after: colon)...]))
      guard !name.contains(":") else { throw Fault("an IPv6 address stands in brackets, as in mqtt://[::1]/topic") }
    }
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw Fault("the broker's address names no host")
    }
    guard port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port), number > 0 else {
      throw Fault("'\(port)' is no port: 1 to 65535")
    }
    return (String(name), number)
  }

  /// A topic that one may publish to: no wildcards, and nothing that belongs to the broker (MQTT 3.1.1, 4.7).
  private static func topic(_ text: String) throws(Fault) -> String {
    var topic = text[...]
    while topic.hasPrefix("/") { topic.removeFirst() }
    while topic.hasSuffix("/") { topic.removeLast() }
    guard !topic.isEmpty else { return "glint" }
    let decoded = try decoded(topic)
    guard !decoded.contains(where: { "+#\0".contains($0) }), !decoded.hasPrefix("$"), decoded.utf8.count <= 1024 else {
      throw Fault("a topic has none of + and #, does not begin with $, and has at most 1024 bytes")
    }
    return decoded
  }

  private static func decoded(_ text: Substring) throws(Fault) -> String {
    var bytes: [UInt8] = [], rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        throw Fault("'%' in an address stands before two hexadecimal digits")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self), !decoded.contains("\0") else {
      throw Fault("the address is no UTF-8 once it is decoded")
    }
    return decoded
  }
}

extension BrokerAddress.Fault {
  init(_ description: String) { self.description = description }
}
