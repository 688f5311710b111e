import Imaging

/// Where the faces of a folder's pictures stand, from a table that somebody or a detector made.
///
/// The table is a text file of comma-separated values (RFC 4180; semicolons and tabs, and UTF-16, as spreadsheets save
/// them, are read too) whose first line names the columns, in any order and
/// case: `file` (or `path`, `image`, `name`), and the box in pixels of the upright picture as `x, y, w, h`, as
/// `x0, y0, x1, y1`, or in one column whose name holds `box`, with `x y w h` for each face and `;` between faces. Of
/// several faces the largest counts, the first of equals: the one that the picture is of. Other columns are not read.
public struct FaceBoxTable: Sendable {
  /// The table's file.
  public let path: String
  /// By the file's name as the table gives it, with slashes.
  private let boxes: [String: FaceBox]
  /// Names in the table, with and without boxes.
  private let names: PictureNames

  /// Pictures of the table that have a box.
  public var count: Int { boxes.count }

  /// The name under which a data folder's table is found without being named.
  public static let defaultName = "index.csv"

  /// Reads a table.
  ///
  /// - Throws: `FaceBoxError` naming the line.
  public init(path: String) throws { try self.init(try FaceBoxLines.text(path: path), path: path) }

  /// The path of a data folder's own table.
  public static func path(in folder: String) -> String {
    (folder.utf8.last == UInt8(ascii: "/") ? String(folder.dropLast()) : folder) + "/" + defaultName
  }

  /// The table of a data folder: `index.csv` in it, where that has columns for boxes; nil where there is none.
  ///
  /// - Throws: `FaceBoxError` for a table that has the columns and cannot be understood.
  public static func found(in folder: String) throws -> FaceBoxTable? {
    guard let text = try ownText(in: folder),
      CommaSeparated.table(text, understoodBy: FaceBoxColumns.init) != nil
    else { return nil }
    return try FaceBoxTable(text, path: path(in: folder))
  }

  /// The text of a data folder's own table; nil where there is none.
  ///
  /// - Throws: `FaceBoxError` for a file that cannot be read, or is no text.
  package static func ownText(in folder: String) throws -> String? {
    try FaceBoxLines.ownText(path: path(in: folder))
  }

  /// The column of a header that names files, nil where none does.
  package static func fileColumn(_ header: [String]) -> Int? { FaceBoxColumns.file(header.map(FaceBoxColumns.plain)) }

  /// Whether a column of this name is, or may be, a part of a box.
  package static func isBoxColumn(_ name: String) -> Bool { FaceBoxColumns.isOfBox(FaceBoxColumns.plain(name)) }

  /// Reads a table's text; `path` is what errors call it.
  public init(_ text: String, path: String) throws {
    self.path = path
    var boxes: [String: FaceBox] = [:]
    var names = PictureNames()
    var lines = try FaceBoxLines(text, path: path)
    while let line = try lines.next() {
      let name = names.add(line.file)
      for box in line.boxes {
        if let other = boxes[name], other.width * other.height >= box.width * box.height { continue }
        boxes[name] = box
      }
    }
    self.boxes = boxes
    self.names = names
  }

  /// A number, with a decimal comma where commas do not separate fields.
  package static func number(_ text: String, _ separator: Unicode.Scalar) -> Float? {
    if let number = Float(text) { return number }
    guard separator != "," else { return nil }
    return Float(String(text.map { $0 == "," ? "." : $0 }))
  }

  /// The face of a picture, nil where the table has none for it. A path counts as the longest of its ends that the
  /// table names: `photos/happy/1.jpg` is found as `happy/1.jpg`.
  public func box(for path: String) -> FaceBox? { names.name(for: path).flatMap { boxes[$0] } }

  /// What is said of a table that names no box for any of so many pictures, as a clause.
  package static func namesNone(of pictures: Int) -> String { "names a box for none of the \(pictures) pictures" }

  /// The same of a table that was given for them, with what to do.
  package static func namesNone(of pictures: Int, seenFrom folder: String) -> String {
    namesNone(of: pictures) + "; it should name them as seen from \(folder), as in 'happy/1.jpg'"
  }

  /// Whether the table names the picture, with a box or without one.
  public func names(_ path: String) -> Bool { names.name(for: path) != nil }
}

/// A table of boxes that cannot be understood: the file, the line, and why.
public struct FaceBoxError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The table.
  public let path: String
  /// Counted from 1; nil where it is the whole file.
  public let line: Int?
  /// Why.
  public let reason: String

  /// Place and cause.
  public var description: String { path + (line.map { ", line \($0)" } ?? "") + ": " + reason }
}
