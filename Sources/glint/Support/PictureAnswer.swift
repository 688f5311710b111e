import Faces
import Foundation
import Graphs
import Imaging
import ModelFiles
import Quantization
import Runtime

/// What is known of one picture, in the words of `classify --json`.
struct PictureAnswer: Encodable {
  let file: String
  let label: String
  /// Of the label; nil where no face was found.
  let probability: Float?
  let probabilities: [String: Float]
  let logits: [Float]
  /// Where the face is that was looked at; nil for the region that the model's rule names without a face.
  var box: FaceBox?
  /// How sure the detector is that it is one.
  var face: Float?
  /// All faces that were found, the main one first; nil where not all were looked for.
  private(set) var faces: [PictureAnswer]?

  /// The label that is nearest, in words, where none is shown.
  private let nearest: String?

  init(file: String, _ description: ModelDescription, logits: [Float], probabilities: [Float]) {
    let answer = description.answer(probabilities)
    self.file = file
    self.logits = logits
    label = answer.label
    probability = answer.probability
    self.probabilities = description.byLabel(probabilities)
    nearest = answer.isSure ? nil : description.labels[answer.candidate]
  }

  /// A picture with all its faces: what is said of the first is said of the picture.
  init(file: String, faces: [PictureAnswer]) {
    self.file = file
    self.faces = faces
    let main = faces.first
    label = main?.label ?? "no face"
    (probability, probabilities, logits) = (main?.probability, main?.probabilities ?? [:], main?.logits ?? [])
    (box, face, nearest) = (main?.box, main?.face, main?.nearest)
  }

  /// For people: file, label, probability, a line a face where all were looked for; the file as wide as its neighbours.
  func lines(width: Int) -> [String] {
    let name = file.padding(toLength: max(width, file.count), withPad: " ", startingAt: 0)
    guard let faces, !faces.isEmpty else { return ["\(name)  \(words)"] }
    return faces.map { face in
      let place = face.box.map { box in
        let numbers = [box.x, box.y, box.width, box.height].map { fixed(Double($0), 0) }
        return "  at \(numbers[0]), \(numbers[1]), \(numbers[2]) x \(numbers[3])"
      }
      return "\(name)  \(face.words)\(place ?? "")"
    }
  }

  private var words: String {
    guard let probability else { return label }
    let share = percent(Double(probability))
    return "\(label)  " + (nearest.map { "(\($0) \(share))" } ?? share)
  }

  /// For a picture: the label, and its probability where it is sure.
  var caption: String {
    guard nearest == nil, let probability else { return label }
    return "\(label) \(percent(Double(probability), 0))"
  }

  private enum Key: CodingKey { case file, label, probability, probabilities, logits, box, face, faces }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
    try encodeAnswer(to: &container)
    if let faces {
      var list = container.nestedUnkeyedContainer(forKey: .faces)
      for face in faces {
        var one = list.nestedContainer(keyedBy: Key.self)
        try face.encodeAnswer(to: &one)
      }
    }
  }

  private func encodeAnswer(to container: inout KeyedEncodingContainer<Key>) throws {
    try container.encode(label, forKey: .label)
    try container.encodeIfPresent(probability, forKey: .probability)
    try container.encode(probabilities, forKey: .probabilities)
    try container.encode(logits, forKey: .logits)
    try container.encodeIfPresent(box.map(BoxLine.init), forKey: .box)
    try container.encodeIfPresent(face, forKey: .face)
  }
}

/// A face's box in JSON: pixels of the upright picture.
struct BoxLine: Encodable {
  let x, y, w, h: Float

  init(_ box: FaceBox) { (x, y, w, h) = (box.x, box.y, box.width, box.height) }
}

/// A picture that could not be read, in the words of `classify --json`.
struct PictureRefusal: Encodable {
  let file: String
  let error: String
}

/// Photos that a browser sends, with an engine of their own beside the one that labels the camera.
final class PhotoClassifier: @unchecked Sendable {
  private let lock = NSLock()
  private let reader: PictureReader

  /// - Parameter detector: finds the faces of whole photos; of its own, too.
  init(_ model: LoadedModel, detector: FaceDetector?, kernels: KernelTable) throws {
    reader = PictureReader(try ModelRunner(model, threads: 1, kernels: kernels), detector: detector, scope: .several)
  }

  /// The JSON for a photo's bytes.
  func answer(_ bytes: [UInt8]) -> String {
    lock.withLock {
      do {
        return try jsonLine(reader.answer(try ImageDecoder.decode(bytes, name: "photo"), file: "photo"))
      } catch {
        let reason = (error as? ImageError)?.reason ?? "\(error)"
        return (try? jsonLine(PictureRefusal(file: "photo", error: reason))) ?? "{}"
      }
    }
  }
}

/// What the page is told of the model and the camera.
struct PageFacts: Encodable {
  /// The labels that may be shown.
  let labels: [String]
  let shown: [String: String]
}

extension ModelDescription {
  /// Probabilities under their labels, as JSON tells them.
  func byLabel(_ probabilities: [Float]) -> [String: Float] {
    Dictionary(zip(labels, probabilities)) { first, _ in first }
  }
}

extension LoadedModel {
  /// Whether its weights are int8.
  var isInt8: Bool { if case .int8 = self { true } else { false } }
}
