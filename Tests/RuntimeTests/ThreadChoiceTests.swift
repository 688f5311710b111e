import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// How many of the threads on offer compute a picture.
@Suite struct ThreadChoiceTests {
  /// Pointwise convolutions in a row over a small picture.
  private func network(steps: Int, side: Int, channels: Int) -> Graph {
    let conv = Operator.Convolution(outputChannels: channels, window: .init(1, 1), activation: .relu)
    var nodes = (0..<steps).map { Graph.Node("conv\($0)", .conv2D(conv), inputs: [$0]) }
    nodes.append(.init("mean", .globalAveragePool, inputs: [steps]))
    nodes.append(.init("logits", .dense(.init(outputs: 2)), inputs: [steps + 1]))
    return Graph(input: [side, side, 3], nodes: nodes, outputs: [.init(value: steps + 2, function: .softmax)])
  }

  /// Many steps of far less than a microsecond each are faster on one thread, few large ones on all.
  @Test func smallStepsStayOnOneThread() throws {
    for isa in supportedISAs {
      let table = KernelTable(limit: isa)
      let small = try QuantizedModel.random(network(steps: 20, side: 4, channels: 8), seed: 1)
      #expect(try Interpreter(small, kernels: table, atMost: 4).threads == 1, "\(isa.name)")
      let large = try QuantizedModel.random(network(steps: 3, side: 96, channels: 96), seed: 1)
      #expect(try Interpreter(large, kernels: table, atMost: 4).threads == 4, "\(isa.name)")
    }
  }

  @Test func theAnswerIsTheSame() throws {
    let model = try QuantizedModel.random(network(steps: 20, side: 6, channels: 8), seed: 2)
    let pixels = model.description.graph.randomPixels(seed: 3)
    #expect(try Interpreter(model, atMost: 4).invoke(pixels) == Interpreter(model, threads: 4).invoke(pixels))
  }

  /// Who names a number of threads gets it: the comparison of threads depends on that.
  @Test func aNumberThatIsNamedHolds() throws {
    let model = try QuantizedModel.random(network(steps: 20, side: 4, channels: 8), seed: 1)
    #expect(try Interpreter(model, threads: 3).threads == 3)
  }
}
