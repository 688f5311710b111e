import Models

/// What one model answered on labelled images: one entry an image, in the order of the images.
public struct ModelEvaluation: Sendable {
  /// Names of the classes.
  public let labels: [String]
  /// The true class of each image.
  public let truth: [Int]
  /// The probability of each class, by image.
  public private(set) var probabilities: [[Float]] = []
  /// Time of all runs, in seconds.
  public var seconds = 0.0

  /// When the model shows a label; nil where the likeliest always is.
  public let decision: Decision?

  /// Starts an evaluation of images whose classes are known.
  public init(labels: [String], truth: [Int], decision: Decision? = nil) {
    self.decision = decision
    self.labels = labels
    self.truth = truth
  }

  /// Adds the answer for the next image.
  public mutating func add(_ probabilities: [Float]) { self.probabilities.append(probabilities) }

  /// The class with the largest probability, the first of equals, by image.
  public var predictions: [Int] { answers.map(\.predicted) }

  /// Accuracy, confusion matrix, area under the ROC curve and calibration error.
  public var metrics: Metrics { Metrics(answers, classes: labels.count) }

  /// What the decision did, where there is one.
  public var coverage: Coverage? { decision.map { Coverage(answers, labels: labels, by: $0) } }

  /// Mean confidence, accuracy and images of each of ten equal bins of confidence that holds any. Images whose
  /// confidence is not a number are in none.
  public var reliability: [(confidence: Double, accuracy: Double, count: Int)] {
    var bins = [(confidence: Double, right: Int, count: Int)](repeating: (0, 0, 0), count: 10)
    for answer in answers {
      let confidence = answer.probabilities[answer.predicted]
      guard confidence.isFinite else { continue }
      let bin = min(9, max(0, Int(confidence * 10)))
      bins[bin].confidence += confidence
      bins[bin].right += answer.predicted == answer.label ? 1 : 0
      bins[bin].count += 1
    }
    return bins.filter { $0.count > 0 }.map {
      ($0.confidence / Double($0.count), Double($0.right) / Double($0.count), $0.count)
    }
  }

  private var answers: [Metrics.Prediction] {
    zip(truth, probabilities).map { truth, row in
      Metrics.Prediction(name: "", label: truth, probabilities: row.map { Double($0) })
    }
  }
}
