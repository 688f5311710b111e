/// A float model and its int8 model on the same labelled pictures.
public struct ComparisonReport: Sendable {
  /// The heading.
  public var title: String
  /// The float model.
  public var float: Evaluation
  /// The int8 model.
  public var int8: Evaluation
  /// Share of pictures to which both give the same label.
  public var agreement: Double
  /// McNemar's exact p: how likely so uneven a change of sides is when both models are equally good.
  public var mcNemar: Double
  /// The layers in order.
  public var layers: [LayerFigures]
  /// The pictures whose label changed, worst first.
  public var flipped: [JudgedPicture]
  /// What could be done about the largest losses, in words.
  public var suggestions: [String]
  /// Model files, data, calibration.
  public var facts: [Fact]
  /// The last line of the page.
  public var footer: String

  /// Makes a report.
  public init(
    title: String, float: Evaluation, int8: Evaluation, agreement: Double, mcNemar: Double, layers: [LayerFigures],
    flipped: [JudgedPicture] = [], suggestions: [String] = [], facts: [Fact] = [], footer: String = ""
  ) {
    self.title = title
    self.float = float
    self.int8 = int8
    self.agreement = agreement
    self.mcNemar = mcNemar
    self.layers = layers
    self.flipped = flipped
    self.suggestions = suggestions
    self.facts = facts
    self.footer = footer
  }

  /// The report as a page.
  public var page: ReportPage {
    var sections = [ReportSection("", blocks: [.headline(headline), .note(verdict, tone: tone)])]
    if !suggestions.isEmpty { sections.append(ReportSection("Suggestions", blocks: [.list(suggestions)])) }
    sections.append(sideBySide)
    if !layers.isEmpty { sections.append(layerSection) }
    sections.append(flips)
    if !facts.isEmpty { sections.append(ReportSection("Recipe", blocks: [.facts(facts)])) }
    return ReportPage(
      title: title, subtitle: "What quantization to int8 changed, measured with the engine that runs on the device.",
      sections: sections, footer: footer)
  }

  private var total: Int { int8.confusion.total }

  var headline: [Headline] {
    var figures = [
      Headline(Figures.percent(float.accuracy.value), "accuracy, \(float.name)", detail: float.accuracy.interval),
      Headline(Figures.percent(int8.accuracy.value), "accuracy, \(int8.name)", detail: int8.accuracy.interval),
      Headline(Figures.percent(agreement, 2), "agreement", detail: "of \(Figures.count(total)) pictures"),
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

  private var change: Double { (int8.accuracy.value - float.accuracy.value) * 100 }

  var tone: ReportBlock.Tone {
    if !change.isFinite { return .info }
    return change >= -0.5 ? .good : .warning
  }

  var verdict: String {
    guard total > 0, change.isFinite else { return "No picture was judged." }
    let size = Figures.fixed(abs(change), 2)
    if change == 0 && agreement == 1 { return "Both models give every picture the same label." }
    if change == 0 { return "\(int8.name) is as accurate as \(float.name): what it loses on some pictures it wins on others." }
    let direction = "\(size) points \(change < 0 ? "less" : "more") accurate than"
    let sides = "\(int8.name) is \(direction) \(float.name)"
    if !mcNemar.isFinite { return sides + "." }
    return sides + (mcNemar < 0.05 ? ": more than chance explains." : ", which is within chance.")
  }

  private var sideBySide: ReportSection {
    var blocks: [ReportBlock] = [
      .confusion(float.confusion, title: float.name), .confusion(int8.confusion, title: int8.name),
    ]
    let roc = [float, int8].compactMap { model in model.roc.map { (name: model.name, curve: $0) } }
    if !roc.isEmpty { blocks.append(.roc(roc)) }
    let reliability = [float, int8].compactMap { model in model.reliability.map { (name: model.name, reliability: $0) } }
    if !reliability.isEmpty { blocks.append(.reliability(reliability)) }
    return ReportSection(
      "Side by side", text: "Both models on the same \(Figures.count(total)) labelled pictures.", blocks: blocks)
  }

  private var layerSection: ReportSection {
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
    return ReportSection(
      "Layer by layer",
      text: "How far each int8 output is from its float output: signal over quantization noise (6 dB is one bit), direction, and values cut off at the ends of the range; then what it does to labels and logits when it alone is int8.",
      blocks: [.table(ReportTable(columns: columns, rows: rows))])
  }

  private var flips: ReportSection {
    let text =
      flipped.isEmpty
      ? "No picture changed its label." : "Pictures to which the two models give different labels, worst first."
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
