import Faces
import Files
import Foundation
import Glibc
import Imaging

/// Which pictures a data folder holds, with class and part, before any is opened.
struct FolderLayout {
  struct Found: Sendable {
    var picture: Dataset.Picture
    /// The part that a folder's name gives, nil where the content decides.
    var part: Dataset.Part?
    /// Which of several data folders it lies in.
    var layout = 0
  }

  /// The data folder as given.
  let folder: String
  /// A word for it, its last name.
  private(set) var name: String
  private(set) var labels: [String] = []
  /// The numbers of the classes that it has pictures of.
  private(set) var classes: [Int] = []
  private(set) var pictures: [Found] = []
  /// Whether the folder has folders of parts.
  let isSplit: Bool
  private(set) var hasValidation = true
  /// What was left out, and decisions about its folders.
  private(set) var account = ReadingAccount()

  /// The layouts of several folders: the first has all the classes, or `labels` names them; each has two of them or
  /// more, and no others. Pictures get the numbers of their classes among all.
  static func all(
    _ folders: [String], labels: [String]? = nil, for use: DataUse
  ) throws(DatasetError) -> [FolderLayout] {
    var layouts: [FolderLayout] = []
    for folder in folders {
      var layout = try FolderLayout(folder, for: use)
      let all = labels ?? layouts.first?.labels ?? layout.labels
      let numbers = layout.labels.map { all.firstIndex(of: $0) }
      guard !numbers.contains(nil) else {
        let others = labels == nil ? "those of \(layouts[0].folder)" : "the model's labels"
        throw DatasetError(
          path: folder,
          "its classes are \(layout.labels.joined(separator: ", ")); \(others) are "
            + """
            \(all.joined(separator: ", ")). Folders that are used together have the same classes, or later ones some \
            of the first one's
            """)
      }
      layout.classes = numbers.compactMap { $0 }
      layout.labels = all
      for index in layout.pictures.indices {
        layout.pictures[index].layout = layouts.count
        layout.pictures[index].picture.label = layout.classes[layout.pictures[index].picture.label]
      }
      let place = URL(fileURLWithPath: folder).standardizedFileURL.path
      if layouts.contains(where: { URL(fileURLWithPath: $0.folder).standardizedFileURL.path == place }) {
        throw DatasetError(path: folder, "is named twice")
      }
      // Folders of one name are told apart by their paths.
      for index in layouts.indices where layouts[index].name == layout.name {
        layouts[index].name = layouts[index].folder
        layout.name = folder
      }
      layouts.append(layout)
    }
    return layouts
  }

  /// - Parameter use: what errors speak of.
  init(_ folder: String, for use: DataUse) throws(DatasetError) {
    self.folder = folder
    name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    let listing = try Self.look(in: folder)
    let root = folder.utf8.count > 1 && folder.utf8.last == UInt8(ascii: "/") ? String(folder.dropLast()) : folder
    // The table of face boxes has an account of its own.
    account.leaveOut(listing.others.filter { $0.file != root + "/" + FaceBoxTable.defaultName })
    let given = try GivenParts(root, listing.pictures, for: use)
    isSplit = !given.parts.isEmpty
    hasValidation = given.parts.isEmpty || given.parts.contains { $0.part == .validation }
    if isSplit {
      try addParts(given, of: root)
    } else {
      let classes = try ClassFolders(root, listing.pictures)
      labels = classes.labels
      add(classes, nil)
    }
    account.notes += given.notes
    try checkClasses(use)
  }

  private static func look(in folder: String) throws(DatasetError) -> ImageFiles.Listing {
    do { return try ImageFiles.look(in: folder) } catch {
      var facts = stat()
      guard stat(PathText.bytes(folder), &facts) == 0 else {
        throw DatasetError(path: folder, errno == EACCES ? "cannot be read (permission denied)" : "no such folder")
      }
      guard facts.st_mode & S_IFMT == S_IFDIR else {
        let kind = (try? FileKind(path: folder))?.name ?? "a file"
        throw DatasetError(
          path: folder, "is \(kind); name a folder that holds one folder of pictures for each class")
      }
      throw DatasetError(path: folder, error.reason)
    }
  }

  /// The parts' classes are those of the training part; without one, all of them.
  private mutating func addParts(_ given: GivenParts, of root: String) throws(DatasetError) {
    var parts: [(part: Dataset.Part, folder: String, classes: ClassFolders)] = []
    for (part, folder) in given.parts {
      let own = given.pictures.filter { $0.utf8.starts(with: (folder + "/").utf8) }
      parts.append((part, folder, try ClassFolders(folder, own)))
    }
    let training = parts.first { $0.part == .training }
    labels =
      training?.classes.labels
      ?? Set(parts.flatMap(\.classes.labels)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for (part, folder, classes) in parts {
      if let unknown = classes.labels.first(where: { !labels.contains($0) }) {
        throw DatasetError(path: folder, "class '\(unknown)' is not in '\(given.trainingName ?? "train")'")
      }
      add(classes, part)
    }
    let inParts = Set(given.parts.map(\.folder))
    for path in given.pictures where !inParts.contains(where: { path.utf8.starts(with: ($0 + "/").utf8) }) {
      account.leaveOut(.init(file: path, .misplaced, reason: "it lies beside the folders train, val and test"))
    }
  }

  private mutating func add(_ classes: ClassFolders, _ part: Dataset.Part?) {
    account.notes += classes.notes
    account.leaveOut(
      classes.loose.map { ReadingAccount.LeftOut(file: $0, .misplaced, reason: "it lies in no class folder") })
    for (label, name) in labels.enumerated() {
      for file in classes.pictures[name] ?? [] {
        pictures.append(Found(picture: .init(name: file, label: label, source: .file(file)), part: part))
      }
    }
  }

  private func checkClasses(_ use: DataUse) throws(DatasetError) {
    guard labels.count < 2 else { return }
    // A folder of nothing but WebP is no class, which a person who sees it there cannot guess.
    throw DatasetError(
      path: folder,
      (labels.isEmpty
        ? "holds no class folders with pictures: put each class's JPEG or PNG files into a folder of its name"
        : "holds one class, '\(labels[0])'; \(use.needsClasses)") + account.hint)
  }
}
