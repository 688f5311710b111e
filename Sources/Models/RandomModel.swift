import Numerics

extension QuantizedModel {
  /// How a random model's numbers are drawn.
  public enum Extremes: String, CaseIterable, Sendable {
    /// Weights over the whole range, scales that spread results over the codes.
    case typical
    /// All weights -127 or 127, results mostly clamped.
    case loud
  }

  /// A model of a graph with weights, biases, scales and zero points drawn from a seed: for tests, and for holding
  /// machines against each other without a trained model. The same on every machine.
  ///
  /// Max pools keep their input's scale, so that they may be fused; everything else changes it.
  ///
  /// - Throws: `GraphError` where the graph makes no sense.
  public static func random(
    _ graph: Graph, seed: UInt64, _ extremes: Extremes = .typical, labels: [String] = ["happy", "sad"]
  ) throws(GraphError) -> QuantizedModel {
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
        case .multiply:
          // A product of two values of some 40 codes each.
          let other = quantization[node.inputs[1]]
          quantization.append(
            .init(scale: input.scale * other.scale * random.uniform(30, 90), zeroPoint: zeroPoint))
        default:
          quantization.append(.init(scale: input.scale * random.uniform(0.7, 1.9), zeroPoint: zeroPoint))
        }
        continue
      }
      let inputs = shape.weight.count / shape.bias.count
      let loud = extremes == .loud
      let weights = (0..<shape.weight.count).map { _ in
        loud ? Int8(random.below(2) == 0 ? -127 : 127) : Int8(random.below(255) - 127)
      }
      let bias = (0..<shape.bias.count).map { _ in Int32(random.below(20_001) - 10_000) }
      let scales = (0..<shape.bias.count).map { _ in random.uniform(0.001, 0.004) }
      // The accumulators' standard deviation is about sqrt(inputs) * 73 * 74; spread it over some 40 codes.
      let spread = Float(inputs).squareRoot() * 5400 / (loud ? 4000 : 40)
      quantization.append(.init(scale: input.scale * 0.0025 * spread, zeroPoint: zeroPoint))
      parameters.append(
        Parameters(weight: Tensor(shape.weight, weights), bias: Tensor(shape.bias, bias), scales: scales))
    }
    let colour: Preprocessing.Colour = graph.input[2] == 1 ? .grey : .rgb
    let description = ModelDescription(
      graph: graph, preprocessing: Preprocessing(width: graph.input[1], height: graph.input[0], colour: colour),
      labels: labels, card: ModelCard([.init("data", "random numbers from seed \(seed)")]))
    return QuantizedModel(description: description, parameters: parameters, quantization: quantization)
  }
}

extension QuantizedModel {
  /// The same model with some values in 16 bits that cover what they covered in 8: for tests, and for holding machines
  /// against each other. Their codes reach as far as the sums of their readers allow; a value that only moved keeps the
  /// parameters of what it moved, more often than not.
  ///
  /// - Parameters:
  ///   - seed: which values.
  ///   - quarters: how many of four values, on average.
  public func withSixteenBits(seed: UInt64, quarters: Int) -> QuantizedModel {
    var random = CounterRandom(seed: seed, stream: 3)
    let largest = largestCodes()
    var result = self
    for (index, node) in description.graph.nodes.enumerated() where !description.graph.isOutput(index + 1) {
      let old = quantization[index + 1]
      if node.operator.keepsQuantization, old == quantization[node.inputs[0]], random.below(4) > 0 {
        result.quantization[index + 1] = result.quantization[node.inputs[0]]
        continue
      }
      guard random.below(4) < quarters, largest[index + 1] > 127 else { continue }
      let most = Int16(largest[index + 1])
      result.quantization[index + 1] = .init(sixteenBits: old.scale * 128 / Float(most), largest: most)
    }
    return result
  }
}

extension Graph {
  /// A small network in which every operator occurs, and every fusion: what machines are held against each other with.
  public static let everyOperator: Graph = {
    let conv = Operator.Convolution(outputChannels: 24, window: .init(3, 3, padding: .all(1)), activation: .relu)
    let depthwise = Operator.Convolution(outputChannels: 24, window: .init(3, 3, padding: .all(1)), groups: 24)
    let grouped = Operator.Convolution(outputChannels: 24, window: .init(3, 3, padding: .all(1)), groups: 4)
    let pool = Operator.maxPool2D(.init(2, 2, stride: 2))
    let nodes: [Node] = [
      .init("rgb", .conv2D(.init(outputChannels: 16, window: .init(3, 3), activation: .relu)), inputs: [0]),
      .init("rgbPool", pool, inputs: [1]),
      .init("conv", .conv2D(conv), inputs: [2]), .init("convPool", pool, inputs: [3]),
      .init("depthwise", .conv2D(depthwise), inputs: [4]), .init("grouped", .conv2D(grouped), inputs: [5]),
      .init("plain", .conv2D(conv), inputs: [6]),
      .init("max", .maxPool2D(.init(3, 3, padding: .all(1))), inputs: [7]),
      .init("average", .averagePool2D(.init(3, 3, padding: .all(1))), inputs: [7]),
      .init("add", .add(.relu6), inputs: [8, 9]), .init("swish", .function(.init(.hardSwish)), inputs: [10]),
      .init("join", .concatenate, inputs: [11, 7]), .init("up", .upsampleNearest(factor: 2), inputs: [12]),
      .init("mean", .globalAveragePool, inputs: [13]), .init("reshape", .reshape([8, 6, 1]), inputs: [14]),
      .init("flatten", .flatten, inputs: [15]),
      .init("dense", .dense(.init(outputs: 50, activation: .relu)), inputs: [16]),
      .init("logits", .dense(.init(outputs: 2)), inputs: [17]),
    ]
    return Graph(input: [46, 50, 3], nodes: nodes, outputs: [.init(value: 18, function: .softmax)])
  }()
}
