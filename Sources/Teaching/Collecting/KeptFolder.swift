import Files
import Glibc
import Imaging
import Threads

/// A folder in which collected pictures are kept: `CLASS/MILLISECONDS-NUMBER.jpg` for a face, the same with an `f`
/// before the dot for a frame, `index.csv`, which tells `glint train` where the faces are, and `.region`, the part of
/// the frames that was drawn. Each file is written whole or not at all, so that power may fail at any time.
final class KeptFolder: Sendable {
  struct Found {
    let name: String
    let milliseconds: Int64
    let isFace: Bool
    let jpeg: [UInt8]
  }

  let path: String
  private let names = Locked<[Int: String]>([:])
  private let written = Locked<ContinuousClock.Instant?>(nil)

  init(_ path: String) throws(FileError) {
    self.path = path
    try FileSystem.makeFolder(path)
    Self.sweep(path)
  }

  /// Removes what a program that was killed was just writing in a folder.
  static func sweep(_ folder: String) { try? AtomicFile.checkWritable("\(folder)/index.csv") }

  /// Whether so much time went by that what is known of faces should be written again.
  var indexIsOld: Bool { written.value.map { .now - $0 > .seconds(1) } ?? true }

  static func classes(in path: String) throws(FileError) -> [String] {
    try entries(path).filter { TaughtClass.problem(with: $0) == nil && FileSystem.isFolder("\(path)/\($0)") }
  }

  /// The pictures of a class by their time; what has another kind of name is somebody else's and left alone.
  func pictures(of name: String) throws(FileError) -> [Found] {
    var found: [Found] = []
    Self.sweep("\(path)/\(name)")
    for entry in try Self.entries("\(path)/\(name)") {
      guard let (milliseconds, isFace) = Self.parse(entry),
        let file = try? MappedFile(path: "\(path)/\(name)/\(entry)"), file.bytes.count < 1 << 20
      else { continue }
      found.append(Found(name: entry, milliseconds: milliseconds, isFace: isFace, jpeg: file.copy()))
    }
    return found.sorted { ($0.milliseconds, $0.name) < ($1.milliseconds, $1.name) }
  }

  /// Remembers what a picture that was there is called.
  func note(_ file: String, as id: Int) { names.withLock { $0[id] = file } }

  func make(class name: String) throws(FileError) { try FileSystem.makeFolder("\(path)/\(name)") }

  func rename(class old: String, to new: String) throws(FileError) {
    try Self.rename("\(path)/\(old)", "\(path)/\(new)")
  }

  /// Removes the folder of a class where nothing is left in it.
  func remove(class name: String) { rmdir("\(path)/\(name)") }

  func write(_ picture: TaughtPicture, of name: String) throws(FileError) {
    let file = Self.file(picture)
    try AtomicFile.write(picture.jpeg, to: "\(path)/\(name)/\(file)")
    note(file, as: picture.id)
  }

  func move(_ picture: TaughtPicture, from old: String, to new: String) throws(FileError) {
    let file = file(of: picture)
    var (name, number) = (file, picture.id)
    // Folders that somebody put together may have two files of one name.
    while FileSystem.exists("\(path)/\(new)/\(name)") {
      name = Self.file(picture, number: number)
      number += 1
    }
    try Self.rename("\(path)/\(old)/\(file)", "\(path)/\(new)/\(name)")
    note(name, as: picture.id)
  }

  /// Removes the file of a picture, if it is there.
  func remove(_ picture: TaughtPicture, of name: String) throws(FileError) {
    let place = "\(path)/\(name)/\(file(of: picture))"
    if FileSystem.exists(place) { try FileSystem.remove(place) }
  }

  func writeIndex(_ text: String) {
    written.withLock { $0 = .now }
    // It is made anew whenever the folder is opened.
    try? AtomicFile.write(text, to: "\(path)/index.csv")
  }

  /// Keeps the part of the frames that was drawn; nil forgets it.
  func keep(_ region: FrameRegion?) throws(FileError) {
    let file = Self.regionFile(path)
    if let region {
      try AtomicFile.write(region.text + "\n", to: file)
    } else if FileSystem.exists(file) {
      try FileSystem.remove(file)
    }
  }

  static func region(in path: String) -> FrameRegion? {
    let file = try? MappedFile(path: regionFile(path))
    return file.flatMap { FrameRegion(String(decoding: $0.bytes.prefix { $0 != 10 }, as: UTF8.self)) }
  }

  private static func regionFile(_ path: String) -> String { path + "/.region" }

  func removeIndex() { try? FileSystem.remove("\(path)/index.csv") }

  /// What the file of a picture is called.
  func file(of picture: TaughtPicture) -> String { names.withLock { $0[picture.id] } ?? Self.file(picture) }

  /// What a picture is called.
  static func file(_ picture: TaughtPicture) -> String { file(picture, number: picture.id) }

  private static func file(_ picture: TaughtPicture, number: Int) -> String {
    "\(picture.milliseconds)-\(number)\(picture.isFace ? "" : "f").jpg"
  }

  private static func parse(_ name: String) -> (Int64, isFace: Bool)? {
    guard name.hasSuffix(".jpg") else { return nil }
    let parts = name.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let milliseconds = Int64(parts[0]), milliseconds >= 0 else { return nil }
    let isFace = parts[1].last != "f"
    return Int(isFace ? parts[1] : parts[1].dropLast()) == nil ? nil : (milliseconds, isFace)
  }

  private static func rename(_ old: String, _ new: String) throws(FileError) {
    guard Glibc.rename(old, new) == 0 else { throw Self.error(new, "cannot be given this name") }
  }

  private static func error(_ path: String, _ what: String) -> FileError {
    FileError(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
  }

  private static func entries(_ path: String) throws(FileError) -> [String] {
    guard let folder = opendir(path) else { throw error(path, "cannot be read") }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}

/// A table of where faces are in pictures, in the form that `glint train` reads beside them.
enum FaceTable {
  /// - Parameter file: what the file of a picture is called.
  static func text(
    _ classes: [TaughtClass], _ pictures: [TaughtPicture], file: (TaughtPicture) -> String = KeptFolder.file
  ) -> String {
    let names = Dictionary(classes.map { ($0.id, $0.name) }) { first, _ in first }
    var text = "file,x,y,w,h\n"
    for picture in pictures {
      guard let name = names[picture.classID], let face = picture.face else { continue }
      let place = "\(name)/\(file(picture))"
      let quoted = place.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      text += "\"\(quoted)\",\(face.x),\(face.y),\(face.width),\(face.height)\n"
    }
    return text
  }
}
