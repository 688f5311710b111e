import Glibc

/// This machine's own addresses, as another one on the network types them.
enum NetworkAddresses {
  /// What to open for a server that listens on an address: itself, or where it listens on all, those of the interfaces
  /// that lead somewhere.
  static func toOpen(listeningOn address: String) -> [String] {
    guard address == "0.0.0.0" || address == "::" else { return [bracketed(address)] }
    let found = interfaces().filter { address == "::" || !$0.contains(":") }
    return found.isEmpty ? [address == "::" ? "[::1]" : "127.0.0.1"] : found.map(bracketed)
  }

  private static func bracketed(_ address: String) -> String { address.contains(":") ? "[\(address)]" : address }

  /// IPv4 first: that is what people can type. Bridges of containers and virtual machines lead nowhere, and neither do
  /// addresses that a machine gave itself for want of another.
  private static func interfaces() -> [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var short: [String] = [], long: [String] = []
    for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
      guard let entry, let address = entry.pointee.ifa_addr else { continue }
      let flags = Int32(bitPattern: entry.pointee.ifa_flags), name = String(cString: entry.pointee.ifa_name)
      let isUp = flags & Int32(IFF_UP) != 0 && flags & Int32(IFF_LOOPBACK) == 0
      guard isUp, !["docker", "br-", "veth", "virbr", "lxc", "podman"].contains(where: name.hasPrefix) else { continue }
      let family = Int32(address.pointee.sa_family)
      guard family == AF_INET || family == AF_INET6 else { continue }
      let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      guard getnameinfo(address, socklen_t(size), &text, socklen_t(NI_MAXHOST), nil, 0, NI_NUMERICHOST) == 0 else {
        continue
      }
      let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if family == AF_INET, !words.hasPrefix("169.254.") { short.append(words) }
      if family == AF_INET6, !words.hasPrefix("fe80:") { long.append(words) }
    }
    return short + long
  }
}
