import Imaging
import Training

/// Where the training of a detector stands.
package struct DetectionState: CheckpointState {
  package static let kind = "glint-detection-checkpoint-3"
  package static let subject = "a detector's training"

  /// The most hard views that are remembered.
  static let mostHardViews = 2000

  var recipe: DetectorRecipe
  package var network: String
  package var fingerprint: String
  /// Steps done in all.
  var step = 0
  /// The sum of the losses over the round under way.
  var lossSum = 0.0
  /// Rounds done.
  var rounds: [DetectionLoop.Round] = []
  /// Parts of scenes in which faces were seen that are not there, in the order in which they came.
  var hard: [SceneComposer.View] = []
  /// Those known when the round under way began: what its pictures are composed with.
  var shown: [SceneComposer.View] = []

  init(recipe: DetectorRecipe, network: String, fingerprint: String) {
    self.recipe = recipe
    self.network = network
    self.fingerprint = fingerprint
  }

  /// Steps done in the round under way.
  var done: Int { step - (rounds.last?.step ?? 0) }

  package var hasBest: Bool { !rounds.isEmpty }

  /// Why a training with this recipe on this material cannot go on from here, as a clause.
  func obstacle(to wanted: DetectorRecipe, _ material: DetectionMaterial) -> String? {
    guard recipe == wanted else {
      return "was made with another recipe: \(recipe.summary); now: \(wanted.summary)"
    }
    return fault(material).map(Checkpoint.says)
  }

  /// The first number that no training on this material writes, as a clause.
  private func fault(_ material: DetectionMaterial) -> String? {
    var start = 0
    for (index, round) in rounds.enumerated() {
      guard start < recipe.steps, round.step == recipe.endOfRound(from: start) else {
        return "round \(index + 1) ends at step \(round.step)"
      }
      guard round.loss.isFinite, round.validationLoss.isFinite, round.imagesPerSecond.isFinite,
        (0...Self.mostHardViews).contains(round.hardViews)
      else { return "the figures of round \(index + 1)" }
      start = round.step
    }
    guard (start...recipe.endOfRound(from: start)).contains(step) else { return "step \(step) of \(recipe.steps)" }
    guard lossSum.isFinite else { return "a loss that is not a number" }
    for views in [hard, shown] {
      guard views.count <= Self.mostHardViews, Set(views).count == views.count else {
        return "\(views.count) views of scenes, at most \(Self.mostHardViews) different ones are kept"
      }
      for view in views where !view.lies(in: material) {
        return "a view of scene \(view.scene) that does not lie in it"
      }
    }
    return nil
  }
}

extension DetectorRecipe {
  /// The step after a round that begins at a step: no round has pictures of two sizes.
  func endOfRound(from start: Int) -> Int {
    start + min(roundSteps, (start < smallSteps ? min(smallSteps, steps) : steps) - start)
  }
}

extension SceneComposer.View {
  /// Whether a composer could have chosen it.
  func lies(in material: DetectionMaterial) -> Bool {
    guard material.scenes.indices.contains(scene) else { return false }
    let image = material.scenes[scene]
    func fits(_ start: Int, _ length: Int, _ side: Int) -> Bool {
      // Of smaller scenes, 8 pixels are taken all the same: their edges go on.
      (1...max(8, side)).contains(length) && (0...max(0, side - length)).contains(start)
    }
    return fits(x, width, image.width) && fits(y, height, image.height)
  }
}
