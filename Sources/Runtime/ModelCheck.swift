import CInt8Kernels
import Models
import Numerics

/// What must hold before a model may run: every kernel relies on it, so that none needs to look again.
struct ModelCheck {
  let model: QuantizedModel
  /// The shape of each value.
  let shapes: [Shape]
  /// How many nodes read each value.
  let readers: [Int]
  /// Sums of each node's weights by output channel.
  private(set) var sums: [[ck_weight_sums]] = []

  init(_ model: QuantizedModel) throws(RuntimeError) {
    self.model = model
    let graph = model.description.graph
    let parameterShapes: [(weight: Shape, bias: Shape)?]
    do {
      shapes = try graph.shapes()
      parameterShapes = try graph.parameterShapes()
    } catch {
      throw RuntimeError(error.node, error.reason)
    }
    var readers = [Int](repeating: 0, count: shapes.count)
    for node in graph.nodes { for value in Set(node.inputs) { readers[value] += 1 } }
    self.readers = readers
    guard model.parameters.count == graph.nodes.count, model.quantization.count == graph.nodes.count + 1 else {
      throw RuntimeError("engine", "the model has not one entry of parameters and scales per node")
    }
    guard model.quantization[0] == .pixel else {
      throw RuntimeError("input", "the input has scale 1/255 and zero point -128, so that pixels enter exactly")
    }
    for index in graph.nodes.indices {
      try checkParameters(index, shapes: parameterShapes[index])
      try checkScales(index)
    }
  }

  private mutating func checkParameters(
    _ index: Int, shapes wanted: (weight: Shape, bias: Shape)?
  ) throws(RuntimeError) {
    let node = model.description.graph.nodes[index]
    guard let wanted, let parameters = model.parameters[index] else {
      guard wanted == nil, model.parameters[index] == nil else {
        throw RuntimeError(node.name, "\(node.operator.name) and its weights do not belong together")
      }
      sums.append([])
      return
    }
    guard parameters.weight.shape == wanted.weight, parameters.bias.shape == wanted.bias,
      parameters.scales.count == wanted.bias.count
    else {
      throw RuntimeError(
        node.name,
        "needs weights \(wanted.weight) and biases \(wanted.bias), not \(parameters.weight.shape), "
          + "\(parameters.bias.shape) and \(parameters.scales.count) scales")
    }
    let input = model.quantization[node.inputs[0]]
    let output = model.quantization[index + 1]
    // |x - zero point| is at most this.
    let reach = Int64(max(Int(input.largest) - Int(input.zeroPoint), Int(input.zeroPoint) - Int(input.least)))
    let perChannel = wanted.weight.count / wanted.bias.count
    var channels: [ck_weight_sums] = []
    for channel in parameters.scales.indices {
      let sum = parameters.weight.elements.withUnsafeBufferPointer { weights in
        ck_sum_weights(weights.baseAddress! + channel * perChannel, perChannel)
      }
      guard sum.has_minus_128 == 0 else {
        throw RuntimeError(node.name, "channel \(channel) has a weight of -128; weights are in -127...127")
      }
      guard Int64(parameters.bias.elements[channel].magnitude) + sum.magnitude * reach < 1 << 31 else {
        throw RuntimeError(
          node.name,
          "channel \(channel) could overflow its 32-bit accumulator"
            + (input.isSixteenBits ? ": the codes of its input reach \(input.largest), too far for its weights" : ""))
      }
      let scale = parameters.scales[channel]
      guard scale.isNormal, scale > 0, (input.scale * scale).isNormal,
        requantizationMultiplier(input: input.scale, weight: scale, output: output.scale).isNormal
      else { throw RuntimeError(node.name, "the weight scale \(scale) of channel \(channel) is out of range") }
      channels.append(sum)
    }
    sums.append(channels)
  }

  /// Ratios of scales are the multipliers of operators without weights.
  private func checkScales(_ index: Int) throws(RuntimeError) {
    let node = model.description.graph.nodes[index]
    let output = model.quantization[index + 1].scale
    guard output.isNormal, output > 0 else { throw RuntimeError(node.name, "its scale \(output) is out of range") }
    switch node.operator {
    case .multiply:
      let scales = node.inputs.map { model.quantization[$0].scale }
      guard requantizationMultiplier(input: scales[0], weight: scales[1], output: output).isNormal else {
        throw RuntimeError(node.name, "its scale \(output) and the product of its inputs' are too far apart")
      }
    case .resize:
      let input = model.quantization[node.inputs[0]].scale
      guard (input * 0x1p-22).isNormal, (input * 0x1p-22 / output).isNormal else {
        throw RuntimeError(node.name, "its scale \(output) and its input's \(input) are too far apart")
      }
    // A function's table holds whatever the scales.
    case .function: return
    default: break
    }
    for value in node.inputs {
      var largestWindow = 1
      switch node.operator {
      case .averagePool2D(let window): largestWindow = window.height * window.width
      case .globalAveragePool: largestWindow = shapes[value][0] * shapes[value][1]
      default: break
      }
      // |sum| <= 2^23 * 255 < 2^31.
      guard largestWindow <= 1 << 23 else { throw RuntimeError(node.name, "a window of over 2^23 elements") }
      let input = model.quantization[value].scale
      guard (input / output).isNormal, (input / (output * Float(largestWindow))).isNormal else {
        throw RuntimeError(node.name, "its scale \(output) and its input's \(input) are too far apart")
      }
    }
  }
}
