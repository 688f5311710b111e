import Foundation

/// What lies in a folder.
enum FolderListing {
  /// Whether a folder holds a folder of each of these names.
  static func holds(_ names: Set<String>, in folder: String) -> Bool {
    !names.isEmpty
      && names.allSatisfy { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && isFolder.boolValue
      }
  }
}
