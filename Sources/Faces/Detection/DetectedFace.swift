import Imaging
import Models

/// A face that a detector found in a picture.
public struct DetectedFace: Hashable, Sendable {
  /// Where it is, in pixels of the picture; it may reach beyond it.
  public var box: FaceBox
  /// The logit of its being a face.
  public var score: Float

  /// `box` in pixels of the upright picture, `score` a logit.
  public init(box: FaceBox, score: Float) {
    self.box = box
    self.score = score
  }

  /// The score as a probability of being a face, by the detector's own account.
  public var certainty: Float { 1 / (1 + Detection.exp2(-score * 1.442695)) }
}

extension Array where Element == DetectedFace {
  /// The face that a picture is of: the largest of those that are nearly as sure as the surest, so that a doubtful
  /// large box does not stand before a sure face. The first of equals.
  public var main: DetectedFace? {
    guard let surest = self.map(\.score).max() else { return nil }
    var best: DetectedFace?
    for face in self where face.score >= surest - Self.nearlyAsSure {
      if let other = best, other.box.width * other.box.height >= face.box.width * face.box.height { continue }
      best = face
    }
    return best
  }

  /// A difference of logits: odds that differ by a factor of about seven.
  private static var nearlyAsSure: Float { 2 }
}
