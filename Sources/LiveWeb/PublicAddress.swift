/// The address that browsers use where a reverse proxy stands between them and the page: another scheme, another host,
/// and perhaps a path before the page's own.
public struct PublicAddress: Equatable, Sendable {
  /// Whether browsers come by https.
  public let isSecure: Bool
  /// The host and, where it is not the scheme's own, the port, in small letters: as in a Host field.
  public let host: String
  /// Begins and ends with '/'.
  public let path: String

  /// Reads `https://home.example/glint/`; nil where a text is no such address.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 3, parts[1].isEmpty, ["http:", "https:"].contains(parts[0].lowercased()) else { return nil }
    isSecure = parts[0].lowercased() == "https:"
    var host = parts[2].lowercased()
    let own = isSecure ? ":443" : ":80"
    if host.hasSuffix(own), !host.hasSuffix("]" + own) || host.contains("[") { host.removeLast(own.count) }
    guard WebGate.name(of: host) != nil else { return nil }
    self.host = host
    var path = parts.count > 3 ? "/" + parts[3] : "/"
    if !path.hasSuffix("/") { path += "/" }
    let isPlain = path.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
        || [0x2F, 0x2D, 0x2E, 0x5F, 0x7E].contains($0)
    }
    guard isPlain, !path.contains("//"), !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
      return nil
    }
    self.path = path
  }

  /// The address as a browser's Origin field has it.
  var origin: String { "\(isSecure ? "https" : "http")://\(host)" }

  /// The address with the path.
  var text: String { origin + path }

  /// A request's path without ours, where the proxy has left it on.
  func own(_ path: String) -> String {
    guard self.path != "/", path.hasPrefix(self.path) else { return path }
    return "/" + path.dropFirst(self.path.count)
  }

  /// Whether a path is ours without its last '/': links that are relative would lead astray there.
  func lacksEnd(_ path: String) -> Bool { path + "/" == self.path }
}
