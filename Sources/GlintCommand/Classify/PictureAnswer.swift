import Faces
import Glibc
import Imaging
import Inference
import ModelFiles
import Models
import Numerics

/// What is known of one picture, in the words of `classify --json`.
struct PictureAnswer: Encodable {
  let file: String
  let label: String
  /// Of the label; nil where no face was found.
  let probability: Float?
  let probabilities: [String: Float]
  let logits: [Float]
  /// Where the face is that was looked at; nil for the region that the model's rule names without a face.
  let box: FaceBox?
  /// How sure the detector is that it is one.
  let face: Float?
  /// All faces that were found, the main one first; nil where not all were looked for.
  private(set) var faces: [PictureAnswer]?

  /// The label that is nearest, in words, where none is shown.
  private let nearest: String?

  /// A picture of which one face was looked at, or the whole.
  init(file: String, _ description: ModelDescription, _ classification: Classification) {
    let answer = classification.answer
    self.file = file
    logits = classification.logits
    label = answer.label
    probability = answer.probability
    probabilities = description.byLabel(classification.probabilities)
    nearest = answer.isSure ? nil : description.labels[answer.candidate]
    (box, face) = (classification.box, classification.certainty)
  }

  /// A picture with all its faces: what is said of the first is said of the picture.
  private init(file: String, faces: [PictureAnswer]) {
    self.file = file
    self.faces = faces
    let main = faces.first
    label = main?.label ?? "no face"
    (probability, probabilities, logits) = (main?.probability, main?.probabilities ?? [:], main?.logits ?? [])
    (box, face, nearest) = (main?.box, main?.face, main?.nearest)
  }

  /// What a classifier says of a picture.
  init(file: String, _ description: ModelDescription, _ classification: PictureClassification) {
    switch classification {
    case .main(let one): self.init(file: file, description, one)
    case .all(let faces):
      self.init(file: file, faces: faces.map { PictureAnswer(file: file, description, $0) })
    }
  }

  /// For people: file, label, probability, a line a face where all were looked for; the file as wide as its neighbours.
  func lines(width: Int) -> [[LinePiece]] {
    let name = file + String(repeating: " ", count: max(0, width - file.count))
    let hasColours = TerminalLook.hasColours(STDOUT_FILENO)
    guard let faces, !faces.isEmpty else { return [[LinePiece(name)] + pieces(hasColours)] }
    return faces.map { face in
      let place = face.box.map { box in
        let numbers = [box.x, box.y, box.width, box.height].map { fixed(Double($0), 0) }
        return [LinePiece("at \(numbers[0]), \(numbers[1]), \(numbers[2]) x \(numbers[3])")]
      }
      return [LinePiece(name)] + face.pieces(hasColours) + (place ?? [])
    }
  }

  /// The label in its class's colour, and its probability or the nearest class.
  private func pieces(_ hasColours: Bool) -> [LinePiece] {
    let index = probabilities.keys.sorted().firstIndex(of: label)
    let piece = LinePiece(label: label, index: index, hasColours: hasColours)
    guard let probability else { return [piece] }
    let share = percent(Double(probability))
    return [piece, LinePiece(nearest.map { "(\($0) \(share))" } ?? share)]
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
