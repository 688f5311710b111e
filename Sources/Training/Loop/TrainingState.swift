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

/// Where the training of a classifier stands.
package struct TrainingState: CheckpointState {
  package static let kind = "glint-checkpoint-2"
  package static let subject = "a classifier's training"

  var recipe: TrainingRecipe
  package var network: String
  package var fingerprint: String
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

  init(recipe: TrainingRecipe, network: String, fingerprint: String) {
    self.recipe = recipe
    self.network = network
    self.fingerprint = fingerprint
  }

  /// Epochs since the best one.
  var epochsWithoutProgress: Int { epoch - bestEpoch }

  package var hasBest: Bool { bestEpoch > 0 }

  /// Takes over what a training that goes on may change: the patience, and the number of epochs where the learning rate
  /// is constant, since a cosine schedule depends on where it ends.
  ///
  /// - Parameters:
  ///   - wanted: the recipe of the training that is to go on.
  ///   - pictures: how many are trained on.
  /// - Returns: why it cannot go on from here, as a clause.
  mutating func obstacle(to wanted: TrainingRecipe, pictures: Int) -> String? {
    var adopted = recipe
    adopted.patience = wanted.patience
    if recipe.schedule == .constant { adopted.epochs = wanted.epochs }
    guard adopted == wanted else { return "was made with other options: \(recipe.summary); now: \(wanted.summary)" }
    recipe = adopted
    return fault(pictures: pictures).map(Checkpoint.says)
  }

  /// The first number that no training on this many pictures writes, as a clause.
  private func fault(pictures: Int) -> String? {
    let batches = (pictures + recipe.batch - 1) / recipe.batch
    // As many records as epochs bounds the epoch by the file's own size, and with it all that is computed from it.
    guard epoch >= 0, history.count == epoch else { return "epoch \(epoch) with figures of \(history.count)" }
    guard (0...batches).contains(batch) else { return "batch \(batch) of \(batches)" }
    guard step == epoch * batches + batch else { return "step \(step) in batch \(batch) of epoch \(epoch + 1)" }
    guard seen == min(pictures, batch * recipe.batch) else { return "\(seen) pictures seen in \(batch) batches" }
    guard (0...seen).contains(correct) else { return "\(correct) of \(seen) pictures labelled rightly" }
    guard lossSum.isFinite else { return "a loss that is not a number" }
    for (index, record) in history.enumerated() {
      let shares = [record.accuracy, record.validationAccuracy]
      guard record.epoch == index + 1, record.loss.isFinite, record.validationLoss.isFinite,
        record.imagesPerSecond.isFinite, shares.allSatisfy({ (0...1).contains($0) })
      else { return "the figures of epoch \(index + 1)" }
    }
    guard (0...epoch).contains(bestEpoch), (bestEpoch == 0) == (epoch == 0) else {
      return "the best epoch is \(bestEpoch) of \(epoch)"
    }
    guard bestLoss == (bestEpoch > 0 ? history[bestEpoch - 1].validationLoss : nil) else {
      return "the best loss is not that of epoch \(bestEpoch)"
    }
    return nil
  }
}
