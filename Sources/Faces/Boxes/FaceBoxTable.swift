import Foundation
import Imaging

/// Where the faces of a folder's pictures stand, from a table that somebody or a detector made.
///
/// The table is a text file of comma-separated values (RFC 4180) whose first line names the columns, in any order and
/// case: `file` (or `path`, `image`, `name`), and the box in pixels of the upright picture as `x, y, w, h`, as
/// `x0, y0, x1, y1`, or in one column whose name holds `box`, with `x y w h` for each face and `;` between faces. Of
/// several faces the largest counts, the first of equals: the one that the picture is of. Other columns are not read.
public struct FaceBoxTable: Sendable {
  /// The table's file.
  public let path: String
  /// By the file's name as the table gives it.
  private let boxes: [String: FaceBox]
  /// Names in the table, with and without boxes.
  private let names: Set<String>

  /// Pictures of the table that have a box.
  public var count: Int { boxes.count }

  /// The name under which a data folder's table is found without being named.
  public static let defaultName = "index.csv"

  /// Reads a table.
  ///
  /// - Throws: `FaceBoxError` naming the line.
  public init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FaceBoxError(path: path, line: nil, reason: "cannot be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw FaceBoxError(path: path, line: nil, reason: "is no text in UTF-8")
    }
    try self.init(text, path: path)
  }

  /// The table of a data folder: `index.csv` in it, where that has columns for boxes; nil where there is none.
  ///
  /// - Throws: `FaceBoxError` for a table that has the columns and cannot be understood.
  public static func found(in folder: String) throws -> FaceBoxTable? {
    let path = (folder.hasSuffix("/") ? String(folder.dropLast()) : folder) + "/" + defaultName
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
      return nil
    }
    var lines = CommaSeparated(text)
    guard let header = lines.next(), Columns(header.fields) != nil else { return nil }
    return try FaceBoxTable(text, path: path)
  }

  /// Reads a table's text; `path` is what errors call it.
  public init(_ text: String, path: String) throws {
    self.path = path
    func failure(_ line: Int, _ reason: String) -> FaceBoxError { FaceBoxError(path: path, line: line, reason: reason) }
    var lines = CommaSeparated(text)
    guard let header = lines.next() else { throw FaceBoxError(path: path, line: nil, reason: "is empty") }
    guard let columns = Columns(header.fields) else {
      throw failure(1, "names no columns for a file and its box: give it 'file' and 'x', 'y', 'w', 'h'")
    }
    var boxes: [String: FaceBox] = [:]
    var names: Set<String> = []
    while let line = lines.next() {
      if line.fields == [""] { continue }
      guard line.fields.count == header.fields.count else {
        throw failure(line.number, "has \(line.fields.count) values where the first line names \(header.fields.count)")
      }
      let name = line.fields[columns.file]
      guard !name.isEmpty else { throw failure(line.number, "names no file") }
      names.insert(name)
      for numbers in columns.numbers(line.fields) {
        let values = numbers.compactMap { Float($0) }
        guard values.count == 4, numbers.count == 4, values.allSatisfy({ $0.isFinite && abs($0) <= 1e6 }) else {
          throw failure(line.number, "'\(numbers.joined(separator: " "))' is no box of four numbers")
        }
        let box = columns.box(values)
        guard box.width > 0, box.height > 0 else { throw failure(line.number, "the box has no width or no height") }
        if let other = boxes[name], other.width * other.height >= box.width * box.height { continue }
        boxes[name] = box
      }
    }
    self.boxes = boxes
    self.names = names
  }

  /// The face of a picture, nil where the table has none for it. A path counts as the longest of its ends that the
  /// table names: `photos/happy/1.jpg` is found as `happy/1.jpg`.
  public func box(for path: String) -> FaceBox? { name(for: path).flatMap { boxes[$0] } }

  /// Whether the table names the picture, with a box or without one.
  public func names(_ path: String) -> Bool { name(for: path) != nil }

  private func name(for path: String) -> String? {
    var rest = Substring(path)
    while true {
      if names.contains(String(rest)) { return String(rest) }
      guard let slash = rest.firstIndex(of: "/") else { return nil }
      rest = rest[rest.index(after: slash)...]
    }
  }
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

/// Which columns of a table hold what.
private struct Columns {
  let file: Int
  private let form: Form

  private enum Form {
    case list(Int)
    case size([Int])
    case corners([Int])
  }

  init?(_ header: [String]) {
    let names = header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    func first(_ wanted: String...) -> Int? { wanted.lazy.compactMap { names.firstIndex(of: $0) }.first }
    guard let file = first("file", "path", "image", "filename", "name") else { return nil }
    self.file = file
    if let x = first("x", "left"), let y = first("y", "top"), let w = first("w", "width"), let h = first("h", "height")
    {
      form = .size([x, y, w, h])
    } else if let x = first("x0", "xmin"), let y = first("y0", "ymin"), let x1 = first("x1", "xmax"),
      let y1 = first("y1", "ymax")
    {
      form = .corners([x, y, x1, y1])
    } else if let list = names.firstIndex(where: { $0.contains("box") }) {
      form = .list(list)
    } else {
      return nil
    }
  }

  /// The numbers of each box of a line; none where the line's are empty.
  func numbers(_ fields: [String]) -> [[String]] {
    switch form {
    case .list(let column):
      return fields[column].split(separator: ";").map { $0.split(separator: " ").map(String.init) }.filter {
        !$0.isEmpty
      }
    case .size(let columns), .corners(let columns):
      let numbers = columns.map { fields[$0].trimmingCharacters(in: .whitespaces) }
      return numbers.allSatisfy(\.isEmpty) ? [] : [numbers]
    }
  }

  func box(_ values: [Float]) -> FaceBox {
    switch form {
    case .list, .size: FaceBox(x: values[0], y: values[1], width: values[2], height: values[3])
    case .corners:
      FaceBox(x: values[0], y: values[1], width: values[2] - values[0], height: values[3] - values[1])
    }
  }
}

/// Comma-separated values, line by line: fields in quotation marks may hold commas, line ends and doubled quotation
/// marks.
struct CommaSeparated {
  private var rest: Substring.UnicodeScalarView
  private var line = 1

  init(_ text: String) {
    rest = Substring(text).unicodeScalars
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
  }

  /// The next line's fields and its number, nil after the last.
  mutating func next() -> (fields: [String], number: Int)? {
    guard !rest.isEmpty else { return nil }
    let number = line
    var fields: [String] = []
    var field = String.UnicodeScalarView()
    var quoted = false
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"" where quoted && rest.first == "\"":
        field.append("\"")
        rest.removeFirst()
      case "\"": quoted.toggle()
      case ",", "\n":
        if scalar == "\n" { line += 1 }
        if quoted {
          field.append(scalar)
        } else {
          fields.append(String(field))
          field = String.UnicodeScalarView()
          if scalar == "\n" { return (fields, number) }
        }
      case "\r" where !quoted: break
      default: field.append(scalar)
      }
    }
    return (fields + [String(field)], number)
  }
}
