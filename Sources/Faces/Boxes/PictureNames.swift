/// The names that a table gives to pictures, and which of them a path means.
package struct PictureNames: Sendable {
  /// With slashes, and without `./` before them.
  private var names: Set<String> = []
  /// By the ends of two parts or more of names that begin where the table was made, such as `/home/me/photos/a/1.jpg`:
  /// the name, nil where several end so.
  private var ends: [String: String?] = [:]

  /// No names.
  package init() {}

  /// Adds a name as a table has it; what it is called from here on.
  package mutating func add(_ name: String) -> String {
    let name = Self.slashed(name)
    guard names.insert(name).inserted, Self.isElsewhere(name) else { return name }
    let parts = name.split(separator: "/")
    for count in 2...max(2, parts.count) where count <= parts.count {
      let end = parts.suffix(count).joined(separator: "/")
      ends.updateValue(ends.keys.contains(end) ? nil : name, forKey: end)
    }
    return name
  }

  /// The name that means the picture at a path: the longest of the path's ends that is a name, or else the longest that
  /// a name from another machine has, which is two parts at least.
  package func name(for path: String) -> String? {
    let path = Self.slashed(path)
    var rest = Substring(path)
    while true {
      if names.contains(String(rest)) { return String(rest) }
      guard let slash = rest.firstIndex(of: "/") else { break }
      rest = rest[rest.index(after: slash)...]
    }
    guard !ends.isEmpty else { return nil }
    let parts = path.split(separator: "/")
    for count in stride(from: parts.count, through: 2, by: -1) {
      if let name = ends[parts.suffix(count).joined(separator: "/")] { return name }
    }
    return nil
  }

  /// Backslashes of Windows as slashes.
  private static func slashed(_ name: String) -> String {
    var name = name.contains("\\") ? String(name.map { $0 == "\\" ? "/" : $0 }) : name
    while name.hasPrefix("./") { name.removeFirst(2) }
    return name
  }

  /// Whether a name begins at a root, a drive, or above the folder.
  private static func isElsewhere(_ name: String) -> Bool {
    name.hasPrefix("/") || name.hasPrefix("../") || name.dropFirst().first == ":"
  }
}
