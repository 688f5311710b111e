import Graphs
import Tensors

/// Models with random weights over the whole range, for tests that need numbers and no meaning.
public enum RandomModels {
  /// A float model of a graph: weights uniform within the He bound, the root of 6 over the fan-in,
  /// so that activations neither vanish nor grow; small biases.
  public static func float(_ graph: Graph, seed: UInt64, labels: [String] = ["happy", "sad"]) throws -> FloatModel {
    var random = CounterRandom(seed: seed)
    let parameters = try graph.parameterShapes().map { shapes -> FloatModel.Parameters? in
      guard let shapes else { return nil }
      let bound = (6 / Float(shapes.weight.count / shapes.weight[0])).squareRoot()
      return .init(
        weight: Tensor(shapes.weight, random.floats(shapes.weight.count, -bound, bound)),
        bias: Tensor(shapes.bias, random.floats(shapes.bias.count, -0.1, 0.1)))
    }
    return FloatModel(description: description(graph, labels), parameters: parameters)
  }

  /// An int8 model of a graph, its output scales chosen so that results use the range of int8 and clip a little.
  public static func int8(_ graph: Graph, seed: UInt64, labels: [String] = ["happy", "sad"]) throws -> QuantizedModel {
    var random = CounterRandom(seed: seed)
    var quantization = [QuantizationParameters.pixel]
    var parameters: [QuantizedModel.Parameters?] = []
    for (index, shapes) in try graph.parameterShapes().enumerated() {
      let node = graph.nodes[index]
      let input = quantization[node.inputs[0]]
      if let shapes {
        let fanIn = Float(shapes.weight.count / shapes.weight[0])
        let scales = (0..<shapes.bias.count).map { _ in random.uniform(0.001, 0.01) }
        parameters.append(
          .init(
            weight: Tensor(shapes.weight, random.weights(shapes.weight.count)),
            bias: Tensor(shapes.bias, (0..<shapes.bias.count).map { _ in Int32(random.below(20_001) - 10_000) }),
            scales: scales))
        quantization.append(
          .init(scale: input.scale * 0.005 * 50 * fanIn.squareRoot(), zeroPoint: Int8(random.below(256) - 128)))
      } else {
        parameters.append(nil)
        switch node.operator {
        case .add, .concatenate, .hardSwish, .globalAveragePool, .averagePool2D:
          quantization.append(
            .init(scale: input.scale * random.uniform(0.7, 1.4), zeroPoint: Int8(random.below(256) - 128)))
        default: quantization.append(input)
        }
      }
    }
    return QuantizedModel(description: description(graph, labels), parameters: parameters, quantization: quantization)
  }

  private static func description(_ graph: Graph, _ labels: [String]) -> ModelDescription {
    let colour: Preprocessing.Colour = graph.input[2] == 1 ? .grey : .rgb
    return ModelDescription(
      graph: graph, preprocessing: Preprocessing(width: graph.input[1], height: graph.input[0], colour: colour),
      labels: labels, card: ModelCard([.init("data", "random numbers, seed of the test")]))
  }
}
