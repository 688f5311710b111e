import Datasets
import Evaluation
import Models
import Numerics

/// How a network did on one part of its data: in all, and by the data folder that the pictures come from.
public struct PartEvaluation {
  /// Names of the classes.
  public let labels: [String]
  /// The pictures of the part, in order.
  public let pictures: [Dataset.Picture]
  /// One a picture, calibrated.
  public let predictions: [Metrics.Prediction]
  /// Of the calibrated predictions.
  public let metrics: Metrics
  /// As the logits came, before they were divided by the temperature.
  public let uncalibrated: (predictions: [Metrics.Prediction], metrics: Metrics)
  /// By data folder, where there are several.
  public let bySource: [(source: String, metrics: Metrics, coverage: Coverage?)]
  /// What the decision did, where there is one.
  public let coverage: Coverage?

  /// Runs pictures through the trained network; `predictions` are theirs where they are known already.
  ///
  /// - Parameters:
  ///   - temperature: what logits are divided by before they become probabilities.
  ///   - decision: when a label is shown, nil where the likeliest always is.
  public init(
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
}

/// Which classes are shown, and how often a label shall be right: what the decision of a trained model is fitted to.
public struct DecisionRequest {
  /// Numbers of the classes that are never shown.
  public let hidden: Set<Int>
  /// What the thresholds are fitted to.
  public let aim: DecisionAim

  /// Makes a request.
  public init(hidden: Set<Int>, aim: DecisionAim) {
    self.hidden = hidden
    self.aim = aim
  }
}

/// Both judged parts of a training run, and the temperature and the decision, which were fitted to the first.
public struct TrainedEvaluation {
  /// What logits are divided by.
  public let temperature: Float
  /// When a label is shown; nil where the likeliest always is.
  public let decision: Decision?
  /// What other thresholds would do, by the cost of a wrong label; empty without a decision.
  public let choices: [DecisionChoice]
  /// On the pictures that temperature and decision were fitted to.
  public let validation: PartEvaluation
  /// On the pictures that nothing was fitted to; nil where there are none.
  public let test: PartEvaluation?

  /// Evaluates the network as it stands, and fits temperature and decision on the validation pictures.
  ///
  /// - Throws: `TrainingError.data` for a picture that can no longer be read.
  public init(_ loop: TrainingLoop, decision request: DecisionRequest? = nil) throws {
    let dataset = loop.dataset
    let first = try loop.evaluate(dataset.validation)
    // How likely a class is can be learned only where pictures of every class are.
    let whole = zip(dataset.validation, first.predictions).filter { dataset.knowsAllClasses($0.0) }.map(\.1)
    let temperature = Temperature.fitted(to: whole)
    self.temperature = temperature
    let fitting = Temperature.apply(temperature, to: whole)
    decision = request.map {
      Decision.fitted(
        to: fitting, classes: dataset.labels.count, hiding: $0.hidden, aim: $0.aim, otherwise: Decision.unsure)
    }
    validation = PartEvaluation(
      loop, dataset.validation, first.predictions, loss: first.metrics.loss, temperature: temperature,
      decision: decision)
    if dataset.test.isEmpty {
      test = nil
    } else {
      let second = try loop.evaluate(dataset.test)
      test = PartEvaluation(
        loop, dataset.test, second.predictions, loss: second.metrics.loss, temperature: temperature,
        decision: decision)
    }
    let judged = test ?? validation
    let judging = zip(judged.pictures, judged.predictions).filter { dataset.knowsAllClasses($0.0) }.map(\.1)
    guard let request, let decision else {
      choices = []
      return
    }
    choices = DecisionChoice.all(
      fitting: fitting, judging: judging, labels: dataset.labels, hiding: request.hidden, weights: decision.weights,
      otherwise: Decision.unsure)
  }

  /// The model of the trained network, with figures by source, temperature and decision.
  ///
  /// - Parameter tool: name and version of the program, for the card.
  public func model(_ loop: TrainingLoop, tool: String) throws -> FloatModel {
    var model = try loop.model(validation: validation.metrics, test: test?.metrics, tool: tool)
    for (name, part) in [("validation", validation), ("test", test)] {
      for (source, metrics, _) in part?.bySource ?? [] {
        model.description.card["\(name) accuracy on \(source)"] = metrics.accuracyInWords
      }
    }
    model.description.temperature = temperature
    if let decision {
      model.description.decide(
        by: decision, fittedTo: "the validation pictures",
        [("validation", validation), ("test", test)].map { name, part in
          (name, part?.coverage, part?.bySource.compactMap { part in part.coverage.map { (part.source, $0) } } ?? [])
        })
    }
    let judged = test ?? validation
    model.description.card["calibration"] =
      "logits are divided by \(temperature), fitted on the validation pictures; expected calibration error on the "
      + "\(test == nil ? "validation" : "test") pictures \(fixed(judged.metrics.calibrationError, 3)), "
      + "\(fixed(judged.uncalibrated.metrics.calibrationError, 3)) before"
    return model
  }
}
