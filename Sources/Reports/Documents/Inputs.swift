import Imaging

/// One pass over the training part. Numbers that were not measured are not numbers (`.nan`).
public struct EpochFigures: Hashable, Sendable {
  /// The pass, from 1.
  public var epoch: Int
  /// Mean loss over the training part.
  public var loss: Double
  /// Mean loss over the validation part.
  public var validationLoss: Double
  /// Share of right labels in the training part, 0...1.
  public var accuracy: Double
  /// Share of right labels in the validation part, 0...1.
  public var validationAccuracy: Double

  /// What was not measured is `.nan`, and leaves a gap in the curves.
  public init(
    epoch: Int, loss: Double, validationLoss: Double = .nan, accuracy: Double = .nan, validationAccuracy: Double = .nan
  ) {
    self.epoch = epoch
    self.loss = loss
    self.validationLoss = validationLoss
    self.accuracy = accuracy
    self.validationAccuracy = validationAccuracy
  }
}

/// A share with its 95 % interval.
public struct Share: Hashable, Sendable {
  /// The share, 0...1.
  public var value: Double
  /// The interval's lower end.
  public var low: Double
  /// The interval's upper end.
  public var high: Double

  /// Without an interval its ends are `.nan`.
  public init(_ value: Double, low: Double = .nan, high: Double = .nan) {
    self.value = value
    self.low = low
    self.high = high
  }

  /// The share and, in brackets, its interval.
  var withInterval: String {
    guard low.isFinite, high.isFinite else { return Figures.percent(value) }
    return "\(Figures.percent(value)) (\(Figures.percent(low)) to \(Figures.percent(high)))"
  }

  /// The interval in words, or nothing.
  var interval: String {
    low.isFinite && high.isFinite ? "95 % interval \(Figures.percent(low)) to \(Figures.percent(high))" : ""
  }
}

/// What one model did on labelled pictures.
public struct EvaluationFigures: Sendable {
  /// What to call the model, such as `float` or `int8`.
  public var name: String
  /// Share of right labels.
  public var accuracy: Share
  /// True against predicted classes.
  public var confusion: ConfusionCounts
  /// The ROC curve, for two classes.
  public var roc: ROCCurve?
  /// Confidence against accuracy.
  public var reliability: Reliability?
  /// Time of one picture in milliseconds.
  public var milliseconds: Double?
  /// Size of the model's file in bytes.
  public var bytes: Int?

  /// What is nil is left out of the page.
  public init(
    name: String, accuracy: Share, confusion: ConfusionCounts, roc: ROCCurve? = nil, reliability: Reliability? = nil,
    milliseconds: Double? = nil, bytes: Int? = nil
  ) {
    self.name = name
    self.accuracy = accuracy
    self.confusion = confusion
    self.roc = roc
    self.reliability = reliability
    self.milliseconds = milliseconds
    self.bytes = bytes
  }
}

/// What one model said of one picture.
public struct PredictionFigures: Hashable, Sendable {
  /// Which model, such as `int8`; empty where there is one only.
  public var model: String
  /// The label it gave.
  public var label: String
  /// How sure it was, 0...1.
  public var probability: Double

  /// `probability` in 0...1.
  public init(model: String = "", label: String, probability: Double) {
    self.model = model
    self.label = label
    self.probability = probability
  }
}

/// A picture with the truth and what models said of it.
public struct EvaluatedPicture: Sendable {
  /// The picture.
  public var image: Image
  /// The file's name, or what else names it.
  public var name: String
  /// Its class; nil where nobody knows.
  public var truth: String?
  /// What the models said.
  public var predictions: [PredictionFigures]

  /// Without `truth` no answer is marked right or wrong.
  public init(image: Image, name: String, truth: String? = nil, predictions: [PredictionFigures]) {
    self.image = image
    self.name = name
    self.truth = truth
    self.predictions = predictions
  }

  var captioned: CaptionedPicture {
    var lines = predictions.map { prediction -> CaptionedPicture.Line in
      let model = prediction.model.isEmpty ? "" : prediction.model + ": "
      let text = "\(model)\(prediction.label) \(Figures.percent(prediction.probability))"
      return .init(text, isRight: truth.map { $0 == prediction.label })
    }
    if let truth { lines.append(.init("is \(truth)")) }
    lines.append(.init(name))
    return CaptionedPicture(image, description: "\(name), \(truth ?? "no label")", lines: lines)
  }
}

/// How closely one int8 layer follows its float layer.
public struct LayerFigures: Hashable, Sendable {
  /// The layer's name.
  public var name: String
  /// Signal over quantization noise of its output, in decibels; infinite where equal.
  public var sqnr: Double
  /// Cosine of the angle between both outputs.
  public var cosine: Double
  /// Share of values at the ends of the int8 range, 0...1.
  public var clipped: Double
  /// Share of the 256 levels that are used, 0...1; not a number where it was not measured.
  public var usedLevels: Double
  /// Share of pictures whose label stays when this layer alone is int8; not a number where it was not measured.
  public var agreementAlone: Double
  /// How far the logits then are from float's, as a share of their spread; not a number where it was not measured.
  public var logitErrorAlone: Double

  /// What was not measured is `.nan`.
  public init(
    name: String, sqnr: Double, cosine: Double, clipped: Double, usedLevels: Double = .nan,
    agreementAlone: Double = .nan, logitErrorAlone: Double = .nan
  ) {
    self.name = name
    self.sqnr = sqnr
    self.cosine = cosine
    self.clipped = clipped
    self.usedLevels = usedLevels
    self.agreementAlone = agreementAlone
    self.logitErrorAlone = logitErrorAlone
  }
}

/// Time of one stage from camera to label.
public struct StageLatency: Hashable, Sendable {
  /// The stage.
  public var name: String
  /// Median in milliseconds.
  public var median: Double
  /// 99th percentile in milliseconds; not a number where it was not measured.
  public var worst: Double

  /// Both in milliseconds.
  public init(_ name: String, median: Double, worst: Double = .nan) {
    self.name = name
    self.median = median
    self.worst = worst
  }
}
