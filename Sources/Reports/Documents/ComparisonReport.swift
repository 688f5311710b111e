/// A float model and its int8 model on the same labelled pictures.
public struct ComparisonReport: Sendable {
  /// How the int8 model was made.
  public struct Method: Sendable {
    /// The method's name.
    public var name: String
    /// Why it was chosen.
    public var reason: String
    /// What was tried: the images it was evaluated on and the measure, then a method a line.
    public var trials: [String]
    /// The same as a table; nil where its lines say something else.
    public var table: ReportTable?

    /// `trials` has the heading first, then one line a method.
    public init(name: String, reason: String, trials: [String] = [], table: ReportTable? = nil) {
      self.name = name
      self.reason = reason
      self.trials = trials
      self.table = table
    }
  }

  /// What the pictures show.
  public struct Verdict: Sendable {
    /// In one or two sentences.
    public var text: String
    /// How it looks.
    public var tone: ReportBlock.Tone

    /// A verdict that is only to be known, where no tone is given.
    public init(_ text: String, tone: ReportBlock.Tone = .info) {
      self.text = text
      self.tone = tone
    }
  }

  /// The heading.
  public var title: String
  /// One line under the heading.
  public var subtitle = "Two models on the same pictures."
  /// The float model.
  public var float: EvaluationFigures
  /// The int8 model.
  public var int8: EvaluationFigures
  /// Share of pictures to which both give the same label.
  public var agreement: Double
  /// McNemar's exact p: how likely so uneven a change of sides is when both models are equally good.
  public var mcNemar: Double
  /// What the pictures show, in the report's green only where they carry it.
  public var verdict = Verdict("No picture was evaluated.")
  /// McNemar's test in a sentence.
  public var mcNemarSentence = ""
  /// The 95 % interval of the agreement.
  public var agreementInterval: ClosedRange<Double>?
  /// Pictures by class, source and confidence.
  public var groups: [GroupFigures] = []
  /// The layers in order.
  public var layers: [LayerFigures]
  /// Where the difference arises; nil where that was not measured.
  public var attribution: AttributionFigures?
  /// Why that was not measured, as a clause; nil where nobody asks.
  public var attributionObstacle: String?
  /// The network, for colours by where the difference arises.
  public var network: NetworkGraph?
  /// Results and weights of the layers where most is lost, the largest first, and where results were observed.
  public var details: (layers: [LayerDetail], pictures: String) = ([], "")
  /// What the page's values can be saved as.
  public var downloads: [Download] = []
  /// On how many pictures the layers were held against float; 0 where nobody counted.
  public var layerPictures = 0
  /// On how many pictures each layer alone was int8; 0 where nobody counted.
  public var alonePictures = 0
  /// The pictures whose label changed, worst first; the first of them where they are many.
  public var flipped: [EvaluatedPicture]
  /// How many they are.
  public var flips: Int
  /// What the models' thresholds did, a sentence for each model that has any.
  public var answers: [String] = []
  /// How int8 was made, where that is known.
  public var method: Method?
  /// What could be done about the largest losses, in words.
  public var suggestions: [String]
  /// Model files, data, calibration.
  public var facts: [Fact]
  /// The last line of the page.
  public var footer: String

  /// `flips` starts as the number of `flipped`; what has a default is left out of the page.
  public init(
    title: String, float: EvaluationFigures, int8: EvaluationFigures, agreement: Double, mcNemar: Double,
    layers: [LayerFigures],
    flipped: [EvaluatedPicture] = [], suggestions: [String] = [], facts: [Fact] = [], footer: String = ""
  ) {
    self.title = title
    self.float = float
    self.int8 = int8
    self.agreement = agreement
    self.mcNemar = mcNemar
    self.layers = layers
    self.flipped = flipped
    flips = flipped.count
    self.suggestions = suggestions
    self.facts = facts
    self.footer = footer
  }

  /// The report as a page.
  public var page: ReportPage {
    var sections = [ReportSection("", blocks: [.headline(headline), .note(verdict.text, tone: verdict.tone)])]
    if !suggestions.isEmpty { sections.append(ReportSection("Suggestions", blocks: [.list(suggestions)])) }
    sections.append(sideBySide)
    if !groups.isEmpty {
      sections.append(ReportSection("Where they differ", text: mcNemarSentence, blocks: groups.map(\.block)))
    }
    if let attribution { sections.append(attribution.section(network)) }
    if attribution == nil, let attributionObstacle {
      sections.append(
        ReportSection(
          "Where it is lost", text: "Layer by layer that cannot be told: \(attributionObstacle).", blocks: []))
    }
    if !layers.isEmpty { sections.append(layerSection) }
    if !details.layers.isEmpty {
      sections.append(
        ReportSection(
          "Values and weights",
          text: "Of the layers where most is lost. Dashed lines are the ends of what codes can say, observed on "
            + "\(details.pictures).", blocks: details.layers.flatMap(\.blocks)))
    }
    sections.append(changedSides)
    if let method { sections.append(made(by: method)) }
    if !facts.isEmpty { sections.append(ReportSection("Recipe", blocks: [.facts(facts, wide: true)])) }
    if !downloads.isEmpty {
      sections.append(ReportSection("Values", blocks: [.downloads(downloads, text: "The values of this page:")]))
    }
    return ReportPage(title: title, subtitle: subtitle, sections: sections, footer: footer)
  }

  private var total: Int { int8.confusion.total }

  var headline: [Headline] {
    var figures = [
      Headline(Figures.percent(float.accuracy.value), "accuracy, \(float.name)", detail: float.accuracy.interval),
      Headline(Figures.percent(int8.accuracy.value), "accuracy, \(int8.name)", detail: int8.accuracy.interval),
      Headline(Figures.percent(agreement, 2), "agreement", detail: agreementDetail),
      Headline(Figures.probability(mcNemar), "McNemar's p", detail: "below 0.05: not chance"),
    ]
    if let before = float.bytes, let after = int8.bytes, after > 0 {
      let times = Figures.fixed(Double(before) / Double(after), 1)
      figures.append(
        Headline("\(times)×", "smaller", detail: "\(Figures.bytes(before)) to \(Figures.bytes(after))"))
    }
    if let before = float.milliseconds, let after = int8.milliseconds, after > 0 {
      let times = Figures.fixed(before / after, 1)
      figures.append(
        Headline("\(times)×", "faster", detail: "\(Figures.short(before)) to \(Figures.short(after)) ms a picture"))
    }
    return figures
  }

  private var agreementDetail: String {
    guard let interval = agreementInterval else { return "of \(Figures.count(total)) pictures" }
    return "\(Figures.percent(interval.lowerBound)) to \(Figures.percent(interval.upperBound)), "
      + "of \(Figures.count(total)) pictures"
  }

  private var sideBySide: ReportSection {
    var blocks: [ReportBlock] = [
      .confusion(float.confusion, title: float.name), .confusion(int8.confusion, title: int8.name),
    ]
    let roc = [float, int8].compactMap { model in model.roc.map { (name: model.name, curve: $0) } }
    let labels = float.confusion.labels
    if !roc.isEmpty {
      let title = labels.count == 2 ? "ROC curve of \(labels[1])" : "ROC curve, mean of each class against the rest"
      blocks.append(.roc(roc, title: title))
    }
    let reliability = [float, int8].compactMap { model in model.reliability.map { (name: model.name, reliability: $0) }
    }
    if !reliability.isEmpty { blocks.append(.reliability(reliability)) }
    if !answers.isEmpty { blocks.append(.list(answers, title: "With thresholds")) }
    return ReportSection(
      "Side by side", text: "Both models on the same \(Figures.count(total)) labelled pictures.", blocks: blocks)
  }

  /// The layers with their figures.
  public var layerTable: ReportTable {
    // The bars end at the best finite layer; a layer without noise fills its bar.
    let best = layers.map(\.sqnr).filter(\.isFinite).max() ?? 1
    let measuresLevels = layers.contains { $0.usedLevels.isFinite }
    let measuresAlone = layers.contains { $0.agreementAlone.isFinite }
    let rows = layers.map { layer -> [ReportTable.Cell] in
      let sqnr = layer.sqnr == .infinity ? "exact" : Figures.fixed(layer.sqnr, 1)
      var row: [ReportTable.Cell] = [
        .text(layer.name), .bar(sqnr, share: layer.sqnr == .infinity ? 1 : layer.sqnr / max(best, 1)),
        .number(Figures.fixed(layer.cosine, 5)), .number(Figures.percent(layer.clipped, 3)),
      ]
      if measuresLevels { row.append(.number(Figures.percent(layer.usedLevels, 0))) }
      if measuresAlone {
        let isMeasured = layer.agreementAlone.isFinite
        row.append(.number(isMeasured ? Figures.percent(layer.agreementAlone, 2) : ""))
        row.append(.number(isMeasured ? Figures.percent(layer.logitErrorAlone, 2) : ""))
      }
      return row
    }
    let columns =
      ["layer", "SQNR, dB", "cosine", "clipped"] + (measuresLevels ? ["levels used"] : [])
      + (measuresAlone ? ["alone: same label", "alone: logits off by"] : [])
    return ReportTable(columns: columns, rows: rows)
  }

  private var layerSection: ReportSection {
    let measuresAlone = layers.contains { $0.agreementAlone.isFinite }
    let pictures = layerPictures > 0 ? ", on \(Figures.count(layerPictures)) of the pictures" : ""
    let alone =
      measuresAlone
      ? "; then what it does to labels and logits when it alone is int8"
        + (alonePictures > 0 ? ", on \(Figures.count(alonePictures))" : "") : ""
    return ReportSection(
      "Layer by layer",
      text:
        """
        How far the output of each layer is from its float output: signal over quantization noise (6 dB is one bit), \
        direction, and values cut off at the ends of the range\(pictures)\(alone).
        """,
      blocks: [.table(layerTable)])
  }

  private func made(by method: Method) -> ReportSection {
    let reason = method.reason.isEmpty ? "" : ": " + method.reason
    let trials = method.trials.dropFirst()
    let title = "Tried \(method.trials.first ?? "")"
    return ReportSection(
      "How \(int8.name) was made", text: "By \(method.name)\(reason).",
      blocks: trials.isEmpty
        ? [] : [method.table.map { .table($0, title: title) } ?? .list(Array(trials), title: title)])
  }

  private var changedSides: ReportSection {
    let shown = flips > flipped.count ? ", the first \(flipped.count) of \(Figures.count(flips))" : ""
    let text =
      flipped.isEmpty
      ? "No picture changed its label."
      : "Pictures to which the two models give different labels, worst first\(shown)."
    return ReportSection(
      "Changed sides", text: text, blocks: flipped.isEmpty ? [] : [.gallery(flipped.map(\.captioned))])
  }
}

extension Figures {
  /// A size in bytes in the unit that a person reads.
  public static func bytes(_ count: Int) -> String {
    switch count {
    case ..<1000: "\(count) B"
    case ..<1_000_000: fixed(Double(count) / 1e3, 1) + " kB"
    default: fixed(Double(count) / 1e6, 2) + " MB"
    }
  }
}
