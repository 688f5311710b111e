import Graphs
import Training

/// How a network did on one part of its data: in all, and by the data folder that the pictures come from.
struct Judgement {
  let labels: [String]
  let pictures: [Dataset.Picture]
  /// One a picture, calibrated.
  let predictions: [Metrics.Prediction]
  let metrics: Metrics
  /// As the logits came, before they were divided by the temperature.
  let uncalibrated: (predictions: [Metrics.Prediction], metrics: Metrics)
  /// By data folder, where there are several.
  let bySource: [(source: String, metrics: Metrics, coverage: Coverage?)]
  /// What the decision did, where there is one.
  let coverage: Coverage?

  /// Runs pictures through the trained network; `predictions` are theirs where they are known already.
  ///
  /// - Parameters:
  ///   - temperature: what logits are divided by before they become probabilities.
  ///   - decision: when a label is shown, nil where the likeliest always is.
  init(
    _ loop: TrainingLoop, _ pictures: [Dataset.Picture], _ predictions: [Metrics.Prediction], loss: Double,
    temperature: Float, decision: Decision?
  ) {
    let dataset = loop.dataset
    let classes = dataset.labels.count
    labels = dataset.labels
    self.pictures = pictures
    let calibrated = Temperature.apply(temperature, to: predictions)
    self.predictions = calibrated
    metrics = Metrics(calibrated, classes: classes, loss: loss)
    uncalibrated = (predictions, Metrics(predictions, classes: classes, loss: loss))
    coverage = decision.map { Coverage(calibrated, labels: dataset.labels, by: $0) }
    var parts: [(source: String, metrics: Metrics, coverage: Coverage?)] = []
    for (origin, source) in dataset.origins.enumerated() where dataset.origins.count > 1 {
      let own = zip(pictures, calibrated).filter { $0.0.origin == origin }.map(\.1)
      if !own.isEmpty {
        parts.append(
          (source, Metrics(own, classes: classes), decision.map { Coverage(own, labels: dataset.labels, by: $0) }))
      }
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
    if let coverage { emit("  decision: \(coverage.words)") }
    for (source, metrics, coverage) in bySource {
      emit("  on \(source): accuracy \(accuracyInWords(metrics))" + (coverage.map { "; decision: \($0.words)" } ?? ""))
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

/// What of the classes is to be shown, as `train` was asked for it.
struct DecisionWish {
  /// Numbers of the classes that are never shown.
  let hidden: Set<Int>
  /// What the thresholds shall reach.
  let goals: DecisionGoals
}

/// Both judged parts of a training run, and the temperature and the decision, which were fitted to the first.
struct Verdict {
  let temperature: Float
  let decision: Decision?
  let validation: Judgement
  let test: Judgement?

  init(_ loop: TrainingLoop, decision wish: DecisionWish? = nil) throws {
    let dataset = loop.dataset
    let first = try loop.evaluate(dataset.validation)
    // How likely a class is can be learned only where pictures of every class are.
    let whole = zip(dataset.validation, first.predictions).filter { dataset.knowsAllClasses($0.0) }.map(\.1)
    let temperature = Temperature.fitted(to: whole)
    self.temperature = temperature
    decision = wish.map {
      Decision.fitted(
        to: Temperature.apply(temperature, to: whole), classes: dataset.labels.count, hiding: $0.hidden,
        goals: $0.goals, otherwise: "unsure")
    }
    validation = Judgement(
      loop, dataset.validation, first.predictions, loss: first.metrics.loss, temperature: temperature,
      decision: decision)
    guard !loop.dataset.test.isEmpty else {
      test = nil
      return
    }
    let second = try loop.evaluate(loop.dataset.test)
    test = Judgement(
      loop, dataset.test, second.predictions, loss: second.metrics.loss, temperature: temperature, decision: decision)
  }

  /// The model of the trained network, with figures by source and the temperature.
  func model(_ loop: TrainingLoop, tool: String) throws -> FloatModel {
    var model = try loop.model(validation: validation.metrics, test: test?.metrics, tool: tool)
    for (part, judgement) in [("validation", validation), ("test", test)] {
      for (source, metrics, _) in judgement?.bySource ?? [] {
        model.description.card["\(part) accuracy on \(source)"] = accuracyInWords(metrics)
      }
    }
    model.description.temperature = temperature
    model.description.decision = decision
    if let decision {
      model.description.card["decision"] = decision.words(labels: model.description.labels) + ", fitted on the validation pictures"
      for (part, judgement) in [("validation", validation), ("test", test)] {
        model.description.card["\(part) decisions"] = judgement?.coverage?.words
        for (source, _, coverage) in judgement?.bySource ?? [] {
          model.description.card["\(part) decisions on \(source)"] = coverage?.words
        }
      }
    }
    let judged = test ?? validation
    model.description.card["calibration"] =
      "logits are divided by \(temperature), fitted on the validation pictures; expected calibration error on the "
      + "\(test == nil ? "validation" : "test") pictures \(fixed(judged.metrics.calibrationError, 3)), "
      + "\(fixed(judged.uncalibrated.metrics.calibrationError, 3)) before"
    return model
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
