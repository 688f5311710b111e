/// Any number of models on the same labelled pictures, in one table.
public struct ModelTableReport: Sendable {
  /// What the page is called.
  public var title: String
  /// The models, a row each, in the order of the charts' places.
  public var table: ReportTable
  /// Accuracy against what the models cost.
  public var charts: [ParetoChart]
  /// How many pictures they were compared on.
  public var pictures: Int
  /// What was compared on what.
  public var facts: [Fact]

  /// Numbers in the charts are those of the rows.
  public init(title: String, table: ReportTable, charts: [ParetoChart], pictures: Int, facts: [Fact]) {
    self.title = title
    self.table = table
    self.charts = charts
    self.pictures = pictures
    self.facts = facts
  }

  /// The report as a page.
  public var page: ReportPage {
    let chosen = "Green: no other model is as accurate at less. Lines through the dots are 95 % intervals."
    return ReportPage(
      title: title, subtitle: "\(table.rows.count) models on the same \(Figures.count(pictures)) labelled pictures.",
      sections: [
        ReportSection(
          "Models", text: "Each is held against the first.", blocks: [.table(table)]),
        ReportSection(
          "Accuracy and price", text: chosen, blocks: charts.map { .pareto($0, title: "Accuracy against \($0.cost)") }),
        ReportSection("Recipe", blocks: [.facts(facts, wide: true)]),
        ReportSection(
          "Values",
          blocks: [.downloads([Download("models.csv", kind: "text/csv", text: table.csv)], text: "The table:")]),
      ])
  }
}
