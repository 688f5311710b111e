import Numerics

/// How well a classifier did on pictures that it was not trained on.
public struct Metrics: Sendable {
  /// One picture's true class and the probability of each class.
  public struct Prediction: Sendable {
    /// The picture.
    public var name: String
    /// The true class.
    public var label: Int
    /// By class.
    public var probabilities: [Double]
    /// What the probabilities were made of, where that is known.
    public var logits: [Float]

    /// One probability a class, in the order of the labels.
    public init(name: String, label: Int, probabilities: [Double], logits: [Float] = []) {
      self.name = name
      self.label = label
      self.probabilities = probabilities
      self.logits = logits
    }

    /// The class with the largest probability, the first of equals.
    public var predicted: Int { probabilities.indexOfLargest ?? 0 }
  }

  /// `confusion[true class][predicted class]`.
  public let confusion: [[Int]]
  /// Mean over pairs of classes of the probability that a picture of the one gets a higher score than one of the other
  /// (area under the ROC curve, one class against the rest, averaged); ties count half. Nil where a class is absent or
  /// a probability is not a number.
  public let auc: Double?
  /// Expected calibration error over 15 bins of the largest probability (Guo et al. 2017); NaN where a probability is.
  public let calibrationError: Double
  /// Mean loss, where it was computed.
  public var loss: Double

  /// Counts predictions.
  public init(_ predictions: [Prediction], classes: Int, loss: Double = .nan) {
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for prediction in predictions { confusion[prediction.label][prediction.predicted] += 1 }
    self.confusion = confusion
    self.loss = loss
    let areas = (classes == 2 ? 1..<2 : 0..<classes).compactMap { positive in
      RankStatistics.areaUnderROC(predictions.map { ($0.probabilities[positive], $0.label == positive) })
    }
    auc = areas.count == (classes == 2 ? 1 : classes) ? areas.reduce(0, +) / Double(areas.count) : nil
    calibrationError = Self.calibrationError(predictions)
  }

  /// Pictures counted.
  public var count: Int { confusion.joined().reduce(0, +) }

  /// Pictures labelled rightly.
  public var correct: Int { confusion.indices.reduce(0) { $0 + confusion[$1][$1] } }

  /// Share of pictures labelled rightly.
  public var accuracy: Double { count == 0 ? 0 : Double(correct) / Double(count) }

  /// Wilson's 95 % interval of the accuracy.
  public var accuracyInterval: ClosedRange<Double> { Wilson.interval(correct, of: count) }

  /// Of the pictures called this class, the share that is; nil where none was.
  public func precision(_ label: Int) -> Double? {
    let called = confusion.reduce(0) { $0 + $1[label] }
    return called == 0 ? nil : Double(confusion[label][label]) / Double(called)
  }

  /// Of this class's pictures, the share that was called so; nil where there are none.
  public func recall(_ label: Int) -> Double? {
    let there = confusion[label].reduce(0, +)
    return there == 0 ? nil : Double(confusion[label][label]) / Double(there)
  }

  /// The 95 % interval of a class's recall.
  public func recallInterval(_ label: Int) -> ClosedRange<Double> {
    Wilson.interval(confusion[label][label], of: confusion[label].reduce(0, +))
  }

  /// The 95 % interval of a class's precision.
  public func precisionInterval(_ label: Int) -> ClosedRange<Double> {
    Wilson.interval(confusion[label][label], of: confusion.reduce(0) { $0 + $1[label] })
  }

  private static func calibrationError(_ predictions: [Prediction]) -> Double {
    let bins = 15
    // No bin is theirs.
    guard predictions.allSatisfy({ $0.probabilities.allSatisfy(\.isFinite) }) else { return .nan }
    var sums = [(confidence: Double, right: Double)](repeating: (0, 0), count: bins)
    for prediction in predictions {
      let confidence = prediction.probabilities.max() ?? 0
      let bin = min(bins - 1, Int(confidence * Double(bins)))
      sums[bin].confidence += confidence
      sums[bin].right += prediction.predicted == prediction.label ? 1 : 0
    }
    return predictions.isEmpty
      ? 0 : sums.reduce(0) { $0 + abs($1.confidence - $1.right) } / Double(predictions.count)
  }
}
