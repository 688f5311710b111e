import Foundation
import Imaging
import ModelFiles
import Quantization
import Runtime
import Tensors

/// What is known of one picture, in the words of `classify --json`.
struct PictureAnswer: Encodable {
  let file: String
  let label: String
  let probability: Float
  let probabilities: [String: Float]
  let logits: [Float]

  init(file: String, labels: [String], logits: [Float], probabilities: [Float]) {
    let best = probabilities.indexOfLargest ?? 0
    self.file = file
    self.logits = logits
    label = labels[best]
    probability = probabilities[best]
    self.probabilities = Dictionary(zip(labels, probabilities)) { first, _ in first }
  }

  /// For people: file, label, probability; the file as wide as its neighbours.
  func line(width: Int) -> String {
    let name = file.padding(toLength: max(width, file.count), withPad: " ", startingAt: 0)
    return "\(name)  \(label)  \(percent(Double(probability)))"
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
  private let labels: [String]
  private let runner: ModelRunner
  private let preprocessor: Preprocessor

  init(_ model: LoadedModel, kernels: KernelTable) throws {
    labels = model.description.labels
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
            file: "photo", labels: labels, logits: logits, probabilities: runner.probabilities(logits: logits)))
      } catch {
        let reason = (error as? ImageError)?.reason ?? "\(error)"
        return (try? jsonLine(PictureRefusal(file: "photo", error: reason))) ?? "{}"
      }
    }
  }
}

/// What the page is told of the model and the camera.
struct PageFacts: Encodable {
  let labels: [String]
  let shown: [String: String]
}

extension LoadedModel {
  /// Whether its weights are int8.
  var isInt8: Bool { if case .int8 = self { true } else { false } }
}
