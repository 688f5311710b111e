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
  let probability: Float
  let probabilities: [String: Float]
  let logits: [Float]

  /// The label that is nearest, in words, where none is shown.
  private let nearest: String?

  private enum CodingKeys: CodingKey { case file, label, probability, probabilities, logits }

  init(file: String, _ description: ModelDescription, logits: [Float], probabilities: [Float]) {
    let answer = description.answer(probabilities)
    self.file = file
    self.logits = logits
    label = answer.label
    probability = answer.probability
    self.probabilities = description.byLabel(probabilities)
    nearest = answer.isSure ? nil : description.labels[answer.candidate]
  }

  /// For people: file, label, probability; the file as wide as its neighbours.
  func line(width: Int) -> String {
    let name = file.padding(toLength: max(width, file.count), withPad: " ", startingAt: 0)
    let share = percent(Double(probability))
    return "\(name)  \(label)  " + (nearest.map { "(\($0) \(share))" } ?? share)
  }
}

/// A picture that could not be read, in the words of `classify --json`.
struct PictureRefusal: Encodable {
  let file: String
  let error: String
}

/// Photos that a browser sends, with an engine of their own beside the one that labels the camera.
final class PhotoClassifier: @unchecked Sendable {
  private let lock = NSLock()
  private let description: ModelDescription
  private let runner: ModelRunner
  private let preprocessor: Preprocessor

  init(_ model: LoadedModel, kernels: KernelTable) throws {
    description = model.description
    runner = try ModelRunner(model, threads: 1, kernels: kernels)
    preprocessor = Preprocessor(model.description.preprocessing)
  }

  /// The JSON for a photo's bytes.
  func answer(_ bytes: [UInt8]) -> String {
    lock.withLock {
      do {
        let image = try ImageDecoder.decode(bytes, name: "photo")
        var pixels: [UInt8] = []
        preprocessor.apply(to: image, into: &pixels)
        let logits = runner.logits(pixels)
        return try jsonLine(
          PictureAnswer(
            file: "photo", description, logits: logits, probabilities: runner.probabilities(logits: logits)))
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
