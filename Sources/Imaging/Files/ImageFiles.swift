import Glibc

/// Pictures in folders.
public enum ImageFiles {
  /// Whether a name ends in .jpg, .jpeg or .png, in any case. Hidden files are no pictures: some systems leave a
  /// `._name.jpg` that holds none beside each one.
  public static func isImageName(_ name: String) -> Bool {
    let last = name.split(separator: "/").last ?? ""
    guard !last.hasPrefix("."), let dot = last.lastIndex(of: ".") else { return false }
    return ["jpg", "jpeg", "png"].contains(last[last.index(after: dot)...].lowercased())
  }

  /// The paths of all pictures in a folder and in the folders within it, in the order of their bytes, whatever the
  /// system's own order and language. Each begins with `folder` as given.
  ///
  /// Throws `ImageError` when a folder cannot be read.
  public static func list(_ folder: String) throws -> [String] {
    var found: [String] = []
    try collect(folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder, depth: 0, into: &found)
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func collect(_ folder: String, depth: Int, into found: inout [String]) throws {
    // A link that leads back up would never end.
    guard depth < 32 else { throw ImageError(file: folder, cause: .unreadable("folders lie more than 32 deep")) }
    for name in try names(in: folder) where !name.hasPrefix(".") {
      let path = folder == "/" ? "/" + name : folder + "/" + name
      var facts = stat()
      guard stat(path, &facts) == 0 else { continue }
      if facts.st_mode & S_IFMT == S_IFDIR {
        try collect(path, depth: depth + 1, into: &found)
      } else if isImageName(name) {
        found.append(path)
      }
    }
  }

  private static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw ImageError(file: folder, cause: .unreadable(words(for: errno))) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  private static func words(for error: CInt) -> String {
    switch error {
    case ENOENT: "no such folder"
    case EACCES: "permission denied"
    case ENOTDIR: "it is no folder"
    default: String(cString: strerror(error))
    }
  }
}
