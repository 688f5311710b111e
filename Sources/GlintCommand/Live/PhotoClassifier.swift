import Faces
import Imaging
import Inference
import ModelFiles
import Threads

/// Photos that a browser sends, with an engine of their own beside the one that labels the camera.
final class PhotoClassifier: Sendable {
  /// One photo at a time: the classifier is no thread's own.
  private struct Guarded: @unchecked Sendable { let classifier: PictureClassifier }

  private let guarded: Locked<Guarded>

  /// - Parameter detector: finds the faces of whole photos; of its own, too.
  init(_ model: LoadedModel, detector: FaceDetector?) throws {
    let runner = try ModelRunner(model, threads: 1)
    guarded = Locked(Guarded(classifier: PictureClassifier(runner, detector: detector, scope: .several)))
  }

  /// Labels photos with another model from the next one on.
  ///
  /// - Throws: as the initializer.
  func use(_ model: LoadedModel, detector: FaceDetector?) throws {
    let runner = try ModelRunner(model, threads: 1)
    let classifier = Guarded(classifier: PictureClassifier(runner, detector: detector, scope: .several))
    guarded.withLock { $0 = classifier }
  }

  /// The JSON for a photo's bytes.
  func answer(_ bytes: [UInt8]) -> String {
    guarded.withLock { guarded in
      do {
        let classifier = guarded.classifier
        let found = classifier.classify(try ImageDecoder.decode(bytes, name: "photo", within: .posted))
        return try jsonLine(PictureAnswer(file: "photo", classifier.runner.model.description, found))
      } catch {
        let reason = (error as? ImageError)?.reason ?? "\(error)"
        return (try? jsonLine(PictureRefusal(file: "photo", error: reason))) ?? "{}"
      }
    }
  }
}
