import Files
import Glibc

/// Pictures in folders.
public enum ImageFiles {
  /// What lies in a folder and in the folders within it.
  public struct Listing: Sendable {
    /// Files that are to be decoded, in the order of their bytes. Each path begins with the folder as given.
    public var pictures: [String] = []
    /// Everything else, and why it is no picture to decode.
    public var others: [ReadingAccount.LeftOut] = []
  }

  /// Whether a name ends as those of JPEG and PNG files do, in any case. Such files are decoded, whatever they hold;
  /// others are where their first bytes say so.
  public static func isImageName(_ name: String) -> Bool {
    let last = name.utf8.split(separator: UInt8(ascii: "/")).last ?? name.utf8[...]
    guard last.first != UInt8(ascii: "."), let dot = last.lastIndex(of: UInt8(ascii: ".")) else { return false }
    let ending = String(decoding: last[last.index(after: dot)...], as: UTF8.self)
    return ["jpg", "jpeg", "jpe", "jfif", "png"].contains(ending.lowercased())
  }

  /// The paths of all pictures in a folder and in the folders within it, as `look(in:)` finds them.
  ///
  /// - Throws: `ImageError` when the folder cannot be read.
  public static func list(_ folder: String) throws(ImageError) -> [String] { try look(in: folder).pictures }

  /// Everything in a folder and in the folders within it, links followed. Names are bytes, as `PathText` writes them;
  /// their order is that of the bytes, whatever the system's own order and language. Pipes and devices are not opened.
  ///
  /// - Throws: `ImageError` when the folder itself cannot be read; for those within, `others` says so.
  public static func look(in folder: String) throws(ImageError) -> Listing {
    let path = folder.utf8.count > 1 && folder.utf8.last == UInt8(ascii: "/") ? String(folder.dropLast()) : folder
    var facts = stat()
    guard stat(PathText.bytes(path), &facts) == 0 else { throw unreadable(folder, errno) }
    guard facts.st_mode & S_IFMT == S_IFDIR else {
      // Named for what it is: a video, a picture or a model, where a folder of pictures is wanted.
      throw ImageError(file: folder, cause: .unreadable(Self.words(forFile: path)))
    }
    if let kind = try? FileKind(path: path), kind.group == .foreignModel {
      throw ImageError(file: folder, cause: .unreadable("it is \(kind.name), not a folder of pictures"))
    }
    var walk = Walk()
    guard let error = walk.enter(path, facts) else {
      walk.found.pictures.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      walk.found.others.sort { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
      return walk.found
    }
    throw unreadable(folder, error)
  }

  /// Whether a name is hidden or what systems and storage devices leave in folders: recycle bins, thumbnails, indices.
  static func isSystemName(_ name: String) -> Bool {
    name.utf8.first == UInt8(ascii: ".") || systemNames.contains(name.lowercased())
  }

  private static let systemNames: Set<String> = [
    "#recycle", "#snapshot", "$recycle.bin", "recycler", "@eadir", "@recycle", "@recently-snapshot", "@tmp",
    "lost+found", "system volume information", "__macosx", "__pycache__", "thumbs.db", "ehthumbs.db", "desktop.ini",
    "icon\r",
  ]

  private static func words(forFile path: String) -> String {
    guard let kind = try? FileKind(path: path) else { return "it is a file, not a folder of pictures" }
    let isConvertible = kind.group == .video || kind.group == .archive || kind.group == .picture
    let format = isConvertible ? (try? ImageDecoder.format(ofFile: path)) ?? nil : nil
    return "it is \(kind.name), not a folder of pictures"
      + (format.map { $0.isRead ? "" : ": \($0.advice)" } ?? "")
  }

  private static func unreadable(_ path: String, _ error: CInt) -> ImageError {
    ImageError(file: path, cause: .unreadable(words(for: error)))
  }

  fileprivate static func words(for error: CInt) -> String {
    switch error {
    case ENOENT: "no such folder"
    case EACCES: "permission denied"
    default: String(cString: strerror(error))
    }
  }
}

/// One walk through a folder.
private struct Walk {
  var found = ImageFiles.Listing()
  /// The folders that lead here, by device and inode: a link back to one of them would never end.
  private var above: [(dev_t, ino_t)] = []

  /// Deeper folders are no data set, and would end the stack.
  private static let deepest = 64

  /// Looks at all of a folder; the system's error where it cannot be read.
  mutating func enter(_ folder: String, _ facts: stat) -> CInt? {
    guard let stream = opendir(PathText.bytes(folder)) else { return errno }
    var names: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { PathText.text(cString: $0) }
        })
      errno = 0
    }
    let error = errno
    closedir(stream)
    above.append((facts.st_dev, facts.st_ino))
    let prefix = folder == "/" ? folder : folder + "/"
    for name in names where name != "." && name != ".." { look(at: prefix + name, name: name) }
    above.removeLast()
    return error == 0 ? nil : error
  }

  private mutating func look(at path: String, name: String) {
    guard !ImageFiles.isSystemName(name) else { return leaveOut(path, .system, "hidden, or left by the system") }
    let bytes = PathText.bytes(path)
    var facts = stat()
    guard stat(bytes, &facts) == 0 else {
      let error = errno
      guard lstat(bytes, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK else {
        return leaveOut(path, .unreadable, "cannot be read (\(ImageFiles.words(for: error)))")
      }
      return leaveOut(path, .unreadable, Self.words(ofLink: bytes, error))
    }
    switch facts.st_mode & S_IFMT {
    case S_IFREG: lookAtFile(path, name, isEmpty: facts.st_size == 0)
    case S_IFDIR:
      if above.contains(where: { $0 == (facts.st_dev, facts.st_ino) }) {
        leaveOut(path, .unreadable, "a link back to a folder that it lies in")
      } else if above.count >= Self.deepest {
        leaveOut(path, .unreadable, "folders lie more than \(Self.deepest) deep")
      } else if let error = enter(path, facts) {
        leaveOut(path, .unreadable, "a folder that cannot be read (\(ImageFiles.words(for: error)))")
      }
    case S_IFIFO: leaveOut(path, .unreadable, "a named pipe")
    case S_IFSOCK: leaveOut(path, .unreadable, "a socket")
    default: leaveOut(path, .unreadable, "a device")
    }
  }

  private mutating func lookAtFile(_ path: String, _ name: String, isEmpty: Bool) {
    guard !ImageFiles.isImageName(name) else { return found.pictures.append(path) }
    guard !isEmpty else { return leaveOut(path, .notAPicture, "an empty file") }
    do {
      switch FileFormat(try ByteFile.begin(path, count: FileFormat.prefix)) {
      case let format? where format.isRead: found.pictures.append(path)
      case let format? where format.isPicture:
        leaveOut(path, .otherFormat, ImageError(file: path, cause: .notAPicture(format)).reason)
      case let format?: leaveOut(path, .notAPicture, format.name)
      case nil: leaveOut(path, .notAPicture, "no picture by its name and its first bytes")
      }
    } catch { leaveOut(path, .unreadable, error.reason) }
  }

  private mutating func leaveOut(_ path: String, _ cause: ReadingAccount.Cause, _ reason: String) {
    found.others.append(.init(file: path, cause, reason: reason))
  }

  /// What is known of a link that leads nowhere: tools that keep large files elsewhere leave such.
  private static func words(ofLink bytes: [CChar], _ error: CInt) -> String {
    if error == ELOOP { return "a link that leads to itself" }
    var room = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(bytes, &room, room.count - 1)
    let target = count > 0 ? PathText.text(cString: room) : ""
    if target.holds("/annex/objects/") { return "a link of git-annex; fetch the content with git annex get" }
    if target.holds(".dvc/cache/") || target.holds("/dvc/") {
      return "a link of DVC; fetch the content with dvc pull"
    }
    if error == EACCES { return "a link to where permission is denied" }
    return "a link that leads nowhere"
  }
}
