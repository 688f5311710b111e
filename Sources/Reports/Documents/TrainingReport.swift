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
  public var test: EvaluationFigures?
  /// What the test part is called where it is none.
  public var part = "test"
  /// Figures of each class in the test part; without them, those that follow from its confusion matrix.
  public var classes: [ClassFigures] = []
  /// Figures of the test part by where its pictures come from.
  public var sources: [Source] = []
  /// Confidence against accuracy in the test part before probabilities were calibrated.
  public var uncalibrated: Reliability?
  /// What other thresholds would do, by rising cost of a wrong label.
  public var choices: [Choice] = []
  /// The pictures of the test part that the model was most wrong about.
  public var samples: [EvaluatedPicture]
  /// What a reader should know, such as files that were passed over.
  public var notes: [String]
  /// The last line of the page.
  public var footer: String

  /// One class of the test part.
  public struct ClassFigures: Sendable {
    /// The label.
    public var name: String
    /// How many pictures of the test part have it.
    public var pictures: Int
    /// Of the pictures called so, the share that is.
    public var precision: Share
    /// Of its pictures, the share that was called so.
    public var recall: Share

    /// Shares of this class, with their intervals.
    public init(name: String, pictures: Int, precision: Share, recall: Share) {
      self.name = name
      self.pictures = pictures
      self.precision = precision
      self.recall = recall
    }
  }

  /// The pictures of the test part that come from one place.
  public struct Source: Sendable {
    /// Where they come from.
    public var name: String
    /// How many they are.
    public var pictures: Int
    /// Share of right labels.
    public var accuracy: Share
    /// The recall of each class.
    public var recalls: [Share]

    /// `recalls` has one entry a class, in the order of the labels.
    public init(name: String, pictures: Int, accuracy: Share, recalls: [Share]) {
      self.name = name
      self.pictures = pictures
      self.accuracy = accuracy
      self.recalls = recalls
    }
  }

  /// What is empty or nil is left out of the page.
  public init(
    title: String, facts: [Fact] = [], history: [EpochFigures], keptEpoch: Int? = nil, test: EvaluationFigures? = nil,
    samples: [EvaluatedPicture] = [], notes: [String] = [], footer: String = ""
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
        Headline(Figures.percent(test.accuracy.value), "\(part) accuracy", detail: test.accuracy.interval),
        Headline(Figures.count(test.confusion.total), "\(part) pictures", detail: "never seen in training"),
      ]
      if let kept {
        let accuracy = Figures.percent(kept.validationAccuracy)
        figures.append(Headline("\(kept.epoch)", "epoch kept", detail: "validation accuracy \(accuracy)"))
      }
      sections.append(ReportSection("", blocks: [.headline(figures)]))
    }
    if !notes.isEmpty { sections.append(ReportSection("", blocks: notes.map { .note($0, tone: .warning) })) }
    sections.append(Self.curves(history, keptEpoch: keptEpoch))
    if let test { sections.append(result(test)) }
    if !samples.isEmpty {
      sections.append(
        ReportSection(
          "Most wrong",
          text: "Pictures of the \(part) part with a wrong label, the surest first, as the network saw them. "
            + "Many such pictures show a label that is doubtful, or a kind of picture that there is too little of.",
          blocks: [.gallery(samples.map(\.captioned))]))
    }
    if !facts.isEmpty { sections.append(ReportSection("Recipe", blocks: [.facts(facts, wide: true)])) }
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

  /// Confusion matrix, figures of each class and source, ROC curve, calibration.
  private func result(_ test: EvaluationFigures) -> ReportSection {
    let matrix = test.confusion
    let classes =
      self.classes.isEmpty
      ? matrix.labels.indices.map { label in
        ClassFigures(
          name: matrix.labels[label], pictures: matrix.counts[label].reduce(0, +),
          precision: Share(matrix.precision(label)), recall: Share(matrix.recall(label)))
      } : self.classes
    let rows = classes.map { row -> [ReportTable.Cell] in
      [
        .text(row.name), .number(row.precision.withInterval), .number(row.recall.withInterval),
        .number(Figures.count(row.pictures)),
      ]
    }
    var blocks: [ReportBlock] = [
      .confusion(matrix, title: "Confusion matrix"),
      .table(ReportTable(columns: ["class", "precision", "recall", "pictures"], rows: rows), title: "Each class"),
    ]
    if !sources.isEmpty {
      let rows = sources.map { source -> [ReportTable.Cell] in
        [.text(source.name), .number(source.accuracy.withInterval)] + source.recalls.map { .number($0.withInterval) }
          + [.number(Figures.count(source.pictures))]
      }
      let columns = ["source", "accuracy"] + matrix.labels.map { "recall \($0)" } + ["pictures"]
      blocks.append(.table(ReportTable(columns: columns, rows: rows), title: "By source"))
    }
    if let roc = test.roc { blocks.append(.roc([(test.name, roc)])) }
    blocks += choiceBlocks
    if let reliability = test.reliability {
      blocks.append(.reliability([(test.name, reliability)] + (uncalibrated.map { [("before", $0)] } ?? [])))
    }
    let text =
      part == "test"
      ? "Pictures that neither training nor the choice of weights has seen."
      : "Pictures that training has not seen; the choice of weights has."
    return ReportSection(
      part.prefix(1).uppercased() + part.dropFirst(), text: text + " In brackets, 95 % intervals.", blocks: blocks)
  }
}
