/// Columns of text that a person reads: the first left-aligned, the others right-aligned.
struct Table {
  private var rows: [[String]]

  /// Starts a table with its header.
  init(_ header: [String]) { rows = [header] }

  /// Adds a row with as many cells as the header.
  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The lines, a rule under the header.
  var lines: [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      cells.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + padding : padding + cell
      }.joined(separator: "  ")
    }
    let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * (widths.count - 1))
    return [line(rows[0]), rule] + rows.dropFirst().map(line)
  }
}
