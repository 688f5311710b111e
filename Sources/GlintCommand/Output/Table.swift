/// Columns of text that a person reads, as wide as their widest cell.
struct Table {
  private let text: Set<Int>
  private var rows: [[String]]

  /// Starts a table with its header; the columns in `text` stand to the left, the others to the right.
  init(_ header: [String], text: Set<Int> = [0]) {
    self.text = text
    rows = [header]
  }

  /// Adds a row with as many cells as the header.
  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, a rule under the header.
  var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      var line = ""
      for (column, cell) in cells.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += text.contains(column) ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1))
    return [line(rows[0]), rule] + rows.dropFirst().map(line)
  }

  /// Prints the table.
  func show() { lines.forEach { emit($0) } }
}
