import Datasets
import Evaluation
import Files
import FoundationEssentials
import Imaging
import Models
import Numerics
import Reports

/// A comparison as the figures that report pages draw.
enum ComparisonPage {
  /// Fields of the card that are told before the others.
  private static let choice = ["quantization method", "quantization choice", "quantization trials"]

  /// The page of `glint compare --report`.
  ///
  /// - Parameters:
  ///   - models: paths of the two models.
  ///   - kinds: what they are, `float` or `int8`; two of a kind are called by their files.
  ///   - card: the second model's.
  ///   - recipe: what was compared on what.
  ///   - network: the second model's, for colours by where the difference arises.
  static func report(
    _ comparison: Comparison, _ verdict: ComparisonVerdict, models: (String, String),
    kinds: (String, String) = ("float", "int8"), data: [String] = [], images: [LabelledImage], graph: Graph,
    suggestions: [String], card: ModelCard, recipe: [Fact], network: NetworkGraph? = nil
  ) -> ComparisonReport {
    let files = (URL(fileURLWithPath: models.0).lastPathComponent, URL(fileURLWithPath: models.1).lastPathComponent)
    let names = kinds.0 != kinds.1 ? kinds : files.0 != files.1 ? files : ("first", "second")
    var report = ComparisonReport(
      title: "\(names.0) against \(names.1)", float: evaluation(comparison.first, names.0, models.0),
      int8: evaluation(comparison.second, names.1, models.1), agreement: comparison.agreement,
      mcNemar: comparison.mcNemarP, layers: comparison.layers.map(layer))
    report.verdict = .init(verdict.sentence(names), tone: verdict.finding.tone)
    report.mcNemarSentence = verdict.mcNemarSentence(names)
    report.agreementInterval = verdict.agreement
    report.groups = comparison.groups(data).filter { $0.groups.count > 1 }.map { title, groups in
      GroupFigures(by: title, rows: groups.map { GroupFigures.Row($0) })
    }
    if kinds == ("float", "int8") {
      report.subtitle = "What quantization to int8 changed, measured with the engine that runs on the device."
    }
    if let attribution = comparison.attribution {
      report.attribution = AttributionPage.figures(attribution, of: comparison)
      report.network = network.map { AttributionPage.coloured($0, by: attribution) }
    }
    if !comparison.isIdentical { report.attributionObstacle = comparison.attributionObstacle }
    report.layerPictures = comparison.layerImages
    report.alonePictures = comparison.layers.compactMap(\.alone?.loss.images).max() ?? 0
    let flipped = comparison.flipped
    report.flipped = flipped.prefix(24).map { evaluated($0, comparison, names, images, graph) }
    report.flips = flipped.count
    report.suggestions = suggestions
    report.answers = [(names.0, comparison.first), (names.1, comparison.second)].compactMap { name, evaluation in
      guard let decision = evaluation.decision, let coverage = evaluation.coverage else { return nil }
      return "\(name), \(decision.words(labels: evaluation.labels)): \(coverage.words)"
    }
    if let method = card[choice[0]] {
      let trials =
        card[choice[2]].map { $0.replacing(": ", with: "; ").components(separatedBy: "; ") } ?? []
      report.method = .init(
        name: method, reason: card[choice[1]] ?? "", trials: trials,
        table: TrialsTable.table(Array(trials.dropFirst()), chosen: method))
    }
    report.facts =
      recipe
      + card.entries.filter { !choice.contains($0.field) }.map { Fact($0.field, $0.text) }
    return report
  }

  private static func layer(_ layer: Comparison.Layer) -> LayerFigures {
    let own = layer.statistics
    return LayerFigures(
      name: own.name, sqnr: own.sqnr, cosine: own.cosine, clipped: own.clipped, usedLevels: own.usedLevels ?? .nan,
      agreementAlone: layer.alone?.agreement ?? .nan, logitErrorAlone: layer.alone?.logitError ?? .nan)
  }

  /// A picture with what both models said of it.
  static func evaluated(
    _ index: Int, _ comparison: Comparison, _ names: (String, String), _ images: [LabelledImage], _ graph: Graph
  ) -> EvaluatedPicture {
    let predictions = [(names.0, comparison.first), (names.1, comparison.second)].map { name, evaluation in
      let best = evaluation.predictions[index]
      return PredictionFigures(
        model: name, label: evaluation.labels[best], probability: Double(evaluation.probabilities[index][best]))
    }
    return EvaluatedPicture(
      image: picture(images[index].pixels, graph), name: URL(fileURLWithPath: images[index].name).lastPathComponent,
      truth: comparison.first.labels[images[index].label], predictions: predictions)
  }

  /// The network's input as a picture.
  private static func picture(_ pixels: [UInt8], _ graph: Graph) -> Image {
    Image(width: graph.input[1], height: graph.input[0], channels: graph.input[2], pixels: pixels)
  }

  /// What one model reached, as figures.
  static func evaluation(
    _ evaluation: ModelEvaluation, _ name: String, _ path: String
  ) -> EvaluationFigures {
    let metrics = evaluation.metrics
    let interval = metrics.accuracyInterval
    return EvaluationFigures(
      name: name, accuracy: Share(metrics.accuracy, low: interval.lowerBound, high: interval.upperBound),
      confusion: ConfusionCounts(labels: evaluation.labels, counts: metrics.confusion), roc: roc(evaluation),
      reliability: Reliability(bins: bins(evaluation), expectedCalibrationError: metrics.calibrationError),
      milliseconds: evaluation.seconds * 1000 / Double(max(1, evaluation.truth.count)), bytes: FileSystem.size(path))
  }

  /// The ROC curve, but for points that would be drawn on top of each other.
  private static func roc(_ evaluation: ModelEvaluation) -> ROCCurve? {
    guard let points = evaluation.roc, let area = evaluation.metrics.auc else { return nil }
    var kept: [ROCCurve.Point] = []
    for (place, (x, y)) in points.enumerated() {
      if let last = kept.last, place + 1 < points.count {
        guard max(x - last.falsePositiveRate, y - last.truePositiveRate) >= 0.002 else { continue }
      }
      kept.append(.init(x, y))
    }
    return ROCCurve(points: kept, area: area)
  }

  private static func bins(_ evaluation: ModelEvaluation) -> [Reliability.Bin] {
    evaluation.reliability.map { .init(confidence: $0.confidence, accuracy: $0.accuracy, count: $0.count) }
  }
}

extension ComparisonVerdict.Finding {
  /// Green only where the pictures carry it.
  var tone: ReportBlock.Tone {
    switch self {
    case .better, .equivalent: .good
    case .worse: .warning
    case .nothing, .open: .info
    }
  }
}

extension GroupFigures.Row {
  init(_ group: ComparisonGroup) {
    let pictures = Double(max(1, group.pictures)), interval = group.loss.interval
    self.init(
      name: group.name, pictures: group.pictures, float: Double(group.firstRight) / pictures,
      int8: Double(group.secondRight) / pictures, pointsLost: group.loss.points,
      interval: interval, agreement: Double(group.same) / pictures)
  }
}
