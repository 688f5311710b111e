/// The page of a network: what it is, and its drawing.
public struct NetworkReport: Sendable {
  /// The page's title.
  public var title: String
  /// One line below it.
  public var subtitle: String
  /// Figures to remember.
  public var figures: [Headline]
  /// What is known of it.
  public var facts: [Fact]
  /// The boxes and arrows.
  public var graph: NetworkGraph
  /// Every node as a row.
  public var table: ReportTable
  /// How the page was made.
  public var footer: String

  /// Facts and figures in the order in which they are shown.
  public init(
    title: String, subtitle: String, figures: [Headline], facts: [Fact], graph: NetworkGraph, table: ReportTable,
    footer: String
  ) {
    self.title = title
    self.subtitle = subtitle
    self.figures = figures
    self.facts = facts
    self.graph = graph
    self.table = table
    self.footer = footer
  }

  /// The page.
  public var page: ReportPage {
    var sections = [ReportSection("", blocks: [.headline(figures)])]
    sections.append(
      ReportSection(
        "Drawing", text: "From what goes in at the top to what comes out. Point at a box for its whole name.",
        blocks: [.network(graph)]))
    sections.append(ReportSection("Node by node", blocks: [.table(table)]))
    if !facts.isEmpty { sections.append(ReportSection("What is known of it", blocks: [.facts(facts, wide: true)])) }
    return ReportPage(title: title, subtitle: subtitle, sections: sections, footer: footer)
  }
}
