import Training

/// Where the training of a detector stands: what its checkpoint holds as text.
struct DetectionState: CheckpointState {
  static let kind = "glint-detection-checkpoint-2"

  var recipe: DetectorRecipe
  var network: String
  var fingerprint: String
  /// Scenes of the material, of which `hard` names some.
  var scenes: Int
  var step = 0
  var rounds: [DetectionLoop.Round] = []
  /// Views in which faces were seen that are not there, in the order in which they came.
  var hard: [SceneComposer.View] = []

  /// More views than these are not kept.
  static let mostHardViews = 2000

  mutating func obstacle(goingOnFrom fresh: DetectionState) -> String? {
    guard recipe == fresh.recipe else {
      return "was made with another recipe: \(recipe.summary); now: \(fresh.recipe.summary)"
    }
    let steps = rounds.map(\.step)
    guard (0...recipe.steps).contains(step), steps.last ?? 0 == step, steps.allSatisfy({ $0 > 0 }),
      zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 }), scenes == fresh.scenes, hard.count <= Self.mostHardViews,
      hard.allSatisfy({ (0..<scenes).contains($0.scene) && $0.isPlausible }),
      rounds.allSatisfy({ $0.loss.isFinite && $0.validationLoss.isFinite })
    else { return "holds figures that no training writes; train anew without --resume" }
    return nil
  }
}

extension SceneComposer.View {
  /// Whether its numbers are those of a part of some picture.
  fileprivate var isPlausible: Bool {
    let sides = 0..<1 << 20
    return sides.contains(x) && sides.contains(y) && width > 0 && height > 0 && sides.contains(width)
      && sides.contains(height)
  }
}
