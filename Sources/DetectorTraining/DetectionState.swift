import Imaging
import Training

/// Where the training of a detector stands: what its checkpoint holds as text.
struct DetectionState: CheckpointState {
  static let kind = "glint-detection-checkpoint-2"

  var recipe: DetectorRecipe
  var network: String
  var fingerprint: String
  var step = 0
  var rounds: [DetectionLoop.Round] = []
  /// Views in which faces were seen that are not there, in the order in which they came.
  var hard: [SceneComposer.View] = []

  /// More views than these are not kept.
  static let mostHardViews = 2000

  /// - Parameters:
  ///   - wanted: the recipe of the training that is to go on.
  ///   - scenes: of its material.
  func obstacle(to wanted: DetectorRecipe, scenes: [Image]) -> String? {
    guard recipe == wanted else {
      return "was made with another recipe: \(recipe.summary); now: \(wanted.summary)"
    }
    let steps = rounds.map(\.step)
    guard (0...recipe.steps).contains(step), steps.last ?? 0 == step, steps.allSatisfy({ $0 > 0 }),
      zip(steps, steps.dropFirst()).allSatisfy({ $0 < $1 }), hard.count <= Self.mostHardViews,
      hard.allSatisfy({ scenes.indices.contains($0.scene) && $0.fits(scenes[$0.scene]) }),
      rounds.allSatisfy({ $0.loss.isFinite && $0.validationLoss.isFinite })
    else { return "holds figures that no training writes; train anew without --resume" }
    return nil
  }
}

extension SceneComposer.View {
  /// Whether it lies within a scene; a view has at least 8 columns and rows, whatever the scene has.
  fileprivate func fits(_ scene: Image) -> Bool {
    func fits(_ start: Int, _ size: Int, _ limit: Int) -> Bool {
      size > 0 && size <= limit && (0...limit - size).contains(start)
    }
    return fits(x, width, max(8, scene.width)) && fits(y, height, max(8, scene.height))
  }
}
