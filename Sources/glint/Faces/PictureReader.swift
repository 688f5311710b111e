import Faces
import Imaging
import ModelFiles
import Quantization

/// Labels pictures, their faces found first where that is wanted. For one thread at a time.
final class PictureReader {
  /// Which faces of a picture get labels.
  enum Scope {
    /// Every one.
    case all
    /// The main one of a whole photo; a picture that is a face already is taken as it is.
    case main
    /// Every one where there are several, else the main one.
    case several
  }

  private let runner: ModelRunner
  private let preprocessor: Preprocessor
  private let detector: FaceDetector?
  private let scope: Scope
  private var pixels: [UInt8] = []

  /// - Parameters:
  ///   - runner: the classifier.
  ///   - detector: nil looks for no faces.
  init(_ runner: ModelRunner, detector: FaceDetector?, scope: Scope) {
    self.runner = runner
    self.detector = detector
    self.scope = scope
    preprocessor = Preprocessor(runner.model.description.preprocessing)
  }

  /// What is known of a picture.
  ///
  /// - Parameters:
  ///   - file: what it is called.
  ///   - face: where a table says that its face is.
  func answer(_ image: Image, file: String, face: FaceBox? = nil) -> PictureAnswer {
    guard let detector, face == nil else { return answer(image, file: file, at: face) }
    let found = detector.faces(inPhoto: image)
    let wanted: Scope = scope != .several ? scope : found.count > 1 ? .all : .main
    switch wanted {
    case .main, .several:
      let main = found.main.flatMap { isWholePhoto(image, $0.box) ? $0 : nil }
      var answer = answer(image, file: file, at: main?.box)
      answer.face = main?.certainty
      return answer
    case .all:
      let main = found.main
      let others = found.filter { $0 != main }.sorted { $0.box.width * $0.box.height > $1.box.width * $1.box.height }
      let answers = ((main.map { [$0] } ?? []) + others).map { one in
        var answer = answer(image, file: file, at: one.box)
        answer.face = one.certainty
        return answer
      }
      return PictureAnswer(file: file, faces: answers)
    }
  }

  private func answer(_ image: Image, file: String, at face: FaceBox?) -> PictureAnswer {
    preprocessor.apply(to: image, face: face, into: &pixels)
    let logits = runner.logits(pixels)
    var answer = PictureAnswer(
      file: file, runner.model.description, logits: logits, probabilities: runner.probabilities(logits: logits))
    answer.box = face
    return answer
  }

  /// Whether a face leaves much of the picture free: the classifier's crop of it is smaller than four fifths of the
  /// centred square. Otherwise the picture was cropped to the face before.
  private func isWholePhoto(_ image: Image, _ face: FaceBox) -> Bool {
    let side = min(image.width, image.height)
    return 5 * preprocessor.rule.region(ofWidth: image.width, height: image.height, face: face).width < 4 * side
  }
}
