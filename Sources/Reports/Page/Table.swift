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
    /// A number with its interval drawn beside it, on the scale that the column's intervals share.
    case interval(String, Interval)

    /// A cell of words.
    public init(stringLiteral value: String) { self = .text(value) }
  }

  /// A value between its ends.
  public struct Interval: Hashable, Sendable {
    /// Where it is.
    public var value: Double
    /// From where to where it may be.
    public var ends: ClosedRange<Double>

    /// `value` lies within `ends`.
    public init(_ value: Double, _ ends: ClosedRange<Double>) {
      self.value = value
      self.ends = ends
    }
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
    let scales = table.columns.indices.map { column in
      table.rows.reduce(0...0) { scale, row in
        guard column < row.count, case .interval(_, let interval) = row[column] else { return scale }
        return min(scale.lowerBound, interval.ends.lowerBound)...max(scale.upperBound, interval.ends.upperBound)
      }
    }
    let rows = table.rows.enumerated().map { index, row -> Markup in
      let anchor: Markup = index < table.anchors.count ? " id=\"\(table.anchors[index])\"" : .empty
      let cells = table.columns.indices.map { $0 < row.count ? cell(row[$0], scales[$0]) : "<td></td>" as Markup }
      return "<tr\(anchor)>\(cells.joined())</tr>"
    }
    return ReportBlock(
      """
      \(scroll("table \(title)"))<table><thead><tr>\(head.joined())</tr></thead>\
      <tbody>\(rows.joined())</tbody></table></div>
      """,
      title: title, wide: wide)
  }

  /// - Parameter scale: holds all intervals of the column, and 0.
  private static func cell(_ cell: ReportTable.Cell, _ scale: ClosedRange<Double>) -> Markup {
    switch cell {
    case .text(let text): return "<td>\(text)</td>"
    case .number(let number): return "<td class=\"n\">\(number)</td>"
    case .bar(let number, let share):
      let length = share.isFinite ? min(max(share, 0), 1) * 100 : 0
      return "<td class=\"n bar\"><i style=\"width:\(length)%\"></i><span>\(number)</span></td>"
    case .interval(let number, let interval):
      let size = max(scale.upperBound - scale.lowerBound, 1e-12)
      func x(_ value: Double) -> Double { 4 + 112 * (value - scale.lowerBound) / size }
      return
        """
        <td class="n interval"><span>\(number)</span><svg viewBox="0 0 120 14" aria-hidden="true">\
        <line class="axis" x1="\(x(0))" x2="\(x(0))" y1="0" y2="14"/>\
        <line class="line c0" x1="\(x(interval.ends.lowerBound))" x2="\(x(interval.ends.upperBound))" y1="7" y2="7"/>\
        <circle class="dot c0" cx="\(x(interval.value))" cy="7" r="4"/></svg></td>
        """
    }
  }
}

extension ReportBlock {
  /// The start of what scrolls sideways where it is wider than the page: also with keys, without a mouse.
  static func scroll(_ name: String) -> Markup {
    "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"\(name)\">"
  }
}

extension Markup {
  /// What stands where there is nothing to show.
  static let nothing: Markup = "<p class=\"nothing\">No data.</p>"
}
