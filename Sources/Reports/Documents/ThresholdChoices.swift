extension TrainingReport {
  /// What the thresholds do that cost least at one cost of a wrong label.
  public struct Choice: Sendable {
    /// The cost of a wrong label, in faces that get none.
    public var cost: Double
    /// The thresholds in words.
    public var thresholds: String
    /// Of the pictures of classes that may be shown, the share with a label.
    public var labelled: Share
    /// Of these labels, the share that is right.
    public var right: Share
    /// By class that is never shown, the share of its pictures with a label.
    public var hidden: [(name: String, labelled: Share)]

    /// Shares of pictures that thresholds were not fitted to.
    public init(
      cost: Double, thresholds: String, labelled: Share, right: Share, hidden: [(name: String, labelled: Share)]
    ) {
      self.cost = cost
      self.thresholds = thresholds
      self.labelled = labelled
      self.right = right
      self.hidden = hidden
    }
  }

  /// The curve to choose thresholds from, and its figures.
  var choiceBlocks: [ReportBlock] {
    guard let first = choices.first else { return [] }
    func line(_ name: String, _ colour: Int, _ share: (Choice) -> Double) -> LineChart.Series {
      .init(
        name, points: choices.map { .init($0.labelled.value, share($0)) }.sorted { $0.x < $1.x }, colour: colour,
        dashed: colour > 0)
    }
    let names = first.hidden.map(\.name)
    let chart = LineChart(
      xLabel: "of the classes that are shown, labelled", yLabel: "share",
      series: [line("labels that are wrong", 0) { 1 - $0.right.value }]
        + names.indices.map { index in
          line("\(names[index]) labelled", 1 + index % 7) { $0.hidden[index].labelled.value }
        }, isShare: true)
    let rows = choices.map { choice -> [ReportTable.Cell] in
      [
        .number(Figures.short(choice.cost)), .text(choice.thresholds), .number(choice.labelled.withInterval),
        .number(choice.right.withInterval),
      ] + choice.hidden.map { .number($0.labelled.withInterval) }
    }
    let columns = ["cost", "thresholds", "labelled", "right"] + names.map { "\($0) labelled" }
    return [
      .chart(chart, title: "What thresholds could do"),
      .table(
        ReportTable(columns: columns, rows: rows),
        title: "By the cost of a wrong label, counted in faces that get none (--cost)"),
    ]
  }
}
