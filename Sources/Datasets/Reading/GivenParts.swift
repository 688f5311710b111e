/// The parts that folders named `train`, `val` and `test` give.
///
/// Such a folder is a part where it holds class folders, and a class of that name, say of vehicles, where it holds
/// pictures itself and stands beside other classes.
struct GivenParts {
  /// The parts and their folders; none where content decides.
  private(set) var parts: [(part: Dataset.Part, folder: String)] = []
  /// All pictures of the data folder.
  let pictures: [String]
  /// The name of the training part's folder.
  private(set) var trainingName: String?
  /// Sentences on folders that were taken for classes.
  private(set) var notes: [String] = []

  private static let names: [(part: Dataset.Part, names: [String])] = [
    (.training, ["train", "training"]), (.validation, ["val", "valid", "validation"]), (.test, ["test", "testing"]),
  ]

  /// What lies in a folder of the data folder.
  private struct Content {
    var hasPictures = false, hasFolders = false
  }

  /// - Parameters:
  ///   - root: the data folder, without a slash at its end.
  ///   - pictures: all that lie in it, in the order of their bytes.
  ///   - use: what errors speak of; an evaluation needs no training part.
  /// - Throws: `DatasetError` where names and contents can be understood in two ways.
  init(_ root: String, _ pictures: [String], for use: DataUse) throws(DatasetError) {
    self.pictures = pictures
    let contents = Self.contents(root, pictures)
    var folders: [(part: Dataset.Part, name: String)] = []
    var classes: [String] = []
    for (part, names) in Self.names {
      let own = contents.keys.filter { names.contains($0.lowercased()) }.sorted()
      guard own.count < 2 else {
        throw DatasetError(path: root, "'\(own[0])' and '\(own[1])' would both be one part: leave one of them")
      }
      guard let name = own.first, let content = contents[name] else { continue }
      if content.hasFolders { folders.append((part, name)) } else { classes.append(name) }
    }
    let others = contents.keys.filter { name in !Self.names.contains { $0.names.contains(name.lowercased()) } }
    if let name = classes.first, folders.isEmpty, classes.count == 1, !others.isEmpty {
      notes.append("'\(name)' holds pictures and stands beside '\(others.min() ?? "")': it is taken for a class")
      return
    }
    if let name = classes.first {
      throw DatasetError(
        path: root + "/" + name,
        "holds pictures, but no class folders: give the part a folder for each class, or name the class otherwise")
    }
    guard let first = folders.first else { return }
    trainingName = folders.first { $0.part == .training }?.name
    if trainingName == nil, use != .evaluation {
      throw DatasetError(
        path: root,
        "holds '\(first.name)', but no 'train': add the folder 'train' of class folders, or name "
          + "\(root)/\(first.name) itself to have its pictures split")
    }
    parts = folders.map { ($0.part, root + "/" + $0.name) }
  }

  private static func contents(_ root: String, _ pictures: [String]) -> [String: Content] {
    var contents: [String: Content] = [:]
    for path in pictures {
      let names = path.utf8.dropFirst(root.utf8.count).split(separator: UInt8(ascii: "/"))
      guard names.count > 1 else { continue }
      let name = String(decoding: names[0], as: UTF8.self)
      if names.count == 2 { contents[name, default: Content()].hasPictures = true }
      if names.count > 2 { contents[name, default: Content()].hasFolders = true }
    }
    return contents
  }
}
