import Datasets
import Evaluation
import FloatRuntime
import Inference
import Models
import Numerics
import Runtime

/// Images that neither calibrate nor test: int8 models are evaluated on them against their float model.
public final class MethodEvaluator {
  /// What one int8 model did.
  public struct Outcome: Sendable {
    /// Accuracy lost.
    public let loss: PairedLoss
    /// Share of images on which both models name the same class.
    public let agreement: Double
    /// The mean squared difference of the logits.
    public let squaredError: Double
    /// Its root as a share of the spread of the float model's logits.
    public let relativeError: Double
    /// Places of the images on which the models name different classes.
    public let flipped: [Int]
    /// The probabilities that the int8 model gave.
    public let probabilities: [[Float]]
    /// The logits that they are of.
    public let logits: [[Float]]
  }

  /// The images, their names and pixels; `label` counts only where `isLabelled`.
  public let images: [LabelledImage]
  /// Whether the classes of the images are known.
  public let isLabelled: Bool
  /// The probabilities that the float model gives.
  public let probabilities: [[Float]]
  /// The logits that they are of.
  public let logits: [[Float]]
  private let description: ModelDescription
  private let spread: Double
  private let threads: Int
  private let kernels: KernelTable

  /// Runs the images through the float model.
  ///
  /// - Throws: `QuantizationError` for a model without labels or for no images, `NotFiniteError` where logits are no
  ///   numbers.
  public init(
    _ model: FloatModel, images: [LabelledImage], isLabelled: Bool, threads: Int, kernels: KernelTable = .detected,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    description = model.description
    guard !images.isEmpty else { throw QuantizationError("there are no images to evaluate methods on") }
    guard description.isClassifier else {
      throw QuantizationError("methods are evaluated by a classifier's answers; this network is no classifier")
    }
    self.images = images
    self.isLabelled = isLabelled
    self.threads = threads
    self.kernels = kernels
    let interpreter = try FloatInterpreter(model, threads: threads)
    var logits: [[Float]] = []
    for (index, image) in images.enumerated() {
      let own = interpreter.run(pixels: image.pixels)
      guard own.allSatisfy(\.isFinite) else {
        throw NotFiniteError(picture: image.name, node: interpreter.firstNodeNotFinite(pixels: image.pixels))
      }
      logits.append(own)
      progress(index + 1, images.count)
    }
    self.logits = logits
    spread = logits.joined().map { Double($0) }.standardDeviation
    probabilities = Self.probabilities(logits, model.description)
  }

  /// As many of the images, spread evenly over all, evaluated by the same float logits.
  private init(_ all: MethodEvaluator, places: [Int]) {
    (description, isLabelled, threads, kernels) = (all.description, all.isLabelled, all.threads, all.kernels)
    images = places.map { all.images[$0] }
    logits = places.map { all.logits[$0] }
    probabilities = places.map { all.probabilities[$0] }
    spread = all.spread
  }

  /// An evaluator of some of the images, spread evenly over all; of all where there are no more.
  func spread(_ count: Int) -> MethodEvaluator {
    guard images.count > count else { return self }
    return MethodEvaluator(self, places: (0..<count).map { $0 * images.count / count })
  }

  /// Share of images that the float model names rightly; nil where the truth is unknown.
  public var floatAccuracy: Double? { floatChance?.accuracy }

  /// Whether what the float model names rightly may be chance; nil where the truth is unknown.
  public var floatChance: ChanceCheck? {
    guard isLabelled else { return nil }
    var counts = [Int](repeating: 0, count: description.labels.count)
    for image in images { counts[image.label] += 1 }
    return ChanceCheck(counts: counts, right: zip(images, Self.answers(probabilities)).count { $0.label == $1 })
  }

  /// Runs an int8 model of the same network over the images and compares its logits and answers with the float model's.
  public func evaluate(_ model: QuantizedModel) throws -> Outcome {
    let interpreter = try Interpreter(model, kernels: kernels, threads: threads)
    var given: [[Float]] = []
    var squares = 0.0
    for (image, expected) in zip(images, logits) {
      let logits = interpreter.invoke(image.pixels)
      for (one, two) in zip(logits, expected) {
        let difference = Double(one) - Double(two)
        squares += difference * difference
      }
      given.append(logits)
    }
    let int8 = Self.probabilities(given, description)
    let (first, second) = (Self.answers(probabilities), Self.answers(int8))
    let flipped = images.indices.filter { first[$0] != second[$0] }
    let squaredError = squares / Double(logits.joined().count)
    return Outcome(
      loss: PairedLoss(truth: isLabelled ? images.map(\.label) : nil, float: first, int8: second),
      agreement: 1 - Double(flipped.count) / Double(images.count), squaredError: squaredError,
      relativeError: spread > 0 ? squaredError.squareRoot() / spread : squaredError.squareRoot(), flipped: flipped,
      probabilities: int8, logits: given)
  }

  private static func probabilities(_ logits: [[Float]], _ description: ModelDescription) -> [[Float]] {
    logits.map { description.probabilities(logits: $0) }
  }

  /// The most probable class, the first of equals.
  private static func answers(_ probabilities: [[Float]]) -> [Int] {
    probabilities.map { $0.indexOfLargest ?? 0 }
  }
}
