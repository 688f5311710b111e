import Models
import Numerics

/// Runs a whole model operator by operator, and keeps everything: slow and plain, the answer that others are held to.
public struct ReferenceInterpreter: Sendable {
  /// What one run leaves.
  public struct Result: Sendable {
    /// The codes of every value by number. A value that leaves the graph as logits has none: its shape is `[0]`.
    public var values: [Tensor<Int16>]
    /// The accumulators of each output, in the order of `graph.outputs`.
    public var accumulators: [Tensor<Int32>]
    /// The logits of every output, joined.
    public var logits: [Float]
  }

  private let model: QuantizedModel

  /// Prepares to run a model whose graph, weights and scales fit together.
  public init(_ model: QuantizedModel) { self.model = model }

  /// Runs one picture.
  ///
  /// - Parameter pixels: `[height, width, channels]` of the graph's input.
  public func run(_ pixels: [UInt8]) -> Result {
    let graph = model.description.graph
    var values = [QuantizedValue(pixels: pixels, shape: graph.input)]
    var accumulators: [Int: Tensor<Int32>] = [:]
    for index in graph.nodes.indices {
      let inputs = graph.nodes[index].inputs.map { values[$0] }
      let output = model.quantization[index + 1]
      guard let sums = accumulate(index, inputs[0]) else {
        values.append(rearranged(index, inputs, to: output))
        continue
      }
      if graph.isOutput(index + 1) {
        accumulators[index + 1] = sums
        values.append(QuantizedValue(Tensor([0], []), output))
      } else {
        values.append(
          ReferenceOperators.requantized(
            sums, inputScale: inputs[0].parameters.scale, weightScales: model.parameters[index]!.scales,
            activation: graph.nodes[index].operator.activation, to: output))
      }
    }
    var logits: [Float] = []
    for output in graph.outputs {
      let scales = model.parameters[output.value - 1]!.scales
      let input = values[graph.nodes[output.value - 1].inputs[0]]
      logits += ReferenceOperators.logits(
        accumulators[output.value]!, inputScale: input.parameters.scale, weightScales: scales)
    }
    return Result(
      values: values.map { $0.codes }, accumulators: graph.outputs.map { accumulators[$0.value]! }, logits: logits)
  }

  /// The accumulators of a node that has weights.
  private func accumulate(_ index: Int, _ input: QuantizedValue) -> Tensor<Int32>? {
    guard let parameters = model.parameters[index] else { return nil }
    switch model.description.graph.nodes[index].operator {
    case .conv2D(let conv):
      return ReferenceOperators.accumulateConv2D(input, conv, weight: parameters.weight, bias: parameters.bias)
    case .dense:
      return ReferenceOperators.accumulateDense(input, weight: parameters.weight, bias: parameters.bias)
    default: return nil
    }
  }

  /// The result of a node that has no weights.
  private func rearranged(_ index: Int, _ inputs: [QuantizedValue], to output: QuantizationParameters) -> QuantizedValue
  {
    switch model.description.graph.nodes[index].operator {
    case .conv2D, .dense: preconditionFailure("a node with weights has none")
    case .maxPool2D(let window): return ReferenceOperators.maxPool2D(inputs[0], window, to: output)
    case .averagePool2D(let window): return ReferenceOperators.averagePool2D(inputs[0], window, to: output)
    case .globalAveragePool: return ReferenceOperators.globalAveragePool(inputs[0], to: output)
    case .add(let activation):
      return ReferenceOperators.add(inputs[0], inputs[1], activation: activation, to: output)
    case .concatenate: return ReferenceOperators.concatenate(inputs, to: output)
    case .upsampleNearest(let factor):
      return ReferenceOperators.upsampleNearest(inputs[0], factor: factor, to: output)
    case .multiply(let activation):
      return ReferenceOperators.multiply(inputs[0], inputs[1], activation: activation, to: output)
    case .resize(let resize): return ReferenceOperators.resize(inputs[0], resize, to: output)
    case .function(let function): return ReferenceOperators.apply(function, inputs[0], to: output)
    case .rearrange(let arrangement): return ReferenceOperators.rearrange(inputs[0], arrangement, to: output)
    case .flatten:
      let result = ReferenceOperators.rescaled(inputs[0], to: output)
      return QuantizedValue(result.codes.reshaped(to: [result.codes.shape.count]), output)
    case .reshape(let shape):
      let result = ReferenceOperators.rescaled(inputs[0], to: output)
      return QuantizedValue(result.codes.reshaped(to: shape), output)
    }
  }
}
