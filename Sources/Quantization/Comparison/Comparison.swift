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

    /// Makes a labelled image.
    public init(name: String, label: Int, pixels: [UInt8]) {
      self.name = name
      self.label = label
      self.pixels = pixels
    }
  }

  /// How far one value of the second model strays from the first's.
  public struct Layer: Sendable {
    /// The node.
    public let name: String
    /// Signal-to-quantization-noise ratio in dB.
    public let sqnr: Double
    /// Cosine of the angle between the two.
    public let cosine: Double
    /// Share of the first's values that lie outside what the second's codes can say.
    public let clipped: Double
    /// Share of the 256 codes that occurred; nil where the second has no codes.
    public let usedLevels: Double?
  }

  /// Names of the images, in order.
  public let names: [String]
  /// The first model's answers.
  public let first: Evaluation
  /// The second model's answers.
  public let second: Evaluation
  /// By node; empty where layers were not compared.
  public let layers: [Layer]

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
  ///   - layerImages: on how many of the images values of all layers are compared.
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
    let layered = images.prefix(layerImages)
    let total = images.count + layered.count
    let labels = first.description.labels
    var evaluations = [Evaluation](repeating: .init(labels: labels, truth: images.map(\.label)), count: 2)
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
    layers = try Self.compareLayers(first, second, layered.map(\.pixels), threads: threads, kernels: kernels) {
      progress(images.count + $0, total)
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
    guard first.graph.outputs.count == 1, second.graph.outputs.count == 1, !first.labels.isEmpty else {
      throw ComparisonError(description: "only classifiers, with one output and labels, can be compared")
    }
  }

  private static func compareLayers(
    _ first: LoadedModel, _ second: LoadedModel, _ images: [[UInt8]], threads: Int, kernels: KernelTable,
    progress: (Int) -> Void
  ) throws -> [Layer] {
    // Layers of different graphs have no twins.
    guard first.description.graph == second.description.graph, case .float(let float) = first else { return [] }
    let graph = first.description.graph
    let reference = try FloatInterpreter(float, threads: threads)
    let other = try ValueReader(second, threads: threads, kernels: kernels)
    var statistics = graph.nodes.enumerated().map { index, node in
      LayerStatistics(name: node.name, parameters: other.parameters(of: index + 1))
    }
    for (index, pixels) in images.enumerated() {
      let values = try other.values(pixels)
      _ = reference.run(pixels: pixels) { value, activations in
        guard value > 0 else { return }
        switch values[value] {
        case .codes(let codes): statistics[value - 1].add(reference: activations, codes: codes)
        case .reals(let reals): statistics[value - 1].add(reference: activations, values: reals)
        }
      }
      progress(index + 1)
    }
    return statistics.map {
      Layer(name: $0.name, sqnr: $0.sqnr, cosine: $0.cosine, clipped: $0.clipped, usedLevels: $0.usedLevels)
    }
  }
}

extension Preprocessing {
  /// The rule in one line.
  public var words: String { "\(width)x\(height) \(colour.rawValue), \(fit)" }
}
