import Files
import Glibc
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
  public init(path: String) throws {
    if let reason = FileKind.refusal(of: path, wanting: "a table of face boxes", among: [.text]) {
      throw FaceBoxError(path: path, line: nil, reason: reason)
    }
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch {
      throw FaceBoxError(path: path, line: nil, reason: error.reason)
    }
    try self.init(try Self.text(file, path), path: path)
  }

  private static func text(_ file: MappedFile, _ path: String) throws -> String {
    guard let text = withExtendedLifetime(file, { CommaSeparated.text($0.bytes) }) else {
      throw FaceBoxError(path: path, line: nil, reason: "is no text in UTF-8 or UTF-16: save it as one of these")
    }
    return text
  }

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
    let path = path(in: folder)
    var facts = stat()
    // An empty file tells nothing, and a pipe is no table.
    guard stat(PathText.bytes(path), &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size > 0 else {
      return nil
    }
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch {
      throw FaceBoxError(path: path, line: nil, reason: error.reason)
    }
    return try text(file, path)
  }

  /// The column of a header that names files, nil where none does.
  package static func fileColumn(_ header: [String]) -> Int? { FaceBoxColumns.file(header.map(FaceBoxColumns.plain)) }

  /// Whether a column of this name is, or may be, a part of a box.
  package static func isBoxColumn(_ name: String) -> Bool { FaceBoxColumns.isOfBox(FaceBoxColumns.plain(name)) }

  /// Reads a table's text; `path` is what errors call it.
  public init(_ text: String, path: String) throws {
    self.path = path
    func failure(_ line: Int, _ reason: String) -> FaceBoxError { FaceBoxError(path: path, line: line, reason: reason) }
    guard !text.isEmpty else { throw FaceBoxError(path: path, line: nil, reason: "is empty") }
    guard let (rest, columns, count, separator) = CommaSeparated.table(text, understoodBy: FaceBoxColumns.init) else {
      throw failure(1, "names no columns for a file and its box: give it 'file' and 'x', 'y', 'w', 'h'")
    }
    var lines = rest
    var boxes: [String: FaceBox] = [:]
    var names = PictureNames()
    while let line = lines.next() {
      if line.fields == [""] { continue }
      guard line.fields.count == count else {
        throw failure(line.number, "has \(line.fields.count) values where the first line names \(count)")
      }
      guard !line.fields[columns.file].isEmpty else { throw failure(line.number, "names no file") }
      let name = names.add(line.fields[columns.file])
      for numbers in columns.numbers(line.fields) {
        let values = numbers.compactMap { Self.number($0, separator) }
        guard values.count == 4, numbers.count == 4, values.allSatisfy({ $0.isFinite && abs($0) <= 1e6 }) else {
          throw failure(line.number, "'\(numbers.joined(separator: " "))' is no box of four numbers")
        }
        let box = columns.box(values)
        guard box.width > 0, box.height > 0 else { throw failure(line.number, "the box has no width or no height") }
        guard box.width > 1 || box.height > 1 else {
          throw failure(
            line.number,
            "the box '\(numbers.joined(separator: " "))' is in shares of the picture, and boxes are in pixels: "
              + "multiply by the picture's width and height")
        }
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
