import CSystem

/// What is asked of the system about a path, and done there. Paths are text as `PathText` writes it, which Foundation's
/// own calls would take for other names.
public enum FileSystem {
  /// Whether anything stands at a path, links followed.
  public static func exists(_ path: String) -> Bool { kind(path).map { $0 != .missing } ?? false }

  /// Whether a folder stands at a path, links followed.
  public static func isFolder(_ path: String) -> Bool { kind(path) == .folder }

  /// Bytes of the file at a path; nil where there is none.
  public static func size(_ path: String) -> Int? {
    guard let location = try? FileLocation(path), location.kind == .file else { return nil }
    return location.size
  }

  /// Makes a folder, and those above it, where they are missing.
  ///
  /// - Throws: `FileError` where something else stands there, or none can be made.
  public static func makeFolder(_ path: String) throws(FileError) {
    let error = sys_make_folders(PathText.bytes(path))
    guard error == 0 else { throw FileError(path: path, "cannot be made a folder", error) }
  }

  /// Removes a file.
  ///
  /// - Throws: `FileError` where there is none, or it may not be removed.
  public static func remove(_ path: String) throws(FileError) {
    let error = sys_remove(PathText.bytes(path))
    guard error == 0 else { throw FileError(path: path, "cannot be removed", error) }
  }

  private static func kind(_ path: String) -> FileLocation.Kind? { (try? FileLocation(path))?.kind }
}
