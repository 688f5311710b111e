import Imaging
import RenderedFaces

/// A rendered person before a camera: the same face, hair and clothes in every picture, the head, the light and the
/// expression's strength a little different in each.
struct TaughtPerson {
  let seed: UInt64
  let number: Int
  /// How far the face at rest looks like a sad one's, from 0 to 1: some people's do. The sad one is sadder by as much.
  var restsSad: Float = 0

  private static let ofRest: [WritableKeyPath<Expression, Float> & Sendable] = [
    \.mouthCurve, \.chinRaise, \.lidDroop, \.browInner, \.browOuter, \.browFrown,
  ]

  /// A picture of an expression, by its number in `RenderedFaces.allLabels`, and where the face is.
  func picture(_ label: Int, moment: Int, size: Int = 160) -> (image: Image, face: FaceBox) {
    var parameters = FacePainter.parameters(seed: seed, index: number, label: label, variety: 0.2)
    // What changes comes from another picture of the same sampler.
    let other = FacePainter.parameters(seed: seed &+ 77, index: moment * 7 + label, label: label, variety: 0.2)
    parameters.expression = other.expression
    if restsSad > 0, label != 0 {
      let sad = FacePainter.parameters(seed: seed &+ 78, index: moment, label: 1, variety: 0.2).expression
      let share = label == 1 ? 0.3 * restsSad : restsSad
      for part in Self.ofRest { parameters.expression[keyPath: part] += share * sad[keyPath: part] }
    }
    parameters.pose = other.pose
    parameters.light.key = (parameters.light.key + other.light.key) / 2
    let painted = FacePainter.paint(
      parameters, size: size, noiseSeed: UInt32(truncatingIfNeeded: moment &* 31 &+ label))
    return (painted.image, painted.face)
  }
}
