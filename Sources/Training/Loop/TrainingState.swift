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
struct TrainingState: Codable {
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
}
