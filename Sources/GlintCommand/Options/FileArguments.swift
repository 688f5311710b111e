import ArgumentParser
import Files

/// Folders and tables as commands are given them.
enum FileArguments {
  /// A folder of class folders.
  static let classFolders = "a folder that holds one folder of pictures for each class"

  /// Refuses what is known to be something else where a folder of pictures is wanted: wrong use. A folder that is
  /// another program's model is something else too.
  static func checkFolders(_ paths: [String], wanting what: String = "a folder of pictures") throws {
    for path in paths { try check(path, wanting: what, among: [.folder, .text]) }
  }

  /// Refuses what is known to be something else than what is wanted: wrong use.
  ///
  /// - Parameter groups: what may be taken for it.
  static func check(_ path: String?, wanting what: String, among groups: Set<FileKind.Group>) throws {
    if let path, let reason = FileKind.refusal(of: path, wanting: what, among: groups) {
      throw ValidationError("\(path) \(reason).")
    }
  }

  /// A table of face boxes.
  static func checkBoxes(_ path: String?) throws {
    try check(path, wanting: "a table of face boxes", among: [.text])
  }

  /// A text that describes a network.
  static func checkNetwork(_ path: String) throws {
    try check(path, wanting: "a text that describes a network", among: [.text])
  }

  /// A record of calibration.
  static func checkRecord(_ path: String) throws {
    try check(path, wanting: "a calibration record", among: [.companion, .text])
  }
}
