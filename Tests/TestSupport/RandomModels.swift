import Imaging
import ModelFiles
import Models
import Numerics

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

extension QuantizedModel {
  /// A small network with a face detector's input and output, which finds nothing but by chance.
  public static func randomDetector(seed: UInt64, threshold: Float = 0) throws -> QuantizedModel {
    var nodes: [Graph.Node] = []
    for (index, channels) in [8, 16, 24].enumerated() {
      let window = Operator.Window(3, 3, stride: 2, padding: .all(1))
      nodes.append(
        .init(
          "conv\(index)", .conv2D(.init(outputChannels: channels, window: window, activation: .relu)), inputs: [index]))
    }
    nodes.append(.init("boxes", .conv2D(.init(outputChannels: 4, window: .init(1, 1))), inputs: [3]))
    let graph = Graph(input: [240, 320, 1], nodes: nodes, outputs: [.init(value: 4, function: .identity)])
    var model = try QuantizedModel.random(graph, seed: seed)
    model.description.labels = []
    model.description.preprocessing = Preprocessing(width: 320, height: 240, colour: .grey, fit: .inside)
    model.description.detection = Detection(stride: 8, threshold: threshold, overlapPercent: 40, sides: 18...230)
    return model
  }
}

extension TemporaryFolder {
  /// Writes a float and an int8 model of one small network with random weights; their paths.
  public func writeSmallModels() throws -> (float: String, int8: String) {
    let paths = (float: path("float.safetensors"), int8: path("int8.safetensors"))
    let graph = Graph.happySad(input: [24, 24, 3])
    try FloatModel.random(graph, seed: 1).write(to: paths.float)
    try QuantizedModel.random(graph, seed: 1).write(to: paths.int8)
    return paths
  }

  /// Writes two class folders of 20 small PNG files each, `photos/happy/0.png` and so on: noise, one class darker.
  public func writeSmallPictures() throws {
    for (label, name) in ["happy", "sad"].enumerated() {
      for index in 0..<20 {
        var random = CounterRandom(seed: UInt64(label), stream: UInt64(index))
        let pixels = (0..<24 * 24 * 3).map { _ in UInt8(random.below(150) + label * 100) }
        let image = Image(width: 24, height: 24, channels: 3, pixels: pixels)
        try write(ImageEncoder.png(image), as: "photos/\(name)/\(index).png")
      }
    }
  }
}
