/// Where the difference between a float network and its int8 version arises, as a page shows it.
public struct AttributionFigures: Sendable {
  /// What leaving something out of int8 wins.
  public struct Won: Sendable {
    /// Share of the logit error that it takes away.
    public var share: Double
    /// Points of accuracy, with their 95 % interval.
    public var points: Double
    /// The interval.
    public var interval: ClosedRange<Double>

    /// `share` of the logit error, and points of accuracy.
    public init(share: Double, points: Double, interval: ClosedRange<Double>) {
      self.share = share
      self.points = points
      self.interval = interval
    }
  }

  /// A layer's results in 16 bits.
  public enum SixteenBits: Sendable {
    /// What they win, and what they cost, in words.
    case measured(Won, cost: String)
    /// Why they cannot be had.
    case impossible(String)
  }

  /// One layer's step from float to int8.
  public struct Step: Sendable {
    /// The layer.
    public var name: String
    /// The node's place in the graph, from 0.
    public var node: Int
    /// What each source adds to the logit error, as a share of the whole: weights clipped, weights rounded, activations
    /// clipped, activations rounded.
    public var sources: [Double]
    /// What each source adds to the mean loss; empty where the model has no loss.
    public var losses: [Double]
    /// Points of accuracy lost.
    public var pointsLost: Double
    /// With this layer in float; nil where that was not measured.
    public var without: Won?
    /// With its results in more than 8 bits; nil where that was not measured.
    public var withoutActivations: Won?
    /// What it does alone in int8 to the logits, as a share of their spread; `.nan` where that was not measured.
    public var alone: Double
    /// The output channel that strays most, in words; empty for a layer without weights.
    public var worstChannel: String
    /// The output channel that moves the logits most, in words; empty where that was not measured.
    public var worstChannelOnLogits: String
    /// Its results in 16 bits; nil where nobody tried.
    public var sixteenBits: SixteenBits?

    /// `sources` and `losses` in the order of `AttributionFigures.sourceNames`.
    public init(
      name: String, node: Int, sources: [Double], losses: [Double], pointsLost: Double, without: Won? = nil,
      withoutActivations: Won? = nil, alone: Double = .nan, worstChannel: String = "",
      worstChannelOnLogits: String = "", sixteenBits: SixteenBits? = nil
    ) {
      self.name = name
      self.node = node
      self.sources = sources
      self.losses = losses
      self.pointsLost = pointsLost
      self.without = without
      self.withoutActivations = withoutActivations
      self.alone = alone
      self.worstChannel = worstChannel
      self.worstChannelOnLogits = worstChannelOnLogits
      self.sixteenBits = sixteenBits
    }

    var share: Double { sources.reduce(0, +) }
  }

  /// The sources of error between a float network and its int8 version, in the order in which they come in a layer.
  public static let sourcesOfRounding = [
    "weights clipped", "weights rounded", "activations clipped", "activations rounded",
  ]

  /// What the two networks are called.
  public var names: (first: String, second: String)
  /// The sources of error, in the order in which they come within a layer.
  public var sourceNames: [String]
  /// The whole, in a sentence.
  public var summary: String
  /// What is measured, and on what.
  public var explanation: String
  /// What follows from the largest steps.
  public var sentences: [String]
  /// In the order of the network.
  public var steps: [Step]
  /// The float network's mean loss; nil where it has none.
  public var floatLoss: Double?

  /// Steps in the order of the network; those that add nothing may be left out. A source that no step has is not
  /// shown.
  public init(
    names: (first: String, second: String) = ("float", "int8"), sourceNames: [String] = Self.sourcesOfRounding,
    summary: String, explanation: String, sentences: [String], steps: [Step], floatLoss: Double?
  ) {
    self.names = names
    self.sourceNames = sourceNames
    self.summary = summary
    self.explanation = explanation
    self.sentences = sentences
    self.steps = steps
    self.floatLoss = floatLoss
  }

  /// The place of a layer's row in the page.
  public static func anchor(_ node: Int) -> String { "layer-\(node)" }

  /// - Parameter network: its nodes are coloured and lead to their rows.
  func section(_ network: NetworkGraph?) -> ReportSection {
    guard !steps.isEmpty else { return ReportSection("Where it is lost", text: summary, blocks: []) }
    var blocks: [ReportBlock] = []
    if !sentences.isEmpty { blocks.append(.list(sentences)) }
    blocks.append(
      .waterfall(
        Waterfall(
          parts: sourceNames, start: (names.first, 0), end: names.second,
          steps: steps.map { Waterfall.Step($0.name, parts: $0.sources) }, text: { Figures.percent($0) }),
        title: "Squared error of the logits, 100 % at \(names.second)"))
    if let floatLoss, steps.allSatisfy({ !$0.losses.isEmpty }) {
      blocks.append(
        .waterfall(
          Waterfall(
            parts: sourceNames, start: (names.first, 0), end: names.second,
            steps: steps.map { Waterfall.Step($0.name, parts: $0.losses) }, text: { Figures.fixed($0, 5) }),
          title: "Mean loss above that of \(names.first), which is \(Figures.fixed(floatLoss, 4))"))
    }
    blocks.append(.table(table, title: "What each layer adds, the largest first"))
    blocks.append(.table(winnings, title: "What leaving it out of \(names.second) wins"))
    let (sixteen, channels) = (sixteenBits, channels)
    if !sixteen.rows.isEmpty { blocks.append(.table(sixteen, title: "Results in 16 bits, on this machine")) }
    if !channels.rows.isEmpty { blocks.append(.table(channels, title: "Output channels")) }
    if let network { blocks.append(.network(network, title: "The network, by the share of the logit error")) }
    return ReportSection("Where it is lost", text: "\(summary) \(explanation)", blocks: blocks)
  }

  private var sorted: [Step] {
    steps.sorted { (-abs($0.share), $0.node) < (-abs($1.share), $1.node) }
  }

  /// What each layer adds, the largest first.
  public var table: ReportTable {
    let largest = sorted.first.map { abs($0.share) } ?? 1
    let used = sourceNames.indices.filter { source in steps.contains { $0.sources[source] != 0 } }
    let hasLoss = steps.allSatisfy { !$0.losses.isEmpty }
    var table = ReportTable(
      columns: ["layer", "of the logit error"] + used.map { sourceNames[$0] } + (hasLoss ? ["loss"] : [])
        + ["points lost"], rows: [])
    table.anchors = sorted.map { Self.anchor($0.node) }
    table.rows = sorted.map { step in
      var row: [ReportTable.Cell] = [
        .text(step.name), .bar(Figures.percent(step.share), share: abs(step.share) / max(largest, 1e-12)),
      ]
      row += used.map { .number(step.sources[$0] == 0 ? "" : Figures.percent(step.sources[$0])) }
      if hasLoss { row.append(.number(Figures.fixed(step.losses.reduce(0, +), 5))) }
      return row + [.number(Figures.fixed(step.pointsLost, 2))]
    }
    return table
  }

  /// What leaving each out wins, in the order of `table`.
  public var winnings: ReportTable {
    let isFloat = names.first == "float"
    let whole = isFloat ? "in float" : "as in the first"
    let results = isFloat ? "results in more bits" : "results in the first's codes"
    let measuresAlone = steps.contains { $0.alone.isFinite }
    return ReportTable(
      columns: [
        "layer", "\(whole): of the logit error", "\(whole): points won, 95 % interval",
        "\(results): of the logit error", "points won, 95 % interval",
      ] + (measuresAlone ? ["alone in int8: logits off by"] : []),
      rows: sorted.map { step in
        let won = [step.without, step.withoutActivations].flatMap(cells)
        let alone: [ReportTable.Cell] =
          measuresAlone ? [.number(step.alone.isFinite ? Figures.percent(step.alone, 2) : "")] : []
        return [.text(step.name)] + won + alone
      })
  }

  /// The output channels that matter most, layer by layer, of those with weights.
  public var channels: ReportTable {
    ReportTable(
      columns: ["layer", "strays most", "moves logits most"],
      rows: sorted.filter { !$0.worstChannel.isEmpty || !$0.worstChannelOnLogits.isEmpty }.map {
        [.text($0.name), .text($0.worstChannel), .text($0.worstChannelOnLogits)]
      })
  }

  /// What 16 bits win and cost, layer by layer, of those that were tried.
  public var sixteenBits: ReportTable {
    ReportTable(
      columns: ["layer", "costs", "of the logit error", "points won, 95 % interval"],
      rows: sorted.compactMap { step in
        switch step.sixteenBits {
        case .measured(let won, let cost): [.text(step.name), .text(cost)] + cells(won)
        case .impossible(let reason):
          [.text(step.name), .text("cannot be had: \(reason)"), .number(""), .number("")]
        case nil: nil
        }
      })
  }

  private func cells(_ won: Won?) -> [ReportTable.Cell] {
    guard let won else { return [.number(""), .number("")] }
    let ends = "\(Figures.fixed(won.interval.lowerBound, 1)) to \(Figures.fixed(won.interval.upperBound, 1))"
    return [
      .number(Figures.percent(won.share)),
      .interval("\(Figures.fixed(won.points, 1)) (\(ends))", .init(won.points, won.interval)),
    ]
  }
}
