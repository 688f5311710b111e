/// The whole story on one page: trained, quantized, compared, run live.
public struct DemoReport: Sendable {
  /// How the float model was trained.
  public var training: TrainingReport
  /// What quantization changed.
  public var comparison: ComparisonReport
  /// Time of each stage from camera to label.
  public var latency: [StageLatency]
  /// What was classified and how fast, in a sentence.
  public var live: String
  /// Pictures with what the int8 model said of them.
  public var samples: [EvaluatedPicture]
  /// Machine, versions, seed, files.
  public var facts: [Fact]
  /// The last line of the page.
  public var footer: String

  /// What is empty is left out of the page.
  public init(
    training: TrainingReport, comparison: ComparisonReport, latency: [StageLatency] = [], live: String = "",
    samples: [EvaluatedPicture] = [], facts: [Fact] = [], footer: String = ""
  ) {
    self.training = training
    self.comparison = comparison
    self.latency = latency
    self.live = live
    self.samples = samples
    self.facts = facts
    self.footer = footer
  }

  /// The report as a page.
  public var page: ReportPage {
    var sections = [
      ReportSection(
        "", blocks: [.headline(comparison.headline), .note(comparison.verdict.text, tone: comparison.verdict.tone)])
    ]
    if !samples.isEmpty {
      sections.append(
        ReportSection(
          "What it sees", text: "Held-out pictures and what the int8 model says of them.",
          blocks: [.gallery(samples.map(\.captioned))]))
    }
    sections.append(TrainingReport.curves(training.history, keptEpoch: training.keptEpoch))
    // The comparison's own sections, without its headline and recipe.
    sections += comparison.page.sections.filter { !$0.title.isEmpty && $0.title != "Recipe" }
    if !latency.isEmpty || !live.isEmpty { sections.append(liveSection) }
    let cards = [("Run", facts), ("Training", training.facts), ("Quantization", comparison.facts)]
    let recipe = cards.filter { !$0.1.isEmpty }.map { ReportBlock.facts($0.1, title: $0.0) }
    if !recipe.isEmpty { sections.append(ReportSection("Recipe", blocks: recipe)) }
    return ReportPage(
      title: "Glint demo", subtitle: "Faces rendered, a network trained on them, quantized to int8, compared and run.",
      sections: sections, footer: footer)
  }

  private var liveSection: ReportSection {
    let bars = latency.map { stage -> BarChart.Bar in
      let worst = stage.worst.isFinite ? ", p99 \(Figures.short(stage.worst))" : ""
      return .init(stage.name, value: stage.median, text: "\(Figures.short(stage.median))\(worst) ms")
    }
    return ReportSection(
      "Live", text: live, blocks: bars.isEmpty ? [] : [.bars(BarChart(bars), title: "Median latency of each stage")])
  }
}
