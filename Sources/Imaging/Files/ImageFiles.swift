import Foundation

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
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ImageError(file: folder, cause: .unreadable(words(for: folder)))
    }
    for name in names where !name.hasPrefix(".") {
      let path = folder == "/" ? "/" + name : folder + "/" + name
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue {
        try collect(path, depth: depth + 1, into: &found)
      } else if isImageName(name) {
        found.append(path)
      }
    }
  }

  private static func words(for folder: String) -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return "no such folder" }
    return isFolder.boolValue ? "permission denied" : "it is no folder"
  }
}
