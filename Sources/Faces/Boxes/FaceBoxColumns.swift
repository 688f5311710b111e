import Files
import Imaging

/// Which columns of a table of face boxes hold what.
struct FaceBoxColumns {
  let file: Int
  private let form: Form
  /// Trimmed, in small letters.
  private let names: [String]

  private enum Form {
    case list(Int)
    case size([Int])
    case corners([Int])
  }

  init?(_ header: [String]) {
    let names = header.map(Self.plain)
    func first(_ wanted: String...) -> Int? { wanted.lazy.compactMap { names.firstIndex(of: $0) }.first }
    guard let file = Self.file(names) else { return nil }
    self.file = file
    self.names = names
    if let x = first("x", "left"), let y = first("y", "top"), let w = first("w", "width"), let h = first("h", "height")
    {
      form = .size([x, y, w, h])
    } else if let x = first("x0", "xmin"), let y = first("y0", "ymin"), let x1 = first("x1", "xmax"),
      let y1 = first("y1", "ymax")
    {
      form = .corners([x, y, x1, y1])
    } else if let list = names.firstIndex(where: { $0.holds("box") }) {
      form = .list(list)
    } else {
      return nil
    }
  }

  /// A column's name as names are compared.
  static func plain(_ name: String) -> String { name.trimmed.lowercased() }

  /// The column that names files.
  static func file(_ names: [String]) -> Int? {
    ["file", "path", "image", "filename", "name"].lazy.compactMap { names.firstIndex(of: $0) }.first
  }

  /// Whether a column may hold a part of a box, or what a detector says of it.
  static func isOfBox(_ name: String) -> Bool {
    let parts: Set = [
      "x", "y", "w", "h", "left", "top", "width", "height", "x0", "y0", "x1", "y1", "xmin", "ymin", "xmax", "ymax",
      "score",
    ]
    return parts.contains(name) || name.holds("box")
  }

  /// The numbers of each box of a line; none where the line's are empty.
  func numbers(_ fields: [String]) -> [[String]] {
    switch form {
    case .list(let column):
      return fields[column].split(separator: ";")
        .map { $0.split { $0 == " " || $0 == "\t" }.map(String.init) }.filter { !$0.isEmpty }
    case .size(let columns), .corners(let columns):
      let numbers = columns.map { fields[$0].trimmed }
      return numbers.allSatisfy(\.isEmpty) ? [] : [numbers]
    }
  }

  /// What a column says, trimmed; empty where there is none of that name.
  func text(_ column: String, in fields: [String]) -> String {
    names.firstIndex(of: column).map { fields[$0].trimmed } ?? ""
  }

  func box(_ values: [Float]) -> FaceBox {
    switch form {
    case .list, .size: FaceBox(x: values[0], y: values[1], width: values[2], height: values[3])
    case .corners:
      FaceBox(x: values[0], y: values[1], width: values[2] - values[0], height: values[3] - values[1])
    }
  }
}

extension String {
  /// Without spaces and tabs at its ends.
  fileprivate var trimmed: String {
    func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
      return ""
    }
    return String(self[first...last])
  }
}
