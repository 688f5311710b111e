import Models
import Numerics

extension Network {
  /// The graph for inference and its weights: activations joined with the layers they follow, batch
  /// normalization folded into convolutions, dropout left out.
  ///
  /// - Throws: `TrainingError.network` where a layer has no counterpart.
  public func exported(function: Graph.Function) throws(TrainingError) -> (Graph, [FloatModel.Parameters?]) {
    var nodes: [Graph.Node] = []
    var weights: [FloatModel.Parameters?] = []
    var values = [0]
    for (index, node) in architecture.nodes.enumerated() {
      let inputs = node.inputs.map { values[$0] }
      let op: Operator
      var own: FloatModel.Parameters?
      switch node.kind {
      case .conv2D(let convolution):
        op = .conv2D(convolution)
        own = parameters(of: node.name)
      case .dense(let outputs):
        op = .dense(.init(outputs: outputs))
        own = parameters(of: node.name)
      case .maxPool2D(let window): op = .maxPool2D(window)
      case .globalAveragePool: op = .globalAveragePool
      case .flatten: op = .flatten
      case .add: op = .add(.none)
      case .upsampleNearest(let factor): op = .upsampleNearest(factor: factor)
      case .batchNormalization:
        fold(normalization(node.name), into: &weights[inputs[0] - 1]!)
        values.append(inputs[0])
        continue
      case .dropout, .fakeQuantization:
        values.append(inputs[0])
        continue
      case .activation(let activation):
        guard inputs[0] > 0, architecture.readers(of: node.inputs[0]) == [index],
          nodes[inputs[0] - 1].operator.accepts(activation)
        else {
          throw .network(GraphError(node.name, "an activation follows a convolution, dense or add node of its own"))
        }
        nodes[inputs[0] - 1].operator.join(activation)
        values.append(inputs[0])
        continue
      }
      nodes.append(Graph.Node(node.name, op, inputs: inputs))
      weights.append(own)
      values.append(nodes.count)
    }
    let graph = Graph(
      input: architecture.input, nodes: nodes, outputs: [.init(value: values[architecture.last], function: function)])
    do throws(GraphError) { _ = try graph.shapes() } catch { throw .network(error) }
    return (graph, weights)
  }

  private func normalization(_ node: String) -> BatchNormalization {
    layers(BatchNormalization.self).first { $0.scale.name == node + ".scale" }!
  }

  /// Multiplies each output channel's weights and bias by its factor and shifts the bias, in double.
  private func fold(_ normalization: BatchNormalization, into weights: inout FloatModel.Parameters) {
    let taps = weights.weight.shape.count / weights.weight.shape[0]
    for (channel, (factor, shift)) in normalization.folded.enumerated() {
      for tap in channel * taps..<(channel + 1) * taps {
        weights.weight.elements[tap] = Float(Double(weights.weight.elements[tap]) * factor)
      }
      weights.bias.elements[channel] = Float(Double(weights.bias.elements[channel]) * factor + shift)
    }
  }

  private func parameters(of node: String) -> FloatModel.Parameters {
    func tensor(_ suffix: String) -> Tensor<Float> { parameters.first { $0.name == node + suffix }!.tensor }
    return FloatModel.Parameters(weight: tensor(".weight"), bias: tensor(".bias"))
  }
}

extension Operator {
  fileprivate func accepts(_ activation: Activation) -> Bool {
    switch self {
    case .conv2D, .dense, .add: self.activation == .none
    default: false
    }
  }

  fileprivate mutating func join(_ activation: Activation) {
    switch self {
    case .conv2D(var convolution):
      convolution.activation = activation
      self = .conv2D(convolution)
    case .dense(var dense):
      dense.activation = activation
      self = .dense(dense)
    case .add: self = .add(activation)
    default: break
    }
  }
}
