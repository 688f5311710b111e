import Training

/// How a network did on one part of its data: in all, and by the data folder that the pictures come from.
struct Judgement {
  let labels: [String]
  let predictions: [Metrics.Prediction]
  let metrics: Metrics
  /// By data folder, where there are several.
  let bySource: [(source: String, metrics: Metrics)]

  init(_ loop: TrainingLoop, _ pictures: [Dataset.Picture]) throws {
    let dataset = loop.dataset
    let classes = dataset.labels.count
    labels = dataset.labels
    let judged = try loop.evaluate(pictures)
    (metrics, predictions) = judged
    var parts: [(source: String, metrics: Metrics)] = []
    for (origin, source) in dataset.origins.enumerated() where dataset.origins.count > 1 {
      let own = zip(pictures, judged.predictions).filter { $0.0.origin == origin }.map(\.1)
      if !own.isEmpty { parts.append((source, Metrics(own, classes: classes))) }
    }
    bySource = parts
  }

  /// Prints the figures for people.
  func show(_ part: String) {
    emit("\(part): accuracy \(accuracyInWords(metrics))")
    for (label, word) in labels.enumerated() {
      emit(
        "  \(word): precision \(metrics.precision(label).map { percent($0) } ?? "none called so"), "
          + "recall \(metrics.recall(label).map { percent($0) } ?? "none there")")
    }
    for (source, metrics) in bySource { emit("  on \(source): accuracy \(accuracyInWords(metrics))") }
  }

  /// The figures for programs.
  var line: MetricsLine {
    var line = MetricsLine(metrics, labels)
    if !bySource.isEmpty {
      line.sources = Dictionary(bySource.map { ($0.source, MetricsLine($0.metrics, labels)) }) { first, _ in first }
    }
    return line
  }
}

/// As in `91.2 % of 1,759, 95 % interval 89.8 % to 92.4 %`.
func accuracyInWords(_ metrics: Metrics) -> String {
  let interval = metrics.accuracyInterval
  return "\(percent(metrics.accuracy)) of \(metrics.count), 95 % interval \(percent(interval.lowerBound)) to "
    + percent(interval.upperBound)
}

/// Figures of one part in the words of `train --json`.
struct MetricsLine: Encodable {
  let images: Int
  let loss: Double?
  let accuracy: Double
  let accuracy_interval: [Double]
  let auc: Double?
  let ece: Double
  let confusion: [[Int]]
  let precision, recall: [String: Double?]
  /// By data folder, where there are several.
  var sources: [String: MetricsLine]?

  init(_ metrics: Metrics, _ labels: [String]) {
    images = metrics.count
    loss = metrics.loss.finite
    accuracy = metrics.accuracy
    accuracy_interval = [metrics.accuracyInterval.lowerBound, metrics.accuracyInterval.upperBound]
    auc = metrics.auc
    ece = metrics.calibrationError
    confusion = metrics.confusion
    precision = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, metrics.precision($0)) })
    recall = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, metrics.recall($0)) })
  }
}
