import Foundation
import Graphs
import ModelFiles
import Reference
import Runtime
import Tensors
import Training

/// Two models side by side on the same labelled images: usually a float one and its int8 twin.
public struct Comparison: Sendable {
  /// A labelled image, read and preprocessed.
  public struct Image: Sendable {
    /// The file, or what stands for it.
    public let name: String
    /// Index of its class.
    public let label: Int
    /// Pixels of the network's input.
    public let pixels: [UInt8]
    /// Whether it comes from a source that holds every class, so that its class says something of each.
    public let knowsAllClasses: Bool

    /// Makes a labelled image.
    public init(name: String, label: Int, pixels: [UInt8], knowsAllClasses: Bool = true) {
      self.knowsAllClasses = knowsAllClasses
      self.name = name
      self.label = label
      self.pixels = pixels
    }
  }

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
  public let first: Evaluation
  /// The second model's answers.
  public let second: Evaluation
  /// By node; empty where layers were not compared.
  public let layers: [Layer]
  /// On how many of the images values of all layers were compared.
  public let layerImages: Int
  /// Whether layers were held against the first model after equalization, as the second was made.
  public let isEqualized: Bool
  /// What could be done about the largest losses, in words.
  public let suggestions: [String]

  /// Share of images on which both name the same class.
  public var agreement: Double {
    let same = zip(first.predictions, second.predictions).count { $0 == $1 }
    return Double(same) / Double(max(1, names.count))
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
  public var mcNemarP: Double {
    var only = (first: 0, second: 0)
    for (truth, (one, two)) in zip(first.truth, zip(first.predictions, second.predictions)) {
      if one == truth, two != truth { only.first += 1 }
      if two == truth, one != truth { only.second += 1 }
    }
    return McNemar.pValue(onlyFirstRight: only.first, onlySecondRight: only.second)
  }
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
  ///   - layerImages: on how many of the images, spread evenly over all, values of all layers are compared.
  /// - Throws: `ComparisonError` where the two do not answer the same question.
  public init(
    _ first: LoadedModel, _ second: LoadedModel, images: [Image], threads: Int, kernels: KernelTable = .detected,
    layerImages: Int = 32, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    try Self.checkPair(first.description, second.description)
    let runners = [
      try ModelRunner(first, threads: threads, kernels: kernels),
      try ModelRunner(second, threads: threads, kernels: kernels),
    ]
    let layered = images.spread(layerImages)
    let total = images.count + layered.count
    let labels = first.description.labels
    var evaluations = [first, second].map {
      Evaluation(labels: labels, truth: images.map(\.label), decision: $0.description.decision)
    }
    for (index, image) in images.enumerated() {
      for (side, runner) in runners.enumerated() {
        let start = ContinuousClock.now
        let logits = runner.logits(image.pixels)
        evaluations[side].seconds += (ContinuousClock.now - start) / .seconds(1)
        evaluations[side].add(runner.probabilities(logits: logits))
      }
      progress(index + 1, total)
    }
    names = images.map(\.name)
    self.first = evaluations[0]
    self.second = evaluations[1]
    guard let twin = try Self.twin(first, second) else {
      (isEqualized, layers, self.layerImages, suggestions) = (false, [], 0, [])
      return
    }
    let compared = try Self.compareLayers(
      twin.model, second, images, layered: layered, threads: threads, kernels: kernels
    ) {
      progress(images.count + $0 * layered.count / max(1, $1), total)
    }
    isEqualized = twin.isEqualized
    layers = compared
    self.layerImages = layered.count
    if case .int8 = second {
      suggestions = Suggestions.list(twin.model, isEqualized: twin.isEqualized, layers: compared)
    } else {
      suggestions = []
    }
  }

  /// Says why two models do not answer the same question.
  private static func checkPair(_ first: ModelDescription, _ second: ModelDescription) throws {
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

  /// The float network whose values the second model's stand for: the first, or its equalized twin where the second
  /// was made from that. Nil where layers have no twins.
  private static func twin(
    _ first: LoadedModel, _ second: LoadedModel
  ) throws -> (model: FloatModel, isEqualized: Bool)? {
    guard first.description.graph == second.description.graph, case .float(let float) = first else { return nil }
    let card = second.description.card
    guard case .int8 = second, card["float weights sha256"] == float.weightsSHA256,
      card["quantization method"].flatMap({ QuantizationMethod(name: $0) })?.equalizes == true,
      let equalized = try CrossLayerEqualization.equalized(float)
    else { return (float, false) }
    return (equalized, true)
  }

  private static func compareLayers(
    _ float: FloatModel, _ second: LoadedModel, _ images: [Image], layered: [Image], threads: Int,
    kernels: KernelTable, progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> [Layer] {
    let reference = try FloatInterpreter(float, threads: threads)
    let other = try ValueReader(second, threads: threads, kernels: kernels)
    var statistics = float.description.graph.nodes.enumerated().map { index, node in
      LayerStatistics(name: node.name, parameters: other.parameters(of: index + 1))
    }
    for image in layered {
      let values = try other.values(image.pixels)
      _ = reference.run(pixels: image.pixels) { value, activations in
        guard value > 0 else { return }
        switch values[value] {
        case .codes(let codes): statistics[value - 1].add(reference: activations, codes: codes)
        case .reals(let reals): statistics[value - 1].add(reference: activations, values: reals)
        }
      }
    }
    var effects = [LayerEffect?](repeating: nil, count: statistics.count)
    if case .int8(let int8) = second, !layered.isEmpty {
      effects = try LayerEffect.measure(float, int8, images: images, threads: threads, progress: progress)
    }
    return zip(statistics, effects).map { Layer(statistics: $0, alone: $1) }
  }
}

extension Array {
  /// `count` of the elements at even distances, or all: of pictures that lie class by class, some of each.
  public func spread(_ count: Int) -> [Element] {
    let wanted = Swift.min(Swift.max(0, count), self.count)
    return (0..<wanted).map { self[$0 * self.count / wanted] }
  }
}

extension Preprocessing {
  /// The rule in one line.
  public var words: String { "\(width)x\(height) \(colour.rawValue), \(fit)" }
}
