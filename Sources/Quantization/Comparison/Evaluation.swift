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
  public var predictions: [Int] {
    probabilities.map { row in row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) } ?? 0 }
  }

  /// Counts of images, `[truth][prediction]`.
  public var confusion: [[Int]] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: labels.count), count: labels.count)
    for (truth, prediction) in zip(truth, predictions) { counts[truth][prediction] += 1 }
    return counts
  }

  /// Images whose largest probability is that of their class.
  public var right: Int { zip(truth, predictions).count { $0 == $1 } }

  /// Expected calibration error (Naeini, Cooper, Hauskrecht 2015): the mean distance between confidence and accuracy
  /// over ten equal bins of confidence, weighted by the images in each.
  public var expectedCalibrationError: Double {
    reliability.reduce(0) { $0 + Double($1.count) * abs($1.confidence - $1.accuracy) } / Double(max(1, truth.count))
  }

  /// Mean confidence, accuracy and images of each of ten equal bins of confidence that holds any.
  public var reliability: [(confidence: Double, accuracy: Double, count: Int)] {
    var bins = [(confidence: Double, right: Int, count: Int)](repeating: (0, 0, 0), count: 10)
    for ((truth, prediction), row) in zip(zip(truth, predictions), probabilities) {
      let confidence = Double(row[prediction])
      let bin = min(9, max(0, Int(confidence * 10)))
      bins[bin].confidence += confidence
      bins[bin].right += truth == prediction ? 1 : 0
      bins[bin].count += 1
    }
    return bins.filter { $0.count > 0 }.map {
      ($0.confidence / Double($0.count), Double($0.right) / Double($0.count), $0.count)
    }
  }
}
