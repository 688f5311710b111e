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
