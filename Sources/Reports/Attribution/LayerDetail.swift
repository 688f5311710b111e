/// What a layer's results and weights are like, and what its codes make of them.
public struct LayerDetail: Sendable {
  /// The layer.
  public var name: String
  /// Its results; nil for logits, which have no codes.
  public var activations: ActivationChart?
  /// Share of the results that codes cannot say.
  public var clipped: Double
  /// How many codes there are: 256 for results in 8 bits.
  public var levels: Int
  /// Share of the codes that occurred.
  public var usedLevels: Double
  /// The largest weight by output channel; empty for a layer without weights.
  public var weights: [Double]
  /// By output channel, how far results stray, as a share of the channel's own size; empty where that is not known.
  public var errors: [Double]
  /// By output channel, how far it alone moves the logits, as a share of their spread; empty where that is not known.
  public var effects: [Double]

  /// What is not known is nil or empty.
  public init(
    name: String, activations: ActivationChart?, clipped: Double, levels: Int, usedLevels: Double,
    weights: [Double] = [], errors: [Double] = [], effects: [Double] = []
  ) {
    self.name = name
    self.activations = activations
    self.clipped = clipped
    self.levels = levels
    self.usedLevels = usedLevels
    self.weights = weights
    self.errors = errors
    self.effects = effects
  }

  var blocks: [ReportBlock] {
    var blocks: [ReportBlock] = []
    if let activations {
      let step = (activations.codes.upperBound - activations.codes.lowerBound) / Double(max(1, levels - 1))
      blocks.append(
        ReportBlock(
          activations.markup,
          title: "\(name): results; codes \(Figures.short(step)) apart, \(Figures.percent(clipped, 3)) clipped, "
            + "\(Figures.percent(usedLevels, 0)) of \(levels) codes used"))
    }
    if !weights.isEmpty {
      blocks.append(
        ReportBlock(ChannelChart("largest weight", values: weights).markup, title: "\(name): weights by channel"))
    }
    if !errors.isEmpty {
      blocks.append(
        ReportBlock(
          ChannelChart("error / size", values: errors).markup, title: "\(name): error of results by channel"))
    }
    if !effects.isEmpty {
      blocks.append(
        ReportBlock(
          ChannelChart("logits off by", values: effects).markup,
          title: "\(name): what each channel alone does to the logits"))
    }
    return blocks
  }
}
