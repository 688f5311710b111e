/// Comma-separated values, line by line: fields in quotation marks may hold commas, line ends and doubled quotation
/// marks. Spreadsheets of other countries put semicolons or tabs where commas are decimal marks. Blanks around a field
/// are no part of it, but for those within quotation marks: people write `a, b` as well as `a,b`.
package struct CommaSeparated {
  private var rest: Substring.UnicodeScalarView
  private var line = 1
  private let separator: Unicode.Scalar

  /// What may stand between fields.
  package static let separators: [Unicode.Scalar] = [",", ";", "\t"]

  init(_ text: String, separator: Unicode.Scalar = ",") {
    self.separator = separator
    rest = Substring(text).unicodeScalars
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
  }

  /// The text of a file in UTF-8, or in UTF-16 as spreadsheets save "Unicode text"; nil where it is neither.
  static func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    let isBig = bytes.count > 1 && (bytes[0] == 0xFE && bytes[1] == 0xFF || bytes[0] == 0 && bytes[1] != 0)
    let isLittle = bytes.count > 1 && (bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] != 0 && bytes[1] == 0)
    guard isBig || isLittle else { return String(validating: bytes, as: UTF8.self) }
    guard bytes.count % 2 == 0 else { return nil }
    let units = stride(from: 0, to: bytes.count, by: 2).map { place in
      let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    return String(validating: units, as: UTF16.self)
  }

  /// A table with a header: the lines after the first, what its columns hold, how many there are, and the separator at
  /// which that can be understood; nil at none.
  ///
  /// - Parameter understand: given the fields of the header, what its columns hold, nil where they make no sense.
  package static func table<Columns>(
    _ text: String, understoodBy understand: ([String]) -> Columns?
  ) -> (lines: CommaSeparated, columns: Columns, count: Int, separator: Unicode.Scalar)? {
    for separator in separators {
      var lines = CommaSeparated(text, separator: separator)
      var header = lines.next()
      // Spreadsheets write which separator follows.
      if header?.fields.first?.hasPrefix("sep=") == true { header = lines.next() }
      guard let header, let columns = understand(header.fields) else { continue }
      return (lines, columns, header.fields.count, separator)
    }
    return nil
  }

  /// The next line's fields and its number, nil after the last.
  package mutating func next() -> (fields: [String], number: Int)? {
    guard !rest.isEmpty else { return nil }
    let number = line
    var fields: [String] = []
    var field = String.UnicodeScalarView()
    var quoted = false
    // At the field's end, outside quotation marks.
    var blanks = 0
    func finish() {
      field.removeLast(blanks)
      fields.append(String(field))
      (field, blanks) = (String.UnicodeScalarView(), 0)
    }
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"" where quoted && rest.first == "\"":
        field.append("\"")
        rest.removeFirst()
      case "\"":
        quoted.toggle()
        blanks = 0
      case "\r" where !quoted && rest.first == "\n": break
      case separator, "\n", "\r":
        if scalar == "\n" || scalar == "\r" && rest.first != "\n" { line += 1 }
        if quoted {
          field.append(scalar)
        } else {
          finish()
          if scalar != separator { return (fields, number) }
        }
      case " " where !quoted, "\t" where !quoted:
        guard !field.isEmpty else { continue }
        field.append(scalar)
        blanks += 1
      default:
        field.append(scalar)
        blanks = 0
      }
    }
    finish()
    return (fields, number)
  }
}
