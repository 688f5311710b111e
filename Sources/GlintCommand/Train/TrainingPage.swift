import Datasets
import Evaluation
import FoundationEssentials
import Imaging
import Models
import Numerics
import Reports
import Training

/// The page of `glint train --report`, filled from what training did.
enum TrainingPage {
  /// Pictures that are shown of those that got a wrong label.
  private static let mostWrong = 24

  static func report(
    _ loop: TrainingLoop, _ trained: TrainedEvaluation, _ model: FloatModel, path: String, command: String
  ) -> TrainingReport {
    let part = trained.test ?? trained.validation
    let evaluation = ComparisonPage.evaluation(Self.evaluation(part, part.predictions), "calibrated", path)
    let before = ComparisonPage.evaluation(
      Self.evaluation(part, part.uncalibrated.predictions), "before the temperature", path)
    let name = URL(fileURLWithPath: path).lastPathComponent
    var report = TrainingReport(
      title: "Training of \(name)", facts: model.description.card.entries.map { Fact($0.field, $0.text) },
      history: history(loop), keptEpoch: loop.bestEpoch, test: evaluation,
      samples: wrong(part, loop), notes: notes(loop.dataset, hasTest: trained.test != nil),
      footer: "Made by: \(command)")
    report.part = trained.test == nil ? "validation" : "test"
    report.classes = classes(part)
    report.sources = part.bySource.map { source, metrics, _ in
      TrainingReport.Source(
        name: source, pictures: metrics.count, accuracy: share(metrics.accuracy, metrics.accuracyInterval),
        recalls: part.labels.indices.map { share(metrics.recall($0), metrics.recallInterval($0)) })
    }
    report.uncalibrated = before.reliability
    report.choices = trained.choices.map { choice($0, part.labels) }
    return report
  }

  private static func choice(_ choice: DecisionChoice, _ labels: [String]) -> TrainingReport.Choice {
    func share(_ some: Int, _ all: Int) -> Share {
      self.share(all == 0 ? nil : Double(some) / Double(all), Wilson.interval(some, of: all))
    }
    let (coverage, shown) = (choice.coverage, choice.coverage.shown)
    return TrainingReport.Choice(
      cost: choice.cost, thresholds: choice.decision.words(labels: labels),
      labelled: share(shown.labelled, shown.pictures), right: share(shown.right, shown.labelled),
      hidden: labels.indices.filter { !coverage.mayShow.contains($0) }.map {
        (labels[$0], share(coverage.classes[$0].labelled, coverage.classes[$0].pictures))
      })
  }

  static func history(_ loop: TrainingLoop) -> [EpochFigures] {
    loop.history.map {
      EpochFigures(
        epoch: $0.epoch, loss: $0.loss, validationLoss: $0.validationLoss, accuracy: $0.accuracy,
        validationAccuracy: $0.validationAccuracy)
    }
  }

  private static func evaluation(
    _ part: PartEvaluation, _ predictions: [Metrics.Prediction]
  ) -> ModelEvaluation {
    var evaluation = ModelEvaluation(labels: part.labels, truth: predictions.map(\.label))
    for prediction in predictions { evaluation.add(prediction.probabilities.map { Float($0) }) }
    return evaluation
  }

  private static func share(_ value: Double?, _ interval: ClosedRange<Double>) -> Share {
    value.map { Share($0, low: interval.lowerBound, high: interval.upperBound) } ?? Share(.nan)
  }

  private static func classes(_ part: PartEvaluation) -> [TrainingReport.ClassFigures] {
    let metrics = part.metrics
    return part.labels.enumerated().map { label, name in
      TrainingReport.ClassFigures(
        name: name, pictures: metrics.confusion[label].reduce(0, +),
        precision: share(metrics.precision(label), metrics.precisionInterval(label)),
        recall: share(metrics.recall(label), metrics.recallInterval(label)))
    }
  }

  /// The pictures with a wrong label, the surest first, as the network saw them.
  private static func wrong(_ part: PartEvaluation, _ loop: TrainingLoop) -> [EvaluatedPicture] {
    let order = part.predictions.indices.filter {
      part.predictions[$0].predicted != part.predictions[$0].label
    }.sorted {
      let (one, two) = (part.predictions[$0], part.predictions[$1])
      return (one.probabilities[one.predicted], $1) > (two.probabilities[two.predicted], $0)
    }
    return order.prefix(mostWrong).compactMap { index in
      let (picture, prediction) = (part.pictures[index], part.predictions[index])
      guard let prepared = try? LabelledImage(picture, by: loop.preprocessing) else { return nil }
      let rule = loop.preprocessing
      let image = Image(
        width: rule.width, height: rule.height, channels: rule.colour.channels, pixels: prepared.pixels)
      let source = loop.dataset.origins.count > 1 ? loop.dataset.origins[picture.origin] + ": " : ""
      return EvaluatedPicture(
        image: image, name: source + URL(fileURLWithPath: picture.name).lastPathComponent,
        truth: part.labels[prediction.label],
        predictions: [
          .init(
            label: part.labels[prediction.predicted], probability: prediction.probabilities[prediction.predicted])
        ])
    }
  }

  private static func notes(_ dataset: Dataset, hasTest: Bool) -> [String] {
    var notes: [String] = []
    if !hasTest {
      notes.append(
        "There is no test part: the figures are those of the validation part, which chose the weights, and so are a "
          + "little too good.")
    }
    for cause in ReadingAccount.Cause.allCases where !cause.isHarmless {
      let files = dataset.account.leftOut(cause)
      guard let first = files.first else { continue }
      notes.append("Files \(cause.words): \(files.count), as \(first.file).")
    }
    notes += dataset.account.notes.map { $0 + "." }
    return notes
  }
}
