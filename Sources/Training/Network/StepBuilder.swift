import FloatRuntime
import Models
import Numerics

/// Makes the layers of an architecture, and joins neighbours that the kernels compute as one.
struct StepBuilder {
  let architecture: Architecture
  let shapes: [Shape]
  let capacity: Int
  let workers: Int
  let fusing: Bool
  let inputGradient: Bool

  mutating func build() throws(TrainingError) -> [Network.Step] {
    var steps: [Network.Step] = []
    var index = 0
    while index < architecture.nodes.count {
      if let fused = pooledConvolution(index) {
        steps.append(fused)
        index += 3
      } else {
        let tail = tail(after: index)
        steps.append(try single(index, tail))
        index += 1 + tail.nodes
      }
    }
    return steps
  }

  /// Convolution, ReLU, max pooling that follow one another and are read by nobody else.
  private func pooledConvolution(_ index: Int) -> Network.Step? {
    let nodes = architecture.nodes
    guard fusing, case .conv2D(let convolution) = nodes[index].kind, isReadByNext(index), isReadByNext(index + 1),
      nodes[index + 1].kind == .activation(.relu), case .maxPool2D(let window) = nodes[index + 2].kind
    else { return nil }
    let input = nodes[index].inputs[0]
    guard ConvReLUMaxPool.fits(convolution, input: shapes[input], pool: window) else { return nil }
    let layer = ConvReLUMaxPool(
      nodes[index].name, convolution, input: shapes[input], output: shapes[index + 1], capacity: capacity,
      workers: workers, needsInputGradient: needsGradient(input))
    return Network.Step(layer, inputs: [input], output: index + 3, name: nodes[index].name)
  }

  /// What a layer does itself of what comes next.
  private struct Tail {
    var activation = Operator.Activation.none
    var pools = false

    var nodes: Int { activation == .none ? 0 : pools ? 2 : 1 }
  }

  /// The activation that follows a normalization or a sum, and the pool behind one of those: nobody else reads what
  /// they read.
  private func tail(after index: Int) -> Tail {
    let nodes = architecture.nodes
    guard fusing, nodes[index].kind == .batchNormalization || nodes[index].kind == .add, isReadByNext(index),
      case .activation(let activation) = nodes[index + 1].kind
    else { return Tail() }
    var tail = Tail(activation: activation)
    if activation == .relu, nodes[index].kind == .batchNormalization, isReadByNext(index + 1),
      nodes[index + 2].kind == .maxPool2D(.init(2, 2, stride: 2))
    {
      tail.pools = true
    }
    return tail
  }

  /// Whether the next node alone reads a node's result.
  private func isReadByNext(_ index: Int) -> Bool {
    index + 1 < architecture.nodes.count && architecture.readers(of: index + 1) == [index + 1]
  }

  private func needsGradient(_ value: Int) -> Bool { value != 0 || inputGradient }

  /// - Parameter tail: what is part of the layer.
  private func single(_ index: Int, _ tail: Tail) throws(TrainingError) -> Network.Step {
    let node = architecture.nodes[index]
    let input = shapes[node.inputs[0]]
    let output = shapes[index + 1]
    let layer: any Layer
    switch node.kind {
    case .conv2D(let convolution):
      guard convolution.activation == .none else {
        throw .network(GraphError(node.name, "an activation is a node of its own while training"))
      }
      let (window, reach) = (convolution.window, convolution.dilation)
      let pad = window.padding
      guard max(pad.top, pad.bottom) <= (window.height - 1) * reach,
        max(pad.left, pad.right) <= (window.width - 1) * reach
      else { throw .network(GraphError(node.name, "its padding is larger than its window")) }
      let needsGradient = needsGradient(node.inputs[0])
      let plan = ConvolutionPlan(convolution, input: input, output: output)
      layer =
        BatchConvolution(node.name, plan, workers: workers, needsInputGradient: needsGradient)
        ?? Conv2D(node.name, plan, capacity: capacity, workers: workers, needsInputGradient: needsGradient)
    case .dense(let outputs):
      layer = Dense(node.name, inputs: input.count, outputs: outputs, capacity: capacity)
    case .activation(let own): layer = ActivationLayer(own, shape: input)
    case .maxPool2D(let window): layer = MaxPool2D(window, input: input, output: output, capacity: capacity)
    case .globalAveragePool: layer = GlobalAveragePool(input: input)
    case .flatten: layer = Flatten(shape: input)
    case .dropout(let rate):
      guard rate >= 0, rate < 1 else { throw .network(GraphError(node.name, "dropout of \(rate)")) }
      layer = Dropout(rate: rate, shape: input, node: index)
    case .add: layer = AddLayer(tail.activation, shape: input)
    case .upsampleNearest(let factor): layer = UpsampleNearest(factor: factor, input: input)
    case .fakeQuantization(let parameters): layer = FakeQuantization(parameters, shape: input)
    case .batchNormalization:
      let maker = node.inputs[0] - 1
      guard maker >= 0, case .conv2D = architecture.nodes[maker].kind, architecture.readers(of: maker + 1) == [index]
      else { throw .network(GraphError(node.name, "batch normalization follows a convolution of its own")) }
      layer = BatchNormalization(
        node.name, tail.activation, pools: tail.pools, shape: input, capacity: capacity)
    }
    return Network.Step(layer, inputs: node.inputs, output: index + 1 + tail.nodes, name: node.name)
  }
}
