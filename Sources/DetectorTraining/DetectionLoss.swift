import CFloatKernels
import Models
import Numerics

/// What a detection network minimizes: the focal loss of the scores (Lin et al. 2017, gamma 2), so that the many cells
/// that are easily no face do not drown the few that are one, and a Huber loss of the boxes.
package struct DetectionLoss {
  /// How much boxes count against scores.
  var boxWeight = 2.0
  /// From squared to linear: errors of a box, in sides and octaves.
  var bend = 0.1

  package init() {}

  /// The loss of one picture, and the gradient by its logits.
  ///
  /// - Parameters:
  ///   - logits: `[cells][4]`, as `Detection` says.
  ///   - scale: multiplies loss and gradient: one over the weight of all faces of a batch.
  ///   - gradient: written, as many as logits.
  package func evaluate(
    _ logits: UnsafeBufferPointer<Float>, _ targets: DetectionTargets, scale: Double,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let channels = Detection.channels
    var loss = 0.0
    for cell in targets.scores.indices {
      let at = cell * channels
      var slope = 0.0
      if targets.scores[cell] >= 0 {
        // A face is asked for at +z, none at -z.
        let isFace = targets.scores[cell] == 1
        let logit = Double(isFace ? logits[at] : -logits[at])
        let weight = isFace ? Double(targets.faceWeights[cell]) : 1
        let probability = 1 / (1 + Elementary.exp(-logit))
        let other = 1 - probability
        // log p = min(z, 0) - log(1 + e^-|z|), which no z overflows
        let logarithm = min(logit, 0) - Elementary.log(1 + Elementary.exp(-abs(logit)))
        loss -= weight * other * other * logarithm
        slope = weight * other * other * (2 * probability * logarithm - other)
        if !isFace { slope = -slope }
      }
      gradient[at] = Float(slope * scale)
      let weight = boxWeight * Double(targets.boxWeights[cell])
      for part in 0..<3 {
        guard weight > 0 else {
          gradient[at + 1 + part] = 0
          continue
        }
        let error = Double(logits[at + 1 + part]) - Double(targets.boxes[3 * cell + part])
        let size = abs(error)
        loss += weight * (size < bend ? error * error / (2 * bend) : size - bend / 2)
        gradient[at + 1 + part] = Float(scale * weight * max(-1, min(1, error / bend)))
      }
    }
    return loss * scale
  }

  /// The weight of a picture's faces, by whose sum over a batch the loss is divided.
  package static func weight(_ targets: DetectionTargets) -> Double {
    targets.faceWeights.reduce(0) { $0 + Double($1) }
  }
}
