import Models
import Numerics

/// Moves scale from channels that are wide to channels that are narrow, without changing what the float network
/// computes (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.1).
///
/// One scale for a whole activation serves its widest channel and starves the others. ReLU and pooling commute with a
/// positive factor per channel, `relu(s x) = s relu(x)`, so dividing channel i of a layer by s_i and multiplying what
/// the next layer does with it by s_i changes nothing but the ranges:
///
///     s_i = sqrt(r1_i r2_i) / r2_i
///
/// with r1_i = max |w| over output channel i of the first layer and r2_i = max |w| over input channel i of all layers
/// that read it; afterwards both ranges are sqrt(r1_i r2_i). Pairs are taken in order, again and again until nothing
/// moves, since depthwise layers are the second of one pair and the first of the next.
public enum CrossLayerEqualization {
  /// The most sweeps over all pairs.
  private static let sweeps = 40

  /// A layer and those that read it, through operators that move, pool or average within channels.
  struct Pair {
    var first: Int
    var readers: [Int]
  }

  /// The model with equal ranges; nil where no layer can be equalized with its readers.
  ///
  /// - Throws: `GraphError` where the graph makes no sense.
  public static func equalized(_ model: FloatModel) throws -> FloatModel? {
    let graph = model.description.graph
    _ = try graph.shapes()
    let pairs = pairs(graph)
    guard !pairs.isEmpty else { return nil }
    var result = model
    for _ in 0..<sweeps {
      var hasChanged = false
      for pair in pairs where equalize(pair, graph, &result.parameters) { hasChanged = true }
      if !hasChanged { break }
    }
    return result
  }

  /// The pairs of a graph in order. ReLU6 does not commute with a factor; neither does what is added or joined with
  /// other values.
  static func pairs(_ graph: Graph) -> [Pair] {
    graph.nodes.indices.compactMap { index in
      let node = graph.nodes[index]
      guard node.operator.hasParameters, node.operator.activation != .relu6,
        let readers = readers(of: index + 1, graph), !readers.isEmpty
      else { return nil }
      return Pair(first: index, readers: readers)
    }
  }

  private static func readers(of value: Int, _ graph: Graph) -> [Int]? {
    guard !graph.isOutput(value) else { return nil }
    var result: [Int] = []
    for reader in graph.readers(of: value) {
      switch graph.nodes[reader].operator {
      case .conv2D, .dense: result.append(reader)
      case .maxPool2D, .averagePool2D, .globalAveragePool, .upsampleNearest, .resize, .flatten:
        guard let beyond = readers(of: reader + 1, graph) else { return nil }
        result += beyond
      case .function(let function) where function.isHomogeneous:
        guard let beyond = readers(of: reader + 1, graph) else { return nil }
        result += beyond
      case .add, .multiply, .concatenate, .function, .rearrange, .reshape: return nil
      }
    }
    return result
  }

  /// Equalizes one pair; whether any factor was far from 1.
  private static func equalize(
    _ pair: Pair, _ graph: Graph, _ parameters: inout [FloatModel.Parameters?]
  ) -> Bool {
    guard let first = parameters[pair.first] else { return false }
    let channels = first.bias.shape.count
    let taps = first.weight.shape.count / channels
    var range1 = [Float](repeating: 0, count: channels)
    for (at, weight) in first.weight.elements.enumerated() { range1[at / taps] = max(range1[at / taps], abs(weight)) }
    var range2 = [Float](repeating: 0, count: channels)
    for reader in pair.readers {
      forEachInput(reader, graph, parameters, channels) { at, channel in
        range2[channel] = max(range2[channel], abs(parameters[reader]!.weight.elements[at]))
      }
    }
    let factors = zip(range1, range2).map { range1, range2 -> Float in
      // A dead channel, or one that nobody looks at, stays as it is.
      guard range1.isNormal, range2.isNormal else { return 1 }
      let factor = (range1 * range2).squareRoot() / range2
      return factor.isNormal && (0x1p-40...0x1p40).contains(factor) ? factor : 1
    }
    for at in first.weight.elements.indices { parameters[pair.first]!.weight.elements[at] /= factors[at / taps] }
    for channel in 0..<channels { parameters[pair.first]!.bias.elements[channel] /= factors[channel] }
    for reader in pair.readers {
      var weights = parameters[reader]!.weight.elements
      forEachInput(reader, graph, parameters, channels) { at, channel in weights[at] *= factors[channel] }
      parameters[reader]!.weight.elements = weights
    }
    return factors.contains { abs($0 - 1) > 0.01 }
  }

  /// Calls with the place of each weight of a layer and the channel that it multiplies, of `channels` that enter.
  private static func forEachInput(
    _ node: Int, _ graph: Graph, _ parameters: [FloatModel.Parameters?], _ channels: Int, _ body: (Int, Int) -> Void
  ) {
    let shape = parameters[node]!.weight.shape
    guard case .conv2D(let convolution) = graph.nodes[node].operator else {
      // Flattened pictures have their channels innermost.
      for at in 0..<shape.count { body(at, at % shape[1] % channels) }
      return
    }
    let inner = shape[3]
    let perOutput = shape.count / shape[0]
    let groupOutputs = shape[0] / convolution.groups
    for at in 0..<shape.count { body(at, at / perOutput / groupOutputs * inner + at % inner) }
  }
}
