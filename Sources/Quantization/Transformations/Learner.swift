import FloatRuntime
import Inference
import ModelFiles
import Models
import Numerics
import Runtime
import Threads

/// Runs calibration images through the float and the growing int8 network, and learns layer after layer how to round
/// weights and shift biases, then all weights together. The same images give the same result, with any number of
/// threads.
public struct Learner {
  private let method: QuantizationMethod
  private let network: FloatModel
  private let start: QuantizedModel
  private let threads: Int
  private let kernels: KernelTable

  /// Quantizes once without learning: where learning starts.
  ///
  /// - Throws: `QuantizationError`.
  public init(
    _ method: QuantizationMethod, _ model: FloatModel, _ record: CalibrationRecord, threads: Int,
    kernels: KernelTable = .detected
  ) throws {
    self.method = method
    let quantizer = Quantizer(method)
    network = try quantizer.network(model)
    start = try quantizer.untested(model, record, learned: nil)
    self.threads = threads
    self.kernels = kernels
  }

  /// Learns from images, in their order.
  ///
  /// - Parameters:
  ///   - images: pixels of the network's input.
  ///   - progress: called with the share of the work that is done, 0 to 1.
  public func learn(
    _ images: [[UInt8]], progress: (_ share: Double) -> Void = { _ in }
  ) throws -> LearnedParameters {
    let graph = network.description.graph
    let layers = graph.nodes.indices.filter { network.parameters[$0] != nil }
    let learnsLayers = method.learnsRounding || method.correctsBias
    // What the layers take of it, all runs through the network counted.
    let first =
      !method.fineTunes
      ? 1
      : !learnsLayers
        ? 0
        : 1 / (1 + FineTuning.pictures / Double(max(1, layers.count * images.count * (method.learnsRounding ? 2 : 1))))
    var int8 = start
    var result = LearnedParameters()
    if learnsLayers {
      let float = try FloatInterpreter(network, threads: threads)
      let pool = ThreadPool(threads: threads)
      for (done, index) in layers.enumerated() {
        progress(first * Double(done) / Double(layers.count))
        result.nodes[graph.nodes[index].name] = try learn(index, &int8, float, images, pool)
      }
    }
    progress(first)
    guard method.fineTunes else { return result }
    return try FineTuning(network, start: int8, threads: threads, kernels: kernels)
      .learn(images, after: result) {
        progress(first + (1 - first) * Double($0) / Double(FineTuning.steps))
      }
  }

  /// What images teach about one node; the int8 network gets it.
  private func learn(
    _ index: Int, _ int8: inout QuantizedModel, _ float: FloatInterpreter, _ images: [[UInt8]], _ pool: ThreadPool
  ) throws -> LearnedParameters.Node {
    let graph = network.description.graph
    let parameters = network.parameters[index]!
    let reader = try ValueReader(.int8(int8), threads: threads, kernels: kernels)
    var samples = try LayerSamples(node: index, float: float, int8: reader, graph: graph, images: images)
    let means = (exact: samples.means(samples.exact), coded: samples.means(samples.coded))
    let inputScale = int8.quantization[graph.nodes[index].inputs[0]].scale
    let scales = int8.parameters[index]!.scales
    var learned = LearnedParameters.Node()
    if method.learnsRounding {
      if method.correctsBias { samples.center() }
      let rounding = LearnedRounding(samples, weight: parameters.weight.elements, scales: scales)
      learned.roundedUp = rounding.roundedUp(pool: pool)
      int8.parameters[index] = WeightQuantizer.quantize(
        parameters, scales: scales, inputScale: inputScale, learned: learned)
    }
    if method.correctsBias {
      learned.biasShift = BiasCorrection.shifts(
        exact: means.exact, coded: means.coded, weight: parameters.weight.elements,
        codes: int8.parameters[index]!.weight.elements, scales: scales)
      int8.parameters[index] = WeightQuantizer.quantize(
        parameters, scales: scales, inputScale: inputScale, learned: learned)
    }
    return learned
  }
}
