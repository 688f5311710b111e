import Graphs
import ModelFiles
import Runtime
import Tensors
import Training

/// Runs calibration images through the float and the growing int8 network, and learns layer after layer how to round
/// weights and shift biases. The same images give the same result, with any number of threads.
public struct Learner {
  private let method: QuantizationMethod
  private let network: FloatModel
  private let start: QuantizedModel
  private let threads: Int
  private let kernels: KernelTable

  /// Readies a method that needs images.
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
  ///   - progress: called with layers done and their number.
  public func learn(
    _ images: [[UInt8]], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> LearnedParameters {
    let graph = network.description.graph
    let float = try FloatInterpreter(network, threads: threads)
    let pool = ThreadPool(threads: threads)
    let layers = graph.nodes.indices.filter { network.parameters[$0] != nil }
    var int8 = start
    var result = LearnedParameters()
    for (done, index) in layers.enumerated() {
      progress(done, layers.count)
      let parameters = network.parameters[index]!
      let reader = try ValueReader(.int8(int8), threads: threads, kernels: kernels)
      var samples = try LayerSamples(node: index, float: float, int8: reader, graph: graph, images: images)
      let means = (exact: samples.means(samples.exact), coded: samples.means(samples.coded))
      let inputScale = int8.quantization[graph.nodes[index].inputs[0]].scale
      var learned = LearnedParameters.Node()
      if method.learnsRounding {
        if method.correctsBias { samples.center() }
        let rounding = LearnedRounding(
          samples, weight: parameters.weight.elements, scales: int8.parameters[index]!.scales)
        learned.roundedUp = rounding.roundedUp(pool: pool)
        int8.parameters[index] = WeightQuantizer.quantize(
          parameters, inputScale: inputScale, method: method.weights, learned: learned)
      }
      if method.correctsBias {
        let quantized = int8.parameters[index]!
        learned.biasShift = BiasCorrection.shifts(
          exact: means.exact, coded: means.coded, weight: parameters.weight.elements,
          codes: quantized.weight.elements, scales: quantized.scales)
        int8.parameters[index] = WeightQuantizer.quantize(
          parameters, inputScale: inputScale, method: method.weights, learned: learned)
      }
      result.nodes[graph.nodes[index].name] = learned
    }
    progress(layers.count, layers.count)
    return result
  }
}
