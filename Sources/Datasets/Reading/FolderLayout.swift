import Faces
import Files
import FoundationEssentials
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

  /// A sentence on a table of votes, nil where there is none.
  private(set) var voteSentence: String?

  /// The layouts of several folders: the first has all the classes, or `classes` names them; each has two of them or
  /// more. Folders of other names are left out where the classes were chosen, and are refused otherwise. Pictures get
  /// the numbers of their classes among all.
  static func all(
    _ folders: [String], classes: ClassNames? = nil, for use: DataUse
  ) throws(DatasetError) -> [FolderLayout] {
    var layouts: [FolderLayout] = []
    for folder in folders {
      var layout = try FolderLayout(folder, classes: classes ?? layouts.first?.ownNames, for: use)
      for index in layout.pictures.indices { layout.pictures[index].layout = layouts.count }
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

  /// Its classes, as those of the folders after it.
  private var ownNames: ClassNames {
    var names = ClassNames(labels)
    names.folder = folder
    return names
  }

  /// - Parameters:
  ///   - classes: of all folders; nil where this one's own are.
  ///   - use: what errors speak of.
  init(_ folder: String, classes: ClassNames?, for use: DataUse) throws(DatasetError) {
    self.folder = folder
    name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    let listing = try Self.look(in: folder)
    let root = folder.utf8.count > 1 && folder.utf8.last == UInt8(ascii: "/") ? String(folder.dropLast()) : folder
    // Tables of face boxes and of votes have an account of their own.
    account.leaveOut(listing.others.filter { $0.file != root + "/" + FaceBoxTable.defaultName })
    let given = try GivenParts(root, listing.pictures, for: use)
    isSplit = !given.parts.isEmpty
    hasValidation = given.parts.isEmpty || given.parts.contains { $0.part == .validation }
    var strays: [String] = []
    if isSplit {
      try addParts(given, of: root)
    } else {
      let found = try ClassFolders(root, listing.pictures)
      labels = found.labels
      add(found, nil)
      strays = found.loose
    }
    account.notes += given.notes
    // Without classes in folders, a table's columns may be them, and only a person knows which.
    guard !labels.isEmpty || classes != nil else { throw Self.noClasses(folder, strays, account.hint) }
    strays += try number(by: classes ?? ClassNames(labels))
    try addVotes(classes ?? ClassNames(labels), strays)
    try checkClasses(use)
  }

  /// Gives pictures the numbers of their classes among all.
  ///
  /// - Returns: pictures in folders that are no class.
  /// - Throws: for a folder that is no class, where the classes were not chosen.
  private mutating func number(by all: ClassNames) throws(DatasetError) -> [String] {
    let numbers = labels.map { all.number(of: $0) }
    guard all.isChosen || !numbers.contains(nil) else {
      throw DatasetError(
        path: folder,
        "its classes are \(labels.joined(separator: ", ")); "
          + (all.folder.map { "those of \($0)" } ?? "the model's labels") + " are "
            + """
            \(all.labels.joined(separator: ", ")). Folders that are used together have the same classes, or later ones \
            some of the first one's; --classes says which are wanted and what else they are called
            """)
    }
    let strays = pictures.filter { numbers[$0.picture.label] == nil }.map(\.picture.name)
    pictures = pictures.compactMap { found in
      guard let number = numbers[found.picture.label] else { return nil }
      var found = found
      found.picture.label = number
      return found
    }
    let without = zip(labels, numbers).filter { $0.1 == nil }.map(\.0)
    if !without.isEmpty {
      account.notes.append("\(folder): \(without.joined(separator: ", ")) is left out, being none of the classes")
    }
    classes = Set(numbers.compactMap { $0 }).sorted()
    labels = all.labels
    return strays
  }

  /// Gives pictures what a table says that voters called them: those in class folders too, and those in none.
  private mutating func addVotes(_ all: ClassNames, _ strays: [String]) throws(DatasetError) {
    var rest = strays
    if let table = try Self.votes(of: folder, all) {
      var kept: [Found] = []
      for var found in pictures {
        switch table.verdict(of: found.picture.name) {
        case .votes(let votes, let label): (found.picture.votes, found.picture.label) = (votes, label)
        case .undecided(let reason):
          account.leaveOut(.init(file: found.picture.name, .undecided, reason: reason))
          continue
        case nil: break
        }
        kept.append(found)
      }
      rest = []
      for file in strays {
        switch table.verdict(of: file) {
        case .votes(let votes, let label):
          kept.append(Found(picture: .init(name: file, label: label, source: .file(file), votes: votes)))
        case .undecided(let reason): account.leaveOut(.init(file: file, .undecided, reason: reason))
        case nil: rest.append(file)
        }
      }
      if kept.contains(where: { $0.picture.votes != nil }) {
        classes = Set(classes + table.classes).sorted()
        voteSentence = table.sentence(all.labels)
      }
      pictures = kept
    }
    account.leaveOut(
      rest.map {
        ReadingAccount.LeftOut(
          file: $0, .misplaced,
          reason: voteSentence == nil ? "it lies in no class folder" : "it lies in no class folder and has no votes")
      })
  }

  private static func votes(of folder: String, _ classes: ClassNames) throws(DatasetError) -> VoteTable? {
    try readingTable(folder) { try VoteTable.found(in: folder, classes: classes) }
  }

  /// Runs what reads a folder's table; its errors become those of a data set.
  private static func readingTable<Result>(
    _ folder: String, _ read: () throws -> Result
  ) throws(DatasetError) -> Result {
    do { return try read() } catch let error as DatasetError { throw error } catch let error as FaceBoxError {
      throw DatasetError(path: error.path + (error.line.map { ", line \($0)" } ?? ""), error.reason)
    } catch { throw DatasetError(path: FaceBoxTable.path(in: folder), "\(error)") }
  }

  /// Of a folder without class folders, given the pictures that lie in it: where its table holds votes, how to go on.
  private static func noClasses(_ folder: String, _ loose: [String], _ hint: String) -> DatasetError {
    let columns = (try? VoteTable.possibleColumns(in: folder)) ?? []
    guard columns.count > 1, !loose.isEmpty else {
      return DatasetError(
        path: folder,
        "holds no class folders with pictures: put each class's JPEG or PNG files into a folder of its name" + hint)
    }
    return DatasetError(
      path: folder,
      "holds no class folders, and a table with votes for \(columns.joined(separator: ", ")): say which of these are "
        + "classes, and what else they are called, as in --classes \(columns[0]),\(columns[1])=another-name")
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
      account.leaveOut(
        classes.loose.map { ReadingAccount.LeftOut(file: $0, .misplaced, reason: "it lies in no class folder") })
    }
    let inParts = Set(given.parts.map(\.folder))
    for path in given.pictures where !inParts.contains(where: { path.utf8.starts(with: ($0 + "/").utf8) }) {
      account.leaveOut(.init(file: path, .misplaced, reason: "it lies beside the folders train, val and test"))
    }
  }

  private mutating func add(_ classes: ClassFolders, _ part: Dataset.Part?) {
    account.notes += classes.notes
    for (label, name) in labels.enumerated() {
      for file in classes.pictures[name] ?? [] {
        pictures.append(Found(picture: .init(name: file, label: label, source: .file(file)), part: part))
      }
    }
  }

  private func checkClasses(_ use: DataUse) throws(DatasetError) {
    guard classes.count < 2 else { return }
    // A folder of nothing but WebP is no class, which a person who sees it there cannot guess.
    throw DatasetError(
      path: folder,
      classes.isEmpty
        ? "holds no pictures of the classes \(labels.joined(separator: ", "))" + account.hint
        : "holds one class, '\(labels[classes[0]])'; \(use.needsClasses)" + account.hint)
  }
}
