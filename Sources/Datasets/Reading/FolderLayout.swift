import Foundation
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
  private(set) var labels: [String]
  /// The numbers of the classes that it has pictures of.
  private(set) var classes: [Int] = []
  private(set) var pictures: [Found] = []
  /// Whether the folder has a `train` folder.
  let isSplit: Bool
  private(set) var hasValidation = true

  private static let parts: [(part: Dataset.Part, names: [String])] = [
    (.training, ["train", "training"]), (.validation, ["val", "valid", "validation"]), (.test, ["test", "testing"]),
  ]

  /// The layouts of several folders: the first has all the classes, or `labels` names them; each has two of them or
  /// more, and no others. Pictures get the numbers of their classes among all.
  static func all(_ folders: [String], labels: [String]? = nil) throws(DatasetError) -> [FolderLayout] {
    var layouts: [FolderLayout] = []
    for folder in folders {
      var layout = try FolderLayout(folder)
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

  init(_ folder: String) throws(DatasetError) {
    self.folder = folder
    name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw DatasetError(path: folder, "no such folder")
    }
    guard isFolder.boolValue else {
      throw DatasetError(path: folder, "is a file; name a folder that holds one folder of pictures for each class")
    }
    let names = try Self.folders(in: folder)
    let given = Self.parts.map { part in (part.part, names.first { part.names.contains($0.lowercased()) }) }
    if let train = given[0].1 {
      isSplit = true
      hasValidation = given[1].1 != nil
      labels = try Self.classes(in: folder + "/" + train)
      for case (let part, let name?) in given {
        let own = try Self.classes(in: folder + "/" + name)
        if let unknown = own.first(where: { !labels.contains($0) }) {
          throw DatasetError(path: folder + "/" + name, "class '\(unknown)' is not in '\(train)'")
        }
        try add(folder + "/" + name, part)
      }
    } else {
      isSplit = false
      labels = try Self.classes(in: folder)
      try add(folder, nil)
    }
    guard labels.count > 1 else {
      throw DatasetError(
        path: folder,
        labels.isEmpty
          ? "holds no class folders with pictures: put each class's JPEG or PNG files into a folder of its name"
          : "holds one class, '\(labels[0])'; training needs at least two class folders")
    }
  }

  private mutating func add(_ folder: String, _ part: Dataset.Part?) throws(DatasetError) {
    for (label, name) in labels.enumerated() {
      let path = folder + "/" + name
      guard FileManager.default.fileExists(atPath: path) else { continue }
      for file in try Self.files(in: path) {
        pictures.append(Found(picture: .init(name: file, label: label, source: .file(file)), part: part))
      }
    }
  }

  /// The folders that hold pictures, alphabetically by their bytes.
  private static func classes(in folder: String) throws(DatasetError) -> [String] {
    var classes: [String] = []
    for name in try folders(in: folder) where try !files(in: folder + "/" + name).isEmpty { classes.append(name) }
    return classes
  }

  private static func folders(in folder: String) throws(DatasetError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch { throw DatasetError(path: folder, "cannot be read: permission denied") }
    return names.filter { name in
      var isFolder: ObjCBool = false
      return !name.hasPrefix(".") && FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
        && isFolder.boolValue
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func files(in folder: String) throws(DatasetError) -> [String] {
    do { return try ImageFiles.list(folder) } catch { throw DatasetError(path: folder, "\(error)") }
  }
}
