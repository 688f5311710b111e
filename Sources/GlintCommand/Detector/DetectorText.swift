import DetectorTraining
import Evaluation
import Imaging
import Numerics

/// One detector's figures in the words of `detector evaluate --json`.
struct DetectorLine: Encodable {
  let model: String
  let threshold: Float
  let photos, found: Int
  let found_interval: [Double]
  let scenes, false_boxes: Int
  let composed_faces: Int
  let average_precision: Double
  let reading: ReadingFacts
  /// Nil without photos of which every face is known.
  let wild: WildLine?

  init(_ evaluation: DetectorEvaluation, _ wild: WildEvaluation?, model: String, account: ReadingAccount) {
    reading = ReadingFacts(account)
    self.wild = wild.map(WildLine.init)
    self.model = model
    threshold = evaluation.threshold
    (photos, found) = (evaluation.photos.faces, evaluation.found)
    found_interval = [evaluation.foundInterval.lowerBound, evaluation.foundInterval.upperBound]
    (scenes, false_boxes) = (evaluation.sceneCount, evaluation.falseBoxes)
    composed_faces = evaluation.composed.faces
    average_precision = evaluation.composed.averagePrecision
  }
}

extension DetectorEvaluation {
  /// The figures for people.
  var lines: [String] {
    ["from a logit of \(fixed(Double(threshold), 3)) on:"] + statements.map { "  \($0.field): \($0.text)" }
  }
}
