/// A plain table for the terminal: columns as wide as their widest cell, numbers to the right.
struct Table {
  private let titles: [String]
  private let numeric: Set<Int>
  private var rows: [[String]] = []

  /// Starts a table; `numeric` are the columns that stand to the right.
  init(_ titles: [String], numeric: Set<Int> = []) {
    self.titles = titles
    self.numeric = numeric
  }

  /// Adds a row of as many cells as there are titles.
  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, titles first.
  var lines: [String] {
    let all = [titles] + rows
    let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += numeric.contains(column) ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Prints the table.
  func show() { lines.forEach { emit($0) } }
}

/// A count with thin groups of three digits, as in `3 696 625`.
func grouped(_ number: Int) -> String {
  var digits = String(abs(number))
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert((number < 0 ? "-" : "") + digits, at: 0)
  return groups.joined(separator: " ")
}
