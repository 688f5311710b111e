import Faces
import Imaging
import Inference
import ModelFiles
import Models

/// A model file, float or int8, that labels pictures and finds faces: what a program needs to use Glint.
///
/// ```swift
/// let labeller = try Labeller(model: "face.int8.safetensors")
/// let answer = try labeller.classify(imageAt: "photo.jpg")
/// print(answer.label, answer.probability)
/// ```
///
/// Pictures are prepared by the rule that is sealed in the model, so that answers are those of `glint classify`. One
/// object serves one thread at a time; several threads have one each.
public final class Labeller {
  /// The names of the classes, in the order of the model.
  public let labels: [String]
  private let classifier: PictureClassifier
  private let detector: FaceDetector?

  /// Reads a model and checks that it gives the logits that its file brings along.
  ///
  /// - Parameters:
  ///   - model: path of a classifier's file.
  ///   - detector: path of a face detector's file. With one, the main face of a whole photo is found before it is
  ///     labelled; without, a picture is taken as it is.
  ///   - threads: threads that compute one picture, 1 to 256. They change no answer.
  ///   - trust: whether the files come from where they are trusted. Others may ask for at most 10,000 nodes, 1 GiB of
  ///     memory and 20 G multiply-adds a picture.
  /// - Throws: `LabellerError` that names the file and the reason.
  public init(
    model: String, detector: String? = nil, threads: Int = 1, trust: Bool = false
  ) throws(LabellerError) {
    guard (1...256).contains(threads) else {
      throw LabellerError("\(threads) threads: a number from 1 to 256 is wanted")
    }
    do {
      let limits = trust ? ModelLimits.trusting : .standard
      let loaded = try ModelFile.loadClassifier(model, limits: limits)
      labels = loaded.description.labels
      self.detector = try detector.map { path in
        do { return try FaceDetector(ModelFile.load(path, limits: limits), threads: threads) } catch let error
          as FaceDetectorError
        {
          throw LabellerError("\(path): \(error.reason)")
        }
      }
      classifier = PictureClassifier(
        try ModelRunner(loaded, threads: threads), detector: self.detector, scope: .main)
    } catch { throw LabellerError(error) }
  }

  /// Labels a JPEG or PNG file, turned upright as its EXIF orientation says.
  ///
  /// - Throws: `LabellerError` that names the file and the reason.
  public func classify(imageAt path: String) throws(LabellerError) -> LabelledPicture {
    do throws(ImageError) { return label(try ImageDecoder.decode(path: path)) } catch { throw LabellerError(error) }
  }

  /// Labels the bytes of a JPEG or PNG file.
  ///
  /// - Throws: `LabellerError` with the reason.
  public func classify(encoded bytes: [UInt8]) throws(LabellerError) -> LabelledPicture {
    do throws(ImageError) {
      return label(try ImageDecoder.decode(bytes, name: "picture"))
    } catch { throw LabellerError(error) }
  }

  /// Labels pixels, for example a camera's frame.
  ///
  /// - Throws: `LabellerError` where they do not fit their size.
  public func classify(_ pixels: RGBPixels) throws(LabellerError) -> LabelledPicture { label(try pixels.image()) }

  /// The faces of a picture, the surest first.
  ///
  /// - Throws: `LabellerError` where no detector was named, or the pixels do not fit their size.
  public func faces(in pixels: RGBPixels) throws(LabellerError) -> [FoundFace] {
    guard let detector else { throw LabellerError("no face detector was named when the model was opened") }
    return detector.faces(inPhoto: try pixels.image()).map { FoundFace(box: Box($0.box), certainty: $0.certainty) }
  }

  private func label(_ image: Image) -> LabelledPicture {
    guard case .main(let main) = classifier.classify(image) else {
      preconditionFailure("a classifier of the main face gives one answer")
    }
    return LabelledPicture(
      label: main.answer.label, index: main.answer.isSure ? main.answer.candidate : nil,
      probability: main.answer.probability, probabilities: main.probabilities, box: main.box.map(Box.init))
  }
}
