import Datasets
import Inference
import ModelFiles
import Models

/// A decision that was chosen anew for a model that is there already, and what it does.
public struct FittedDecision: Sendable {
  /// When a label is shown.
  public let decision: Decision
  /// On the pictures that the thresholds were fitted to.
  public let validation: Coverage
  /// On pictures that nothing was fitted to, by where they are from.
  public let test: [(source: String, coverage: Coverage)]
  /// On all of those; nil where there are none.
  public let tested: Coverage?
  /// What the model's rule so far does on the same test pictures; nil where it has none or there are none.
  public let before: Coverage?
  /// By the cost of a wrong label, what other thresholds would do on test pictures, or on those that were fitted to.
  public let choices: [DecisionChoice]

  /// Fits thresholds to what a model says of validation pictures.
  ///
  /// - Parameters:
  ///   - model: float or int8; its temperature stays.
  ///   - hidden: numbers of the classes that are never shown.
  ///   - aim: goals or costs.
  ///   - validation: what is fitted to, from sources that hold every class.
  ///   - test: what is judged on, by source.
  ///   - progress: told how many pictures are done.
  /// - Throws: `NotFiniteError` where the logits of a picture are no numbers.
  public init(
    _ model: LoadedModel, hiding hidden: Set<Int>, aim: DecisionAim, validation: [LabelledImage],
    test: [(source: String, images: [LabelledImage])], threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let runner = try ModelRunner(model, threads: threads)
    let labels = model.description.labels
    let total = test.reduce(validation.count) { $0 + $1.images.count }
    var done = 0
    func predictions(_ images: [LabelledImage]) throws -> [Metrics.Prediction] {
      try images.map { image in
        let probabilities = runner.probabilities(logits: try runner.finiteLogits(image.pixels, of: image.name))
        done += 1
        progress(done, total)
        return Metrics.Prediction(
          name: image.name, label: image.label, probabilities: probabilities.map { Double($0) })
      }
    }
    let fitting = try predictions(validation)
    let judged = try test.map { (source: $0.source, predictions: try predictions($0.images)) }
    let decision = Decision.fitted(
      to: fitting, classes: labels.count, hiding: hidden, aim: aim,
      otherwise: model.description.decision?.otherwise ?? Decision.unsure)
    self.decision = decision
    func coverage(_ predictions: [Metrics.Prediction], _ decision: Decision) -> Coverage {
      Coverage(predictions, labels: labels, by: decision)
    }
    let all = judged.flatMap(\.predictions)
    self.validation = coverage(fitting, decision)
    self.test = judged.filter { !$0.predictions.isEmpty }.map { ($0.source, coverage($0.predictions, decision)) }
    tested = all.isEmpty ? nil : coverage(all, decision)
    before = all.isEmpty ? nil : model.description.decision.map { coverage(all, $0) }
    choices = DecisionChoice.all(
      fitting: fitting, judging: all.isEmpty ? fitting : all, labels: labels, hiding: hidden,
      weights: decision.weights, otherwise: decision.otherwise)
  }

  /// Seals the decision into a model of the same labels, and writes on its card what it does.
  ///
  /// - Parameter place: what the thresholds were fitted to, in words.
  public func seal(into model: inout LoadedModel, fittedTo place: String) {
    model.description.decide(
      by: decision, fittedTo: place,
      [("validation", validation, []), ("test", tested, test.count > 1 ? test : [])])
  }
}

extension ModelDescription {
  /// Takes over a decision, and writes on the card what it is fitted to and what it does.
  ///
  /// - Parameters:
  ///   - place: what the thresholds were fitted to, in words.
  ///   - parts: names of parts of the data, what the decision does on each, nil for an empty one, and on its sources
  ///     where there are several.
  public mutating func decide(
    by decision: Decision, fittedTo place: String,
    _ parts: [(name: String, coverage: Coverage?, bySource: [(source: String, coverage: Coverage)])]
  ) {
    self.decision = decision
    // What the card said of the decision before no longer holds.
    card.entries.removeAll { entry in parts.contains { entry.field.hasPrefix("\($0.name) decisions") } }
    card["decision"] = decision.words(labels: labels) + ", fitted on \(place)"
    for part in parts {
      let places = [("", part.coverage)] + part.bySource.map { (" on \($0.source)", $0.coverage) }
      for (place, coverage) in places {
        guard let coverage else { continue }
        card["\(part.name) decisions\(place)"] = "\(coverage.words); \(coverage.classWords(labels))"
      }
    }
  }
}
