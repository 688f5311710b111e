import Files
import Glibc
import Imaging

/// The lines of a table of face boxes, one after the other: a picture's name, its boxes, and whatever other columns
/// say.
struct FaceBoxLines {
  struct Line {
    /// As the table has it.
    let file: String
    let boxes: [FaceBox]
    /// Counted from 1.
    let number: Int
    fileprivate let fields: [String]
  }

  private let path: String
  private var lines: CommaSeparated
  private let columns: FaceBoxColumns
  private let count: Int
  private let separator: Unicode.Scalar

  /// - Parameter path: what errors call the table.
  init(_ text: String, path: String) throws {
    self.path = path
    guard !text.isEmpty else { throw FaceBoxError(path: path, line: nil, reason: "is empty") }
    guard let table = CommaSeparated.table(text, understoodBy: FaceBoxColumns.init) else {
      throw FaceBoxError(
        path: path, line: 1, reason: "names no columns for a file and its box: give it 'file' and 'x', 'y', 'w', 'h'")
    }
    (lines, columns, count, separator) = table
  }

  /// The text of a file that was named as a table.
  static func text(path: String) throws -> String {
    if let reason = FileKind.refusal(of: path, wanting: "a table of face boxes", among: [.text]) {
      throw FaceBoxError(path: path, line: nil, reason: reason)
    }
    return try contents(path)
  }

  /// The text of a file that may be a table; nil where there is none.
  static func ownText(path: String) throws -> String? {
    var facts = stat()
    // An empty file tells nothing, and a pipe is no table.
    guard stat(PathText.bytes(path), &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size > 0 else {
      return nil
    }
    return try contents(path)
  }

  private static func contents(_ path: String) throws -> String {
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch {
      throw FaceBoxError(path: path, line: nil, reason: error.reason)
    }
    guard let text = withExtendedLifetime(file, { CommaSeparated.text($0.bytes) }) else {
      throw FaceBoxError(path: path, line: nil, reason: "is no text in UTF-8 or UTF-16: save it as one of these")
    }
    return text
  }

  /// The next line that is not empty, nil after the last.
  mutating func next() throws -> Line? {
    while let line = lines.next() {
      if line.fields == [""] { continue }
      guard line.fields.count == count else {
        throw failure(line.number, "has \(line.fields.count) values where the first line names \(count)")
      }
      guard !line.fields[columns.file].isEmpty else { throw failure(line.number, "names no file") }
      let boxes = try columns.numbers(line.fields).map { try box($0, line.number) }
      return Line(file: line.fields[columns.file], boxes: boxes, number: line.number, fields: line.fields)
    }
    return nil
  }

  /// What another column says of a line, without spaces around it; empty where there is no such column.
  func text(_ column: String, of line: Line) -> String { columns.text(column, in: line.fields) }

  /// An error that names a line of this table.
  func failure(_ line: Int, _ reason: String) -> FaceBoxError { FaceBoxError(path: path, line: line, reason: reason) }

  private func box(_ numbers: [String], _ line: Int) throws -> FaceBox {
    let values = numbers.compactMap { FaceBoxTable.number($0, separator) }
    guard values.count == 4, numbers.count == 4, values.allSatisfy({ $0.isFinite && abs($0) <= 1e6 }) else {
      throw failure(line, "'\(numbers.joined(separator: " "))' is no box of four numbers")
    }
    let box = columns.box(values)
    guard box.width > 0, box.height > 0 else { throw failure(line, "the box has no width or no height") }
    guard box.width > 1 || box.height > 1 else {
      throw failure(
        line,
        "the box '\(numbers.joined(separator: " "))' is in shares of the picture, and boxes are in pixels: "
          + "multiply by the picture's width and height")
    }
    return box
  }
}
