import Datasets
import Files
import Imaging
import Models
import Numerics
import Reports

/// Pictures that changed sides, as small files that a summary in Markdown shows: hosts of pull requests drop pictures
/// that lie in the text itself.
struct Thumbnails {
  /// The most that are written.
  static let most = 24

  /// Where they go.
  let folder: String

  /// The files, by their place among the pictures that changed sides.
  var paths: [String] {
    (1...Self.most).map { "\(folder)/changed-\($0 < 10 ? "0" : "")\($0).jpg" }
  }

  /// Notes them before any work.
  func plan(_ plan: inout OutputPlan) throws {
    for path in paths { try plan.write("--thumbnails", path, .sheet, isAsked: false) }
  }

  /// Writes them, the largest change first, and takes away those that an earlier run wrote and this one has no picture
  /// for.
  ///
  /// - Throws: `FileError` where one cannot be written.
  func write(_ flipped: [Int], of images: [LabelledImage], input: Shape) throws {
    try FileSystem.makeFolder(folder)
    for (place, path) in paths.enumerated() {
      guard place < flipped.count else {
        if OutputKind.sheet.isOurs(path) { try? FileSystem.remove(path) }
        continue
      }
      let picture = Image(
        width: input[1], height: input[0], channels: input[2], pixels: images[flipped[place]].pixels)
      try AtomicFile.write(
        try DrawnPicture.encoded(picture.shrunk(toFit: 160), for: path, quality: 85), to: path)
    }
  }

  /// A picture's address in a summary: relative to the file where both are in one folder's tree, else as given.
  func address(_ place: Int, from summary: String) -> String {
    let base = summary.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let path = paths[place]
    return !base.isEmpty && path.hasPrefix(base + "/") ? String(path.dropFirst(base.count + 1)) : path
  }
}
