import Imaging
import RenderedFaces

/// A rendered person before a camera: the same face, hair and clothes in every picture, the head, the light and the
/// expression's strength a little different in each.
struct TaughtPerson {
  let seed: UInt64
  let number: Int

  /// A picture of an expression, by its number in `RenderedFaces.allLabels`, and where the face is.
  func picture(_ label: Int, moment: Int, size: Int = 160) -> (image: Image, face: FaceBox) {
    var parameters = FacePainter.parameters(seed: seed, index: number, label: label, variety: 0.2)
    // What changes comes from another picture of the same sampler.
    let other = FacePainter.parameters(seed: seed &+ 77, index: moment * 7 + label, label: label, variety: 0.2)
    parameters.expression = other.expression
    parameters.pose = other.pose
    parameters.light.key = (parameters.light.key + other.light.key) / 2
    let painted = FacePainter.paint(
      parameters, size: size, noiseSeed: UInt32(truncatingIfNeeded: moment &* 31 &+ label))
    return (painted.image, painted.face)
  }
}
