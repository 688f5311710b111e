/// How often each true class got each label.
public struct ConfusionCounts: Hashable, Sendable {
  /// The names of the classes.
  public var labels: [String]
  /// `[true class, predicted class]`
  public var counts: [[Int]]

  /// `counts[true][predicted]`, one row and one column a label.
  public init(labels: [String], counts: [[Int]]) {
    precondition(counts.count == labels.count && counts.allSatisfy { $0.count == labels.count })
    self.labels = labels
    self.counts = counts
  }

  /// All that were evaluated.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// Share of right labels; not a number where nothing was evaluated.
  public var accuracy: Double { Double(labels.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total) }
  /// Share of a class that was found.
  public func recall(_ label: Int) -> Double { Double(counts[label][label]) / Double(counts[label].reduce(0, +)) }
  /// Share of a label's uses that were right.
  public func precision(_ label: Int) -> Double {
    Double(counts[label][label]) / Double(counts.reduce(0) { $0 + $1[label] })
  }
}

extension ReportBlock {
  /// A confusion matrix: counts, and the share of each true class.
  public static func confusion(_ matrix: ConfusionCounts, title: String) -> ReportBlock {
    guard matrix.total > 0 else { return ReportBlock(Markup.nothing, title: title) }
    let n = matrix.labels.count
    let left = 92.0
    let top = 46.0
    let side = (ChartFrame.width - left - 10) / Double(n)
    let tall = min(side, 96)
    let small = side < 70
    var drawing: Markup =
      "<text class=\"name\" text-anchor=\"middle\" x=\"\(left + side * Double(n) / 2)\" y=\"14\">predicted</text>"
    let middle = top + tall * Double(n) / 2
    drawing +=
      """
      <text class="name" text-anchor="middle" transform="rotate(-90 12 \(middle))" x="12" y="\(middle)">true</text>
      """
    for (index, label) in matrix.labels.enumerated() {
      let x = left + side * (Double(index) + 0.5)
      let y = top + tall * (Double(index) + 0.5) + 4
      drawing += "<text class=\"class\" text-anchor=\"middle\" x=\"\(x)\" y=\"36\">\(shortened(label, 14))</text>"
      drawing += "<text class=\"class\" text-anchor=\"end\" x=\"\(left - 8)\" y=\"\(y)\">\(shortened(label, 9))</text>"
    }
    for row in 0..<n {
      let sum = matrix.counts[row].reduce(0, +)
      for column in 0..<n {
        let count = matrix.counts[row][column]
        let share = sum > 0 ? Double(count) / Double(sum) : 0
        let x = left + side * Double(column)
        let y = top + tall * Double(row)
        let isRight = row == column
        let title =
          "\(Figures.count(count)) of \(Figures.count(sum)) \(matrix.labels[row]) labelled \(matrix.labels[column])"
        // No stronger, so that dark words on it keep a contrast of 4.5 (WCAG 2.1), in the bright and the dark page.
        let strength = 0.06 + 0.74 * share
        drawing +=
          """
          <g><title>\(title)</title><rect class="cell \(isRight ? "c0" : "c1")" x="\(x + 1.5)" y="\(y + 1.5)" \
          width="\(side - 3)" height="\(tall - 3)" rx="5" fill-opacity="\(strength)"/>
          """
        let ink = share > 0.7 ? "ink strong" : "ink"
        drawing +=
          """
          <text class="\(ink) \(small ? "few" : "count")" text-anchor="middle" x="\(x + side / 2)" \
          y="\(y + tall / 2 + (small ? 4 : 2))">\(Figures.count(count))</text>
          """
        if !small {
          drawing +=
            """
            <text class="\(ink) share" text-anchor="middle" x="\(x + side / 2)" \
            y="\(y + tall / 2 + 20)">\(sum > 0 ? Figures.percent(share) : Figures.missing)</text>
            """
        }
        drawing += "</g>"
      }
    }
    let height = top + tall * Double(n) + 8
    return ReportBlock(ChartFrame.svg(drawing, height: height, description: "confusion matrix \(title)"), title: title)
  }

  private static func shortened(_ text: String, _ count: Int) -> String {
    text.count <= count ? text : text.prefix(count - 1) + "…"
  }
}
