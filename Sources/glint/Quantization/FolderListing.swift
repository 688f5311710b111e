import Foundation

/// What lies in a folder.
enum FolderListing {
  /// Whether a folder holds folders of two or more of these names, as class folders lie.
  static func holds(_ names: Set<String>, in folder: String) -> Bool {
    let there = names.count { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && isFolder.boolValue
    }
    return there > 1
  }
}
