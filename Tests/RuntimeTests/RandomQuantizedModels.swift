import Graphs
import Tensors

/// How a random model's numbers are drawn.
enum Extremes: String, CaseIterable, Sendable {
  /// Weights over the whole range, scales that spread results over the codes.
  case typical
  /// All weights -127 or 127, results mostly clamped.
  case loud
}

extension QuantizedModel {
  /// A model of a graph with weights, biases, scales and zero points drawn from a seed.
  ///
  /// Max pools keep their input's scale, so that they may be fused; everything else changes it.
  static func random(_ graph: Graph, seed: UInt64, _ extremes: Extremes = .typical) throws -> QuantizedModel {
    var random = CounterRandom(seed: seed, stream: 1)
    let shapes = try graph.parameterShapes()
    var quantization = [QuantizationParameters.pixel]
    var parameters: [Parameters?] = []
    for (index, node) in graph.nodes.enumerated() {
      let input = quantization[node.inputs[0]]
      let zeroPoint = Int8(random.below(256) - 128)
      guard let shape = shapes[index] else {
        parameters.append(nil)
        switch node.operator {
        case .maxPool2D, .flatten: quantization.append(input)
        default:
          quantization.append(.init(scale: input.scale * random.uniform(0.7, 1.9), zeroPoint: zeroPoint))
        }
        continue
      }
      let inputs = shape.weight.count / shape.bias.count
      let loud = extremes == .loud
      let weights = loud
        ? (0..<shape.weight.count).map { _ in Int8(random.below(2) == 0 ? -127 : 127) }
        : random.weights(shape.weight.count)
      let bias = (0..<shape.bias.count).map { _ in Int32(random.below(20_001) - 10_000) }
      let scales = (0..<shape.bias.count).map { _ in random.uniform(0.001, 0.004) }
      // The accumulators' standard deviation is about sqrt(inputs) * 73 * 74; spread it over some 40 codes.
      let spread = Float(inputs).squareRoot() * 5400 / (loud ? 4000 : 40)
      quantization.append(.init(scale: input.scale * 0.0025 * spread, zeroPoint: zeroPoint))
      parameters.append(
        Parameters(weight: Tensor(shape.weight, weights), bias: Tensor(shape.bias, bias), scales: scales))
    }
    let description = ModelDescription(
      graph: graph, preprocessing: Preprocessing(width: graph.input[1], height: graph.input[0]),
      labels: ["happy", "sad"])
    return QuantizedModel(description: description, parameters: parameters, quantization: quantization)
  }
}

extension Graph {
  /// A random picture for this graph: whole range, or only 0 and 255.
  func randomPixels(seed: UInt64, _ extremes: Extremes = .typical) -> [UInt8] {
    var random = CounterRandom(seed: seed, stream: 2)
    return (0..<input.count).map { _ in
      extremes == .loud ? (random.below(2) == 0 ? 0 : 255) : UInt8(truncatingIfNeeded: random.next())
    }
  }
}
