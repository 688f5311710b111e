import Graphs
import Tensors

extension FloatModel {
  /// A float model of a graph, for tests that need numbers and no meaning: weights uniform within the He bound, the
  /// root of 6 over the fan-in, so that activations neither vanish nor grow; small biases.
  public static func random(
    _ graph: Graph, seed: UInt64, labels: [String] = ["happy", "sad"]
  ) throws -> FloatModel {
    var random = CounterRandom(seed: seed)
    let parameters = try graph.parameterShapes().map { shapes -> FloatModel.Parameters? in
      guard let shapes else { return nil }
      let bound = (6 / Float(shapes.weight.count / shapes.weight[0])).squareRoot()
      return .init(
        weight: Tensor(shapes.weight, random.floats(shapes.weight.count, -bound, bound)),
        bias: Tensor(shapes.bias, random.floats(shapes.bias.count, -0.1, 0.1)))
    }
    let colour: Preprocessing.Colour = graph.input[2] == 1 ? .grey : .rgb
    let description = ModelDescription(
      graph: graph, preprocessing: Preprocessing(width: graph.input[1], height: graph.input[0], colour: colour),
      labels: labels, card: ModelCard([.init("data", "random numbers from seed \(seed)")]))
    return FloatModel(description: description, parameters: parameters)
  }
}
