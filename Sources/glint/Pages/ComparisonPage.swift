import Foundation
import Graphs
import Imaging
import Quantization
import Reports
import Training

/// A comparison as the figures that report pages draw.
enum ComparisonPage {
  /// The page of `glint compare --report`.
  ///
  /// - Parameters:
  ///   - models: paths of the two models.
  ///   - names: what to call them.
  static func report(
    _ comparison: Comparison, title: String, models: (String, String), names: (String, String) = ("float", "int8"),
    images: [Comparison.Image], graph: Graph, facts: [Fact]
  ) -> ComparisonReport {
    ComparisonReport(
      title: title, float: evaluation(comparison.first, names.0, models.0),
      int8: evaluation(comparison.second, names.1, models.1), agreement: comparison.agreement,
      mcNemar: comparison.mcNemarP,
      layers: comparison.layers.map {
        LayerFigures(
          name: $0.name, sqnr: $0.sqnr, cosine: $0.cosine, clipped: $0.clipped, usedLevels: $0.usedLevels ?? .nan,
          agreementAlone: $0.alone?.agreement ?? .nan, logitErrorAlone: $0.alone?.logitError ?? .nan)
      },
      flipped: comparison.flipped.prefix(24).map { judged($0, comparison, names, images, graph) },
      suggestions: comparison.suggestions, facts: facts)
  }

  /// A picture with what both models said of it.
  static func judged(
    _ index: Int, _ comparison: Comparison, _ names: (String, String), _ images: [Comparison.Image], _ graph: Graph
  ) -> JudgedPicture {
    let predictions = [(names.0, comparison.first), (names.1, comparison.second)].map { name, evaluation in
      let best = evaluation.predictions[index]
      return Reports.Prediction(
        model: name, label: evaluation.labels[best], probability: Double(evaluation.probabilities[index][best]))
    }
    return JudgedPicture(
      image: picture(images[index].pixels, graph), name: URL(fileURLWithPath: images[index].name).lastPathComponent,
      truth: comparison.first.labels[images[index].label], predictions: predictions)
  }

  /// The network's input as a picture.
  private static func picture(_ pixels: [UInt8], _ graph: Graph) -> Image {
    Image(width: graph.input[1], height: graph.input[0], channels: graph.input[2], pixels: pixels)
  }

  /// What one model reached, as figures.
  static func evaluation(
    _ evaluation: Quantization.Evaluation, _ name: String, _ path: String
  ) -> Reports.Evaluation {
    let metrics = evaluation.metrics
    let interval = metrics.accuracyInterval
    let bytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
    return Reports.Evaluation(
      name: name, accuracy: Share(metrics.accuracy, low: interval.lowerBound, high: interval.upperBound),
      confusion: ConfusionCounts(labels: evaluation.labels, counts: metrics.confusion), roc: roc(evaluation),
      reliability: Reliability(bins: bins(evaluation), expectedCalibrationError: metrics.calibrationError),
      milliseconds: evaluation.seconds * 1000 / Double(max(1, evaluation.truth.count)), bytes: bytes)
  }

  /// The ROC curve of the second of two classes, one point a distinct score.
  private static func roc(_ evaluation: Quantization.Evaluation) -> ROCCurve? {
    guard evaluation.labels.count == 2, let area = evaluation.metrics.auc else { return nil }
    let scores = zip(evaluation.probabilities.map { $0[1] }, evaluation.truth.map { $0 == 1 }).sorted { $0.0 > $1.0 }
    let positives = Double(scores.count { $0.1 })
    let negatives = Double(scores.count) - positives
    var points = [ROCCurve.Point(0, 0)]
    var (found, wrong) = (0.0, 0.0)
    for (index, (score, positive)) in scores.enumerated() {
      if positive { found += 1 } else { wrong += 1 }
      if index + 1 == scores.count || scores[index + 1].0 < score {
        points.append(.init(wrong / negatives, found / positives))
      }
    }
    return ROCCurve(points: points, area: area)
  }

  private static func bins(_ evaluation: Quantization.Evaluation) -> [Reliability.Bin] {
    evaluation.reliability.map { .init(confidence: $0.confidence, accuracy: $0.accuracy, count: $0.count) }
  }
}
