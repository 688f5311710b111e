/// A whole way from float to int8: how ranges and weight scales are chosen, and what is done to the network besides.
///
/// Its name joins the parts with "+", as in `mse+weights-mse+equalize+bias`; what is left out takes its default.
public struct QuantizationMethod: Hashable, Sendable, CustomStringConvertible {
  /// How the ranges of activations are chosen.
  public var range: RangeMethod
  /// How the scales of weights are chosen.
  public var weights: WeightMethod
  /// Whether `CrossLayerEqualization` comes first.
  public var equalizes: Bool
  /// Whether `BiasCorrection` comes last. It needs the images.
  public var correctsBias: Bool
  /// Whether weights are rounded by `LearnedRounding`. It needs the images.
  public var learnsRounding: Bool
  /// Whether all weights learn in the end by `FineTuning`. It needs the images.
  public var fineTunes: Bool

  /// Which layers keep their results in 16 bits, over the whole range that calibration saw.
  public var sixteenBits: SixteenBitLayers

  /// By default percentiles for ranges, the largest weight for scales, and nothing besides.
  public init(
    range: RangeMethod = .defaultPercentile, weights: WeightMethod = .maximum, equalizes: Bool = false,
    correctsBias: Bool = false, learnsRounding: Bool = false, fineTunes: Bool = false,
    sixteenBits: SixteenBitLayers = .none
  ) {
    self.range = range
    self.weights = weights
    self.equalizes = equalizes
    self.correctsBias = correctsBias
    self.learnsRounding = learnsRounding
    self.fineTunes = fineTunes
    self.sixteenBits = sixteenBits
  }

  /// Whether the images must run through int8 layers, so that a calibration record alone is not enough.
  public var needsImages: Bool { correctsBias || learnsRounding || fineTunes }

  /// The name.
  public var description: String {
    var parts = [range.description]
    if weights != .maximum { parts.append(weights.rawValue) }
    if equalizes { parts.append("equalize") }
    if learnsRounding { parts.append("round") }
    if correctsBias { parts.append("bias") }
    if fineTunes { parts.append("fine-tune") }
    if sixteenBits != .none { parts.append(sixteenBits.description) }
    return parts.joined(separator: "+")
  }

  /// What the parts of a name may be, for help and errors.
  public static let words =
    "min-max, moving-average, percentile, percentile-99.9 (or another number), entropy, mse; "
    + "weights-max, weights-mse, weights-fine; equalize; round; bias; fine-tune; sixteen-bits=LAYER,LAYER (or all)"

  /// The method of a name such as `entropy+bias`; nil where a part is unknown or two contradict each other.
  public init?(name: String) {
    self.init()
    var ranges = 0
    var weightings = 0
    for part in name.split(separator: "+", omittingEmptySubsequences: false).map(String.init) {
      if let range = RangeMethod(name: part) {
        self.range = range
        ranges += 1
      } else if let weights = WeightMethod(rawValue: part) {
        self.weights = weights
        weightings += 1
      } else if part == "equalize" {
        equalizes = true
      } else if part == "round" {
        learnsRounding = true
      } else if part == "bias" {
        correctsBias = true
      } else if part == "fine-tune" {
        fineTunes = true
      } else if sixteenBits == .none, let layers = SixteenBitLayers(part: part) {
        sixteenBits = layers
      } else {
        return nil
      }
    }
    guard ranges <= 1, weightings <= 1 else { return nil }
  }
}

extension QuantizationMethod {
  /// A method that differs in what `change` sets.
  public func with(_ change: (inout QuantizationMethod) -> Void) -> QuantizationMethod {
    var result = self
    change(&result)
    return result
  }
}
