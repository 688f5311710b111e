import Files
import Imaging

/// The class folders in one folder: which pictures lie in a folder of which name.
///
/// Two Unicode forms of one name, as macOS and Linux write `é`, look alike, compare as equal, and are one class: its
/// name is the composed form (NFC).
struct ClassFolders {
  /// Class names, by their bytes.
  private(set) var labels: [String] = []
  /// The pictures of each class, in the order of their bytes.
  private(set) var pictures: [String: [String]] = [:]
  /// Pictures that lie in the folder itself.
  private(set) var loose: [String] = []
  /// Sentences on names that were taken as one.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - folder: whose class folders these are; without a slash at its end.
  ///   - all: pictures somewhere in it, in the order of their bytes.
  ///   - passingOver: names of folders in it that are no classes.
  /// - Throws: `DatasetError` for a name that can be no label.
  init(_ folder: String, _ all: [String], passingOver: Set<String> = []) throws(DatasetError) {
    var forms: [String: [[UInt8]]] = [:]
    for path in all {
      let rest = path.utf8.dropFirst(folder.utf8.count + (folder == "/" ? 0 : 1))
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else {
        loose.append(path)
        continue
      }
      let name = String(decoding: rest[..<slash], as: UTF8.self)
      guard !passingOver.contains(name) else { continue }
      let form = Array(name.utf8)
      // Text compares Unicode forms of one name as equal, bytes do not.
      if !forms[name, default: []].contains(form) {
        forms[name, default: []].append(form)
        try Self.check(name, in: folder)
      }
      pictures[name.composed, default: []].append(path)
    }
    labels = pictures.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in labels where forms[name, default: []].count > 1 {
      notes.append("\(folder): folders that write '\(name)' in two Unicode forms are taken as one class")
    }
  }

  /// The longest label, in characters: tables and reports still show it.
  private static let longest = 100

  /// What may be a label.
  private static func check(_ name: String, in folder: String) throws(DatasetError) {
    let path = folder + "/" + name
    var fault: String?
    if PathText.bytes(name).count != name.utf8.count + 1 {
      fault = "has bytes that are not UTF-8, or control characters"
    } else if name.allSatisfy(\.isWhitespace) {
      fault = "is nothing but spaces"
    } else if name.count > longest {
      fault = "has \(name.count) characters, and at most \(longest) are taken"
    }
    guard let fault else { return }
    throw DatasetError(path: path, "a class folder's name becomes a label, and this one \(fault): rename it")
  }
}
