import Evaluation
import Files
import Imaging
import Models

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
    /// Where the model has a decision: by class the least probability at which its label is shown, null where never.
    let thresholds: [Float?]?
    /// Where it has one: by class what its probability weighs against labels.
    let weights: [Float]?
    let decision: CoverageLine?
    let ms_per_image: Double
    /// The size of the model's file.
    let bytes: Int?

    /// - Parameter path: the model's file.
    init(_ evaluation: ModelEvaluation, path: String) {
      let metrics = evaluation.metrics
      let classes = evaluation.labels.indices
      accuracy = metrics.accuracy
      accuracy_interval = [metrics.accuracyInterval.lowerBound, metrics.accuracyInterval.upperBound]
      confusion = metrics.confusion
      precision = classes.map(metrics.precision)
      recall = classes.map(metrics.recall)
      auc = metrics.auc
      ece = metrics.calibrationError
      thresholds = evaluation.decision?.thresholds
      weights = evaluation.decision?.weights
      decision = evaluation.coverage.map { CoverageLine($0) }
      bytes = FileSystem.size(path)
      ms_per_image = evaluation.seconds * 1000 / Double(max(1, evaluation.truth.count))
    }
  }

  struct Layer: Encodable {
    let name: String
    let sqnr_db: Double?
    let cosine: Double
    let clipped: Double
    let levels_used: Double?
    /// What the figures above are made of: sums of squares of float values, of the differences and of int8 values, sum
    /// of the products, values in all, values beyond the codes, codes that occurred.
    let signal, noise, signal_int8, product: Double
    let values, beyond: Int
    let levels: Int?
    let alone: Alone?

    init(_ layer: Comparison.Layer) {
      let own = layer.statistics
      name = layer.name
      sqnr_db = own.sqnr.finite
      cosine = own.cosine
      clipped = own.clipped
      levels_used = own.usedLevels
      (signal, noise, signal_int8, product) = (own.signal, own.noise, own.otherSignal, own.product)
      (values, beyond, levels) = (own.count, own.beyond, own.levels)
      alone = layer.alone.map { Alone($0) }
    }
  }

  /// What quantizing one layer alone does.
  struct Alone: Encodable {
    let images: Int
    let points_lost: Double
    let agreement: Double
    let logit_error: Double
    /// What the figures above are made of: images that float alone and int8 alone got right, images with the same
    /// answer, mean squared change of the logits, standard deviation of the float logits.
    let lost, won, same: Int
    let squared_error, spread: Double

    init(_ effect: LayerEffect) {
      images = effect.loss.images
      points_lost = effect.loss.points
      agreement = effect.agreement
      logit_error = effect.logitError
      (lost, won, same) = (effect.loss.lost, effect.loss.won, effect.same)
      (squared_error, spread) = (effect.squaredError, effect.spread)
    }
  }

  /// What both models said of one image.
  struct ImageProbabilities: Encodable {
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

  /// What the pictures show of the difference.
  struct Verdict: Encodable {
    let finding: String
    let sentence: String
    /// In points of 100, and what it is made of: pictures that the first alone got right, and the second alone.
    let points_lost: Double
    let points_lost_interval: [Double]
    let lost, won: Int
    /// Of the share of pictures to which both give the same label.
    let agreement_interval: [Double]
    let margin: Double
    let enough_pictures: Int

    init(_ verdict: ComparisonVerdict, _ names: (String, String)) {
      finding = verdict.finding.rawValue
      sentence = verdict.sentence(names)
      points_lost = verdict.loss.points
      points_lost_interval = [verdict.loss.interval.lowerBound, verdict.loss.interval.upperBound]
      (lost, won) = (verdict.loss.lost, verdict.loss.won)
      agreement_interval = [verdict.agreement.lowerBound, verdict.agreement.upperBound]
      margin = verdict.margin
      enough_pictures = verdict.enoughPictures
    }
  }

  /// Some of the pictures.
  struct Group: Encodable {
    let name: String
    let images, float_right, int8_right, lost, won, same: Int
    let points_lost_interval: [Double]

    init(_ group: ComparisonGroup) {
      name = group.name
      (images, float_right, int8_right) = (group.pictures, group.firstRight, group.secondRight)
      (lost, won, same) = (group.loss.lost, group.loss.won, group.same)
      points_lost_interval = [group.loss.interval.lowerBound, group.loss.interval.upperBound]
    }
  }

  let verdict: Verdict
  let by_class, by_source, by_confidence: [Group]
  let images: Int
  let labels: [String]
  let float: Side
  let int8: Side
  let agreement: Double
  let identical: Bool
  let mcnemar_p: Double
  let layers: [Layer]
  /// Where the difference arises; null where that cannot be told, and why.
  let attribution: AttributionFacts?
  let attribution_reason: String?
  let layer_images: Int
  let layers_equalized: Bool
  let flipped: [Flip]
  let suggestions: [String]
  /// Probabilities in the order of `labels`, image by image: what every figure above is made of.
  let answers: [ImageProbabilities]
  let reading: ReadingFacts

  /// - Parameters:
  ///   - names: what to call the two models.
  ///   - models: their paths.
  ///   - data: the folders of the pictures.
  init(
    _ comparison: Comparison, _ verdict: ComparisonVerdict, _ names: (String, String), suggestions: [String],
    attribution: AttributionFacts?, models: (String, String), data: [String], account: ReadingAccount
  ) {
    self.verdict = Verdict(verdict, names)
    by_class = comparison.byClass.map { Group($0) }
    by_source = comparison.bySource(data).map { Group($0) }
    by_confidence = comparison.byConfidence.map { Group($0) }
    reading = ReadingFacts(account)
    let labels = comparison.first.labels
    func named(_ probabilities: [Float]) -> [String: Float] {
      Dictionary(zip(labels, probabilities)) { first, _ in first }
    }
    images = comparison.names.count
    self.labels = labels
    float = Side(comparison.first, path: models.0)
    int8 = Side(comparison.second, path: models.1)
    agreement = comparison.agreement
    identical = comparison.isIdentical
    mcnemar_p = comparison.mcNemarP
    layers = comparison.layers.map { Layer($0) }
    self.attribution = attribution
    attribution_reason = comparison.attributionObstacle
    layer_images = comparison.layerImages
    layers_equalized = comparison.isEqualized
    self.suggestions = suggestions
    answers = comparison.names.indices.map {
      ImageProbabilities(
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
