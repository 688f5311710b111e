/// How a model was trained and what it reached.
public struct TrainingReport: Sendable {
  /// The heading.
  public var title: String
  /// Model, data, seed: what a reader needs to do it again.
  public var facts: [Fact]
  /// The passes in order.
  public var history: [EpochFigures]
  /// The epoch whose weights were kept.
  public var keptEpoch: Int?
  /// What the model did on the test part.
  public var test: Evaluation?
  /// A few pictures of the test part.
  public var samples: [JudgedPicture]
  /// What a reader should know, such as files that were passed over.
  public var notes: [String]
  /// The last line of the page.
  public var footer: String

  /// Makes a report.
  public init(
    title: String, facts: [Fact] = [], history: [EpochFigures], keptEpoch: Int? = nil, test: Evaluation? = nil,
    samples: [JudgedPicture] = [], notes: [String] = [], footer: String = ""
  ) {
    self.title = title
    self.facts = facts
    self.history = history
    self.keptEpoch = keptEpoch
    self.test = test
    self.samples = samples
    self.notes = notes
    self.footer = footer
  }

  /// The report as a page.
  public var page: ReportPage {
    var sections: [ReportSection] = []
    if let test {
      let kept = history.first { $0.epoch == keptEpoch }
      var figures = [
        Headline(Figures.percent(test.accuracy.value), "test accuracy", detail: test.accuracy.interval),
        Headline(Figures.count(test.confusion.total), "test pictures", detail: "never seen in training"),
      ]
      if let kept {
        let accuracy = Figures.percent(kept.validationAccuracy)
        figures.append(Headline("\(kept.epoch)", "epoch kept", detail: "validation accuracy \(accuracy)"))
      }
      sections.append(ReportSection("", blocks: [.headline(figures)]))
    }
    if !notes.isEmpty { sections.append(ReportSection("", blocks: notes.map { .note($0, tone: .warning) })) }
    sections.append(Self.curves(history, keptEpoch: keptEpoch))
    if let test { sections.append(Self.result(test)) }
    if !samples.isEmpty {
      sections.append(
        ReportSection(
          "Pictures", text: "From the test part.", blocks: [.gallery(samples.map(\.captioned))]))
    }
    if !facts.isEmpty { sections.append(ReportSection("Recipe", blocks: [.facts(facts)])) }
    return ReportPage(
      title: title, subtitle: "Training, validation and test of one model.", sections: sections, footer: footer)
  }

  /// Loss and accuracy over epochs.
  static func curves(_ history: [EpochFigures], keptEpoch: Int?) -> ReportSection {
    func line(_ name: String, _ value: KeyPath<EpochFigures, Double>, _ colour: Int) -> LineChart.Series {
      .init(
        name, points: history.map { .init(Double($0.epoch), $0[keyPath: value]) }, colour: colour, dashed: colour == 1)
    }
    let mark = keptEpoch.map { (x: Double($0), name: "kept") }
    let loss = LineChart(
      xLabel: "epoch", yLabel: "loss",
      series: [line("training", \.loss, 0), line("validation", \.validationLoss, 1)], mark: mark)
    let accuracy = LineChart(
      xLabel: "epoch", yLabel: "accuracy",
      series: [line("training", \.accuracy, 0), line("validation", \.validationAccuracy, 1)], isShare: true, mark: mark)
    return ReportSection(
      "Training", text: "The training part and the validation part share no picture and no near-duplicate.",
      blocks: [.chart(loss, title: "Loss"), .chart(accuracy, title: "Accuracy")])
  }

  /// Confusion matrix and figures of each class.
  static func result(_ test: Evaluation) -> ReportSection {
    let matrix = test.confusion
    let rows = matrix.labels.indices.map { label -> [ReportTable.Cell] in
      [
        .text(matrix.labels[label]), .number(Figures.percent(matrix.precision(label))),
        .number(Figures.percent(matrix.recall(label))), .number(Figures.count(matrix.counts[label].reduce(0, +))),
      ]
    }
    let table = ReportTable(columns: ["class", "precision", "recall", "pictures"], rows: rows)
    var blocks: [ReportBlock] = [
      .confusion(matrix, title: "Confusion matrix"), .table(table, title: "Each class", wide: false),
    ]
    if let roc = test.roc { blocks.append(.roc([(test.name, roc)])) }
    if let reliability = test.reliability { blocks.append(.reliability([(test.name, reliability)])) }
    return ReportSection("Test", text: "Pictures that neither training nor the choice of weights has seen.", blocks: blocks)
  }
}
