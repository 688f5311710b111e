import Files
import Glibc

/// What stands in folders of the system: devices, and what is told of them.
enum FolderListing {
  /// The names in a folder, without `.` and `..`; none where it cannot be read.
  static func names(_ folder: String) -> [String] {
    guard let opened = opendir(PathText.bytes(folder)) else { return [] }
    defer { closedir(opened) }
    var names: [String] = []
    while let entry = readdir(opened) {
      let name = fixedText(entry.pointee.d_name)
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The first line of a small file; nil where it cannot be read.
  static func line(_ path: String) -> String? {
    guard let file = fopen(PathText.bytes(path), "re") else { return nil }
    defer { fclose(file) }
    var room = [CChar](repeating: 0, count: 512)
    guard fgets(&room, Int32(room.count), file) != nil else { return nil }
    let bytes = room.prefix { $0 != 0 && $0 != 0x0A }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of a link; nil where it is none.
  static func link(_ path: String) -> String? {
    var room = [CChar](repeating: 0, count: 4096)
    let count = readlink(PathText.bytes(path), &room, room.count)
    return count < 0 ? nil : PathText.text(room[..<count].map { UInt8(bitPattern: $0) })
  }

  /// Where a link leads, all links on the way followed; nil where nothing is there.
  static func target(_ path: String) -> String? {
    guard let found = realpath(PathText.bytes(path), nil) else { return nil }
    defer { free(found) }
    return PathText.text(cString: found)
  }
}
