import Numerics

extension Graph {
  /// The reference network "happy-sad": three times convolution 3x3 + ReLU + max pooling (16, 32, 16 channels), then
  /// dense 256 + ReLU and one logit. At 256x256x3 it has 3,696,625 parameters and about 120 million multiply-adds.
  ///
  /// - Parameter input: `[height, width, channels]`, at least 22x22.
  public static func happySad(input: Shape = [256, 256, 3]) -> Graph {
    var nodes: [Node] = []
    for (index, channels) in [16, 32, 16].enumerated() {
      let conv = Operator.Convolution(outputChannels: channels, window: .init(3, 3), activation: .relu)
      nodes.append(Node("conv\(index + 1)", .conv2D(conv), inputs: [nodes.count]))
      nodes.append(Node("pool\(index + 1)", .maxPool2D(.init(2, 2, stride: 2)), inputs: [nodes.count]))
    }
    nodes.append(Node("flatten", .flatten, inputs: [nodes.count]))
    nodes.append(Node("dense1", .dense(.init(outputs: 256, activation: .relu)), inputs: [nodes.count]))
    nodes.append(Node("dense2", .dense(.init(outputs: 1)), inputs: [nodes.count]))
    return Graph(input: input, nodes: nodes, outputs: [Output(value: nodes.count, function: .sigmoid)])
  }
}
