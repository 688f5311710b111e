import Faces
import Imaging
import ModelFiles
import Models

/// What a classifier says of one face, or of a picture that was taken whole.
public struct Classification: Sendable {
  /// The label that is shown, and its probability.
  public let answer: Answer
  /// The probability of each label, in the order of the model's labels.
  public let probabilities: [Float]
  /// What the probabilities are made of.
  public let logits: [Float]
  /// Where the face is, in pixels of the upright picture; nil for the region that the model's rule names without a
  /// face.
  public let box: FaceBox?
  /// How sure the detector is that it is a face; nil where none was found by a detector.
  public let certainty: Float?
}

/// What a classifier says of a picture.
public enum PictureClassification: Sendable {
  /// Of its main face, or of the picture taken whole.
  case main(Classification)
  /// Of every face that was found, the main one first; none where there is none.
  case all([Classification])
}

/// Labels pictures, their faces found first where that is wanted. For one thread at a time.
public final class PictureClassifier {
  /// Which faces of a picture get labels.
  public enum Scope: Sendable {
    /// Every one.
    case all
    /// The main one of a whole photo; a picture that is a face already is taken as it is.
    case main
    /// Every one where there are several, else the main one.
    case several
  }

  /// The classifier.
  public let runner: ModelRunner
  private let preprocessor: Preprocessor
  private let detector: FaceDetector?
  private let scope: Scope
  private var pixels: [UInt8] = []

  /// - Parameters:
  ///   - runner: the classifier.
  ///   - detector: nil looks for no faces.
  public init(_ runner: ModelRunner, detector: FaceDetector?, scope: Scope) {
    self.runner = runner
    self.detector = detector
    self.scope = scope
    preprocessor = Preprocessor(runner.model.description.preprocessing)
  }

  /// Labels a picture.
  ///
  /// - Parameters:
  ///   - image: upright.
  ///   - face: where its face is known to be; no other is looked for then.
  public func classify(_ image: Image, face: FaceBox? = nil) -> PictureClassification {
    guard let detector, face == nil else { return .main(classify(image, at: face, certainty: nil)) }
    let found = detector.faces(inPhoto: image)
    let main = found.main
    guard scope == .all || scope == .several && found.count > 1 else {
      let used = main.flatMap { face in
        preprocessor.rule.isWholePhoto(image, face: face.box) ? face : nil
      }
      return .main(classify(image, at: used?.box, certainty: used?.certainty))
    }
    let others = found.filter { $0 != main }.sorted { $0.box.width * $0.box.height > $1.box.width * $1.box.height }
    return .all(((main.map { [$0] } ?? []) + others).map { classify(image, at: $0.box, certainty: $0.certainty) })
  }

  private func classify(_ image: Image, at face: FaceBox?, certainty: Float?) -> Classification {
    preprocessor.apply(to: image, face: face, into: &pixels)
    let logits = runner.logits(pixels)
    let probabilities = runner.probabilities(logits: logits)
    return Classification(
      answer: runner.model.description.answer(probabilities), probabilities: probabilities, logits: logits, box: face,
      certainty: certainty)
  }
}
