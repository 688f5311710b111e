import Models
import Numerics

extension FloatModel {
  /// The same network for colour pictures of another size: it says of a grey one what it said before, and can learn
  /// what colours mean. Each weight of the first convolution is shared among red, green and blue by what they are of
  /// ITU-R BT.601's luma.
  ///
  /// - Parameter side: rows and columns of the input.
  /// - Returns: nil where the network does not begin with a convolution of grey pictures alone, or where its size is
  ///   fixed, since it does not end in the mean of what it sees.
  package func inColour(side: Int) -> FloatModel? {
    let graph = description.graph
    let readers = graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(0) }
    let takesAnySize = graph.nodes.contains { if case .globalAveragePool = $0.operator { true } else { false } }
    guard description.preprocessing.colour == .grey, graph.input.dimensions.last == 1, takesAnySize, readers.count == 1,
      case .conv2D(let convolution) = graph.nodes[readers[0]].operator, convolution.groups == 1,
      let weights = parameters[readers[0]]
    else { return nil }
    var result = self
    result.golden = []
    result.description.graph.input = [side, side, 3]
    result.description.preprocessing.colour = .rgb
    (result.description.preprocessing.width, result.description.preprocessing.height) = (side, side)
    let shape = weights.weight.shape.dimensions
    let shares: [Float] = [0.299, 0.587, 0.114]
    result.parameters[readers[0]] = Parameters(
      weight: Tensor(
        [shape[0], shape[1], shape[2], 3], weights.weight.elements.flatMap { weight in shares.map { weight * $0 } }),
      bias: weights.bias)
    return result
  }
}
