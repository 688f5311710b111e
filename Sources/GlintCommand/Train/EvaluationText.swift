import Evaluation
import Numerics
import Training

extension PartEvaluation {
  /// Prints the figures for people.
  func show(_ part: String) {
    emit("\(part): accuracy \(metrics.accuracyInWords)")
    for (label, word) in labels.enumerated() {
      emit(
        "  \(word): precision \(metrics.precision(label).map { percent($0) } ?? "none called so"), "
          + "recall \(metrics.recall(label).map { percent($0) } ?? "none there")")
    }
    if let coverage { emit("  decision: \(coverage.words); \(coverage.classWords(labels))") }
    for (source, metrics, coverage) in bySource {
      emit(
        "  on \(source): accuracy \(metrics.accuracyInWords), calibration error \(fixed(metrics.calibrationError, 3))"
          + (coverage.map { "; decision: \($0.words); \($0.classWords(labels))" } ?? ""))
    }
    emit(
      "  calibration error \(fixed(metrics.calibrationError, 3)), "
        + "\(fixed(uncalibrated.metrics.calibrationError, 3)) before the temperature")
  }

  /// The figures for programs.
  var line: MetricsLine {
    var line = MetricsLine(metrics, labels)
    line.ece_uncalibrated = uncalibrated.metrics.calibrationError
    line.decision = coverage.map { CoverageLine($0) }
    if !bySource.isEmpty {
      let lines = bySource.map { part -> (String, MetricsLine) in
        var line = MetricsLine(part.metrics, labels)
        line.decision = part.coverage.map { CoverageLine($0) }
        return (part.source, line)
      }
      line.sources = Dictionary(lines) { first, _ in first }
    }
    return line
  }
}

extension TrainedEvaluation {
  /// What should be known before the figures are believed: chance, few pictures, goals that are not met.
  ///
  /// - Parameter goals: what the decision was asked to reach, nil without one.
  func warnings(goals: DecisionGoals?) -> [String] {
    let judged = test.map { ($0, "test") } ?? (validation, "validation")
    let goalSentences = [(validation, "validation")] + (test.map { [($0, "test")] } ?? [])
    return Verdicts.sentences(judged.0.metrics.chance, labels: judged.0.labels, part: judged.1)
      + goalSentences.flatMap { part, name in
        guard let goals, let coverage = part.coverage else { return [String]() }
        return Verdicts.sentences(goals.outcomes(coverage), labels: part.labels, part: name)
      }
  }
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
  /// The calibration error before the temperature.
  var ece_uncalibrated: Double?
  /// What the decision did.
  var decision: CoverageLine?
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
