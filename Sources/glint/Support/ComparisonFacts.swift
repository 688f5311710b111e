import Quantization
import Training

/// A comparison in the words of `compare --json`.
struct ComparisonFacts: Encodable {
  /// What one model reached.
  struct Side: Encodable {
    let accuracy: Double
    let accuracy_interval: [Double]
    let confusion: [[Int]]
    let precision: [Double?]
    let recall: [Double?]
    let auc: Double?
    let ece: Double
    /// Where the model has a decision.
    let decision: CoverageLine?
    let ms_per_image: Double

    init(_ evaluation: Quantization.Evaluation) {
      let metrics = evaluation.metrics
      let classes = evaluation.labels.indices
      accuracy = metrics.accuracy
      accuracy_interval = [metrics.accuracyInterval.lowerBound, metrics.accuracyInterval.upperBound]
      confusion = metrics.confusion
      precision = classes.map(metrics.precision)
      recall = classes.map(metrics.recall)
      auc = metrics.auc
      ece = metrics.calibrationError
      decision = evaluation.coverage.map { CoverageLine($0) }
      ms_per_image = evaluation.seconds * 1000 / Double(max(1, evaluation.truth.count))
    }
  }

  struct Layer: Encodable {
    let name: String
    let sqnr_db: Double?
    let cosine: Double
    let clipped: Double
    let levels_used: Double?
    let signal: Double
    let noise: Double
    let alone: Alone?
  }

  /// What quantizing one layer alone does.
  struct Alone: Encodable {
    let images: Int
    let points_lost: Double
    let agreement: Double
    let logit_error: Double
  }

  /// What both models said of one image.
  struct Answer: Encodable {
    let file: String
    let label: String
    let float: [Float]
    let int8: [Float]
  }

  struct Flip: Encodable {
    let file: String
    let label: String
    let float: [String: Float]
    let int8: [String: Float]
  }

  let images: Int
  let labels: [String]
  let float: Side
  let int8: Side
  let agreement: Double
  let identical: Bool
  let mcnemar_p: Double
  let layers: [Layer]
  let layers_equalized: Bool
  let flipped: [Flip]
  let suggestions: [String]
  /// Probabilities in the order of `labels`, image by image: what every figure above is made of.
  let answers: [Answer]

  init(_ comparison: Comparison) {
    let labels = comparison.first.labels
    func named(_ probabilities: [Float]) -> [String: Float] {
      Dictionary(zip(labels, probabilities)) { first, _ in first }
    }
    images = comparison.names.count
    self.labels = labels
    float = Side(comparison.first)
    int8 = Side(comparison.second)
    agreement = comparison.agreement
    identical = comparison.isIdentical
    mcnemar_p = comparison.mcNemarP
    layers = comparison.layers.map {
      Layer(
        name: $0.name, sqnr_db: $0.sqnr.finite, cosine: $0.cosine, clipped: $0.clipped, levels_used: $0.usedLevels,
        signal: $0.signal, noise: $0.noise,
        alone: $0.alone.map {
          Alone(
            images: $0.loss.images, points_lost: $0.loss.points, agreement: $0.agreement, logit_error: $0.logitError)
        })
    }
    layers_equalized = comparison.isEqualized
    suggestions = comparison.suggestions
    answers = comparison.names.indices.map {
      Answer(
        file: comparison.names[$0], label: labels[comparison.first.truth[$0]],
        float: comparison.first.probabilities[$0], int8: comparison.second.probabilities[$0])
    }
    flipped = comparison.flipped.map {
      Flip(
        file: comparison.names[$0], label: labels[comparison.first.truth[$0]],
        float: named(comparison.first.probabilities[$0]), int8: named(comparison.second.probabilities[$0]))
    }
  }
}
