/// A table of text and numbers.
public struct ReportTable: Sendable {
  /// Words or a number, as it is shown.
  public enum Cell: Sendable, ExpressibleByStringLiteral {
    /// Words, set to the left.
    case text(String)
    /// A number that is already written, set to the right.
    case number(String)
    /// A number with a bar whose length is `share` of the column, 0...1.
    case bar(String, share: Double)

    /// A cell of words.
    public init(stringLiteral value: String) { self = .text(value) }
  }

  /// The heads of the columns.
  public var columns: [String]
  /// The rows; short ones are filled up.
  public var rows: [[Cell]]
  /// Places in the page that links may lead to, by row; empty for none.
  public var anchors: [String] = []

  /// Rows that are shorter than `columns` are filled up.
  public init(columns: [String], rows: [[Cell]]) {
    self.columns = columns
    self.rows = rows
  }
}

extension ReportBlock {
  /// A table; wide ones scroll sideways on a phone.
  public static func table(_ table: ReportTable, title: String = "", wide: Bool = true) -> ReportBlock {
    guard !table.rows.isEmpty else { return ReportBlock(Markup.nothing, title: title, wide: wide) }
    let numeric = table.columns.indices.map { column in
      table.rows.contains { row in
        guard column < row.count, case .text = row[column] else { return column < row.count }
        return false
      }
    }
    let head = zip(table.columns, numeric).map { column, isNumber -> Markup in
      isNumber ? "<th class=\"n\" scope=\"col\">\(column)</th>" : "<th scope=\"col\">\(column)</th>"
    }
    let rows = table.rows.enumerated().map { index, row -> Markup in
      let anchor: Markup = index < table.anchors.count ? " id=\"\(table.anchors[index])\"" : .empty
      let cells = table.columns.indices.map { $0 < row.count ? cell(row[$0]) : "<td></td>" as Markup }
      return "<tr\(anchor)>\(cells.joined())</tr>"
    }
    return ReportBlock(
      """
      <div class="scroll"><table><thead><tr>\(head.joined())</tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """,
      title: title, wide: wide)
  }

  private static func cell(_ cell: ReportTable.Cell) -> Markup {
    switch cell {
    case .text(let text): return "<td>\(text)</td>"
    case .number(let number): return "<td class=\"n\">\(number)</td>"
    case .bar(let number, let share):
      let length = share.isFinite ? min(max(share, 0), 1) * 100 : 0
      return "<td class=\"n bar\"><i style=\"width:\(length)%\"></i><span>\(number)</span></td>"
    }
  }
}

extension Markup {
  /// What stands where there is nothing to show.
  static let nothing: Markup = "<p class=\"nothing\">No data.</p>"
}
