import Foundation

/// One epoch's figures.
public struct EpochRecord: Hashable, Sendable, Codable {
  /// Counted from 1.
  public var epoch: Int
  /// Mean loss over the training pictures, each as the weights were when its batch came.
  public var loss: Double
  /// Share of training pictures labelled rightly, likewise.
  public var accuracy: Double
  /// Mean loss over the validation pictures after the epoch.
  public var validationLoss: Double
  /// Share of validation pictures labelled rightly.
  public var validationAccuracy: Double
  /// Training pictures a second.
  public var imagesPerSecond: Double
}

/// Where training stands, besides weights and moments: what a checkpoint holds as text.
struct TrainingState: CheckpointState {
  static let kind = "glint-checkpoint-1"

  var recipe: TrainingRecipe
  /// Names and shapes of all weights: another network has others.
  var network: String
  /// Of the data and its split.
  var fingerprint: String
  /// Epochs done.
  var epoch = 0
  /// Batches done in the epoch under way.
  var batch = 0
  /// Steps done in all.
  var step = 0
  /// Sums over the epoch under way.
  var lossSum = 0.0
  var correct = 0
  var seen = 0
  var bestLoss: Double?
  var bestEpoch = 0
  var history: [EpochRecord] = []

  /// Epochs since the best one.
  var epochsWithoutProgress: Int { epoch - bestEpoch }

  /// The patience may change, and the number of epochs where the learning rate is constant.
  ///
  /// - Parameters:
  ///   - wanted: the recipe of the training that is to go on.
  ///   - batches: of an epoch.
  mutating func obstacle(to wanted: TrainingRecipe, batches: Int) -> String? {
    var other = recipe
    other.patience = wanted.patience
    // A cosine schedule depends on where it ends.
    if other.schedule == .constant { other.epochs = wanted.epochs }
    guard other == wanted else {
      return "was made with other options: \(recipe.summary); now: \(wanted.summary)"
    }
    let figures = history.flatMap { [$0.loss, $0.validationLoss, $0.accuracy, $0.validationAccuracy] }
    // Sums of counts stay far below what overflows: no training has 2^40 steps.
    let counts = [epoch, batch, step, correct, seen, bestEpoch]
    guard counts.allSatisfy({ (0..<1 << 40).contains($0) }), correct <= seen, bestEpoch <= epoch,
      history.count == epoch, history.map(\.epoch) == Array(1..<epoch + 1), (bestLoss == nil) == (bestEpoch == 0),
      batch <= batches, step >= batch, lossSum.isFinite, bestLoss?.isFinite ?? true, figures.allSatisfy(\.isFinite)
    else { return "holds figures that no training writes; train anew without --resume" }
    recipe = other
    return nil
  }
}
