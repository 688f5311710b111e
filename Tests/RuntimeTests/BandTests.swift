import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// Convolutions and the dense layer after them, run row by row through all layers, in one band or several.
@Suite struct BandTests {
  /// Convolutions without padding, then a dense layer.
  private func chain(_ input: Shape, _ convolutions: [(Operator.Convolution, pooled: Bool)], outputs: Int) -> Graph {
    var nodes: [Graph.Node] = []
    for (conv, pooled) in convolutions {
      nodes.append(.init("conv\(nodes.count)", .conv2D(conv), inputs: [nodes.count]))
      if pooled { nodes.append(.init("pool\(nodes.count)", .maxPool2D(.init(2, 2, stride: 2)), inputs: [nodes.count])) }
    }
    nodes.append(.init("flat", .flatten, inputs: [nodes.count]))
    nodes.append(.init("dense", .dense(.init(outputs: outputs, activation: .relu)), inputs: [nodes.count]))
    nodes.append(.init("logits", .dense(.init(outputs: 2)), inputs: [nodes.count]))
    return Graph(input: input, nodes: nodes, outputs: [.init(value: nodes.count, function: .softmax)])
  }

  private func parts(_ graph: Graph, threads: Int) throws -> Int {
    let interpreter = try Interpreter(
      try .random(graph, seed: 1), kernels: KernelTable(limit: .scalar), threads: threads)
    return interpreter.layers.filter { $0.kernel.contains("dense_part") }.count
  }

  @Test func referenceNetworkInBands() throws {
    let graph = Graph.happySad(input: [200, 40, 3])
    #expect(try parts(graph, threads: 1) == 1)
    #expect(try parts(graph, threads: 2) == 1)
    // Too many rows would be computed twice.
    #expect(try parts(graph, threads: 4) == 0)
    try expectReferenceBytes(graph, seed: 71, threads: [1, 2, 4])
    try expectReferenceBytes(graph, seed: 72, .loud, threads: [2])
  }

  @Test func windowsOfAllKinds() throws {
    let graph = chain(
      [190, 23, 4],
      [
        (.init(outputChannels: 12, window: .init(5, 3, stride: 2), activation: .relu), pooled: false),
        (.init(outputChannels: 20, window: .init(1, 1)), pooled: false),
        (.init(outputChannels: 17, window: .init(3, 2), dilation: 2, activation: .relu6), pooled: false),
        (.init(outputChannels: 8, window: .init(2, 2)), pooled: true),
      ], outputs: 250)
    for threads in [1, 2] { #expect(try parts(graph, threads: threads) == 1) }
    try expectReferenceBytes(graph, seed: 73, threads: [1, 2, 3])
  }

  @Test func aValueThatIsReadTwiceStaysWhole() throws {
    let conv = Operator.Convolution(outputChannels: 8, window: .init(3, 3), activation: .relu)
    let graph = Graph(
      input: [40, 40, 3],
      nodes: [
        .init("first", .conv2D(conv), inputs: [0]), .init("second", .conv2D(conv), inputs: [1]),
        .init("flat", .flatten, inputs: [2]), .init("dense", .dense(.init(outputs: 16)), inputs: [3]),
        .init("map", .conv2D(.init(outputChannels: 2, window: .init(1, 1))), inputs: [1]),
      ],
      outputs: [.init(value: 4, function: .softmax), .init(value: 5, function: .identity)])
    try expectReferenceBytes(graph, seed: 74, threads: [1, 2])
  }

  @Test func layersAreTimed() throws {
    let graph = Graph.happySad(input: [200, 40, 3])
    let pixels = graph.randomPixels(seed: 9)
    for threads in [1, 2] {
      let interpreter = try Interpreter(try .random(graph, seed: 1), threads: threads)
      var times = [UInt64](repeating: 0, count: interpreter.layers.count)
      let wanted = interpreter.invoke(pixels)
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, timing: &times) }
      #expect(times.allSatisfy { $0 > 0 })
      #expect(interpreter.invoke(pixels) == wanted)
    }
  }
}
