import Datasets
import FloatRuntime
import Inference
import ModelFiles
import Models
import Numerics
import Runtime

/// Two models side by side on the same labelled images: usually a float one and its int8 version.
public struct Comparison: Sendable {
  /// How far one value of the second model strays from the first's.
  public struct Layer: Sendable {
    /// The two side by side.
    public let statistics: LayerStatistics
    /// What quantizing this layer alone does; nil where it was not measured or the layer only moves bytes.
    public let alone: LayerEffect?

    /// The node.
    public var name: String { statistics.name }
  }

  /// Names of the images, in order.
  public let names: [String]
  /// The first model's answers.
  public let first: ModelEvaluation
  /// The second model's answers.
  public let second: ModelEvaluation
  /// By node; empty where layers were not compared.
  public let layers: [Layer]
  /// Where the difference arises; nil where that cannot be told.
  public let attribution: Attribution?
  /// Why it cannot be told where the difference arises, as a clause; nil where it is told.
  public let attributionObstacle: String?
  /// On how many of the images values of all layers were compared.
  public let layerImages: Int
  /// The float network that layers were held against: the first model, or that after equalization; nil where the first
  /// model is int8 or layers were not compared.
  public let network: FloatModel?
  /// Whether layers were held against the first model after equalization, as the second was made.
  public let isEqualized: Bool

  /// Images on which both name the same class.
  public var same: Int { zip(first.predictions, second.predictions).count { $0 == $1 } }

  /// Share of images on which both name the same class.
  public var agreement: Double { Double(same) / Double(max(1, names.count)) }

  /// Whether both gave the same probabilities to the bit.
  public var isIdentical: Bool { first.probabilities == second.probabilities }

  /// Accuracy that the second model loses to the first.
  public var loss: PairedLoss {
    PairedLoss(truth: first.truth, float: first.predictions, int8: second.predictions)
  }

  /// Images on which they name different classes, largest change of probability first.
  public var flipped: [Int] {
    let (one, two) = (first.predictions, second.predictions)
    return names.indices.filter { one[$0] != two[$0] }.sorted { change($0) > change($1) }
  }

  /// The largest difference of any probability on one image.
  public func change(_ index: Int) -> Float {
    zip(first.probabilities[index], second.probabilities[index]).map { abs($0 - $1) }.max() ?? 0
  }

  /// The p-value of McNemar's test that the two are right equally often.
  public var mcNemarP: Double { loss.mcNemarP }
}

/// Two models that cannot be compared: why.
public struct ComparisonError: Error, CustomStringConvertible {
  /// The whole message.
  public let description: String
}

extension Comparison {
  /// Runs images through both models.
  ///
  /// - Parameters:
  ///   - first: the model that is held to be right, usually float.
  ///   - second: the model that is compared with it.
  ///   - equalized: the first model after equalization across layers, where the second was made from that: its layers
  ///     are held against those of the second.
  ///   - layerImages: on how many of the images, spread evenly over all, values of all layers are compared.
  /// - Throws: `ComparisonError` where the two do not answer the same question, `NotFiniteError` where one's logits for
  ///   an image are no numbers.
  public init(
    _ first: LoadedModel, _ second: LoadedModel, images: [LabelledImage], threads: Int,
    kernels: KernelTable = .detected,
    equalized: FloatModel? = nil, layerImages: Int = 32, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    try Self.checkPair(first.description, second.description)
    let runners = [
      try ModelRunner(first, threads: threads, kernels: kernels),
      try ModelRunner(second, threads: threads, kernels: kernels),
    ]
    let layered = images.spread(layerImages)
    // Layers alone, and one after the other, take about as long as the pictures do.
    let total = 3 * images.count
    let labels = first.description.labels
    var evaluations = [first, second].map {
      ModelEvaluation(labels: labels, truth: images.map(\.label), decision: $0.description.decision)
    }
    for (index, image) in images.enumerated() {
      for (side, runner) in runners.enumerated() {
        let start = ContinuousClock.now
        let logits = try runner.finiteLogits(image.pixels, of: image.name)
        evaluations[side].seconds += (ContinuousClock.now - start).seconds
        evaluations[side].add(runner.probabilities(logits: logits))
      }
      progress(index + 1, total)
    }
    names = images.map(\.name)
    self.first = evaluations[0]
    self.second = evaluations[1]
    // Layers correspond only where both models are of one graph.
    // Of two int8 models the first is computed in float here, which may find a difference where there is none.
    let isNone = first.int8 != nil && evaluations[0].probabilities == evaluations[1].probabilities
    attributionObstacle =
      Self.obstacle(first, second, images: images.count)
      ?? (isNone ? "both give every picture the same probabilities to the bit" : nil)
    guard first.description.graph == second.description.graph else {
      (network, isEqualized, layers, self.layerImages, attribution) = (nil, false, [], 0, nil)
      return
    }
    network = equalized ?? first.float
    layers = try Self.compareLayers(
      network.map(LoadedModel.float) ?? first, second, images, layered: layered, threads: threads, kernels: kernels
    ) {
      progress(images.count + $0 * images.count / max(1, $1), total)
    }
    if attributionObstacle == nil, case .int8(let int8) = second {
      attribution = try Attribution(
        network ?? first.int8!.inReals, first: first.int8, int8, images: images, threads: threads, kernels: kernels
      ) {
        progress(2 * images.count + $0 * images.count / max(1, $1), total)
      }
    } else {
      attribution = nil
    }
    isEqualized = equalized != nil
    self.layerImages = layered.count
  }

  /// Says why two models do not answer the same question.
  static func checkPair(_ first: ModelDescription, _ second: ModelDescription) throws {
    guard first.labels == second.labels else {
      throw ComparisonError(
        description: "the models have other labels: \(first.labels.joined(separator: ", ")) against "
          + second.labels.joined(separator: ", "))
    }
    guard first.preprocessing == second.preprocessing else {
      throw ComparisonError(
        description: "the models read pictures by other rules: \(first.preprocessing.words) against "
          + second.preprocessing.words)
    }
    guard first.isClassifier, second.isClassifier else {
      throw ComparisonError(description: "only classifiers, with one output and labels, can be compared")
    }
  }

  /// Why it cannot be told where the difference of two models arises; nil where it can.
  private static func obstacle(_ first: LoadedModel, _ second: LoadedModel, images: Int) -> String? {
    guard images > 0 else { return "there are no pictures" }
    guard case .int8(let int8) = second else { return "the second model is float, so that nothing in it is rounded" }
    let (one, two) = (first.description.graph, second.description.graph)
    guard one == two else {
      let place = zip(one.nodes, two.nodes).first { $0 != $1 }.map {
        ": \($0.name) in the one, \($1.name) in the other"
      }
      return "layers can be held against each other only where both models have the same, and these do not"
        + (place ?? ": \(one.nodes.count) in the one, \(two.nodes.count) in the other")
    }
    // A layer of other weights makes nothing of what the layers of these make.
    let field = "float weights sha256"
    let origin = first.float?.weightsSHA256 ?? first.description.card[field]
    if let origin, let own = int8.description.card[field], origin != own {
      return "they are of different float weights, so that the layers of the one make nothing of the other's results"
    }
    return nil
  }

  private static func compareLayers(
    _ first: LoadedModel, _ second: LoadedModel, _ images: [LabelledImage], layered: [LabelledImage], threads: Int,
    kernels: KernelTable, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> [Layer] {
    let reference = try ValueReader(first, threads: threads, kernels: kernels)
    let other = try ValueReader(second, threads: threads, kernels: kernels)
    var statistics = first.description.graph.nodes.enumerated().map { index, node in
      LayerStatistics(name: node.name, parameters: other.parameters(of: index + 1))
    }
    for image in layered {
      let (expected, values) = (try reference.reals(image.pixels), try other.values(image.pixels))
      for value in 1..<values.count {
        expected[value].withUnsafeBufferPointer { plain in
          switch values[value] {
          case .codes(let codes): statistics[value - 1].add(reference: plain, codes: codes)
          case .reals(let reals): statistics[value - 1].add(reference: plain, values: reals)
          }
        }
      }
    }
    var effects = [LayerEffect?](repeating: nil, count: statistics.count)
    if case .float(let float) = first, case .int8(let int8) = second, !layered.isEmpty {
      effects = try LayerEffect.measure(float, int8, images: images, threads: threads, progress: progress)
    }
    return zip(statistics, effects).map { Layer(statistics: $0, alone: $1) }
  }
}

extension LoadedModel {
  /// Nil for an int8 one.
  fileprivate var float: FloatModel? { if case .float(let model) = self { model } else { nil } }

  /// Nil for a float one.
  fileprivate var int8: QuantizedModel? { if case .int8(let model) = self { model } else { nil } }
}
