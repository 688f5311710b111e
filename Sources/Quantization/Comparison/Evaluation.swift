import Training

/// What one model answered on labelled images: one entry an image, in the order of the images.
public struct Evaluation: Sendable {
  /// Names of the classes.
  public let labels: [String]
  /// The true class of each image.
  public let truth: [Int]
  /// The probability of each class, by image.
  public private(set) var probabilities: [[Float]] = []
  /// Time of all runs, in seconds.
  public var seconds = 0.0

  /// Starts an evaluation of images whose classes are known.
  public init(labels: [String], truth: [Int]) {
    self.labels = labels
    self.truth = truth
  }

  /// Adds the answer for the next image.
  public mutating func add(_ probabilities: [Float]) { self.probabilities.append(probabilities) }

  /// The class with the largest probability, the first of equals, by image.
  public var predictions: [Int] { answers.map(\.predicted) }

  /// Accuracy, confusion matrix, area under the ROC curve and calibration error.
  public var metrics: Metrics { Metrics(answers, classes: labels.count) }

  private var answers: [Metrics.Prediction] {
    zip(truth, probabilities).map { truth, row in
      Metrics.Prediction(name: "", label: truth, probabilities: row.map { Double($0) })
    }
  }
}
