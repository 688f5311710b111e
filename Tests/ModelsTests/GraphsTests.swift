import Models
import Numerics
import TestSupport
import Testing

@Suite struct ShapeInferenceTests {
  @Test func referenceNetwork() throws {
    let graph = Graph.happySad()
    let shapes = try graph.shapes()
    #expect(shapes[1] == [254, 254, 16])
    #expect(shapes[6] == [30, 30, 16])
    #expect(shapes.last == [1])
    let parameters = try graph.parameterShapes().compactMap { $0 }.reduce(0) { $0 + $1.weight.count + $1.bias.count }
    #expect(parameters == 3_696_625)
    #expect(
      try graph.multiplyAdds().reduce(0, +) == 254 * 254 * 432 + 125 * 125 * 4_608 + 60 * 60 * 4_608 + 14_400 * 256
        + 256)
  }

  @Test func refusesNonsenseByName() {
    var graph = Graph.happySad(input: [20, 20, 3])
    #expect(throws: GraphError.self) { try graph.shapes() }
    graph = Graph.happySad()
    graph.nodes[3].inputs = [9]
    let error = caught(GraphError.self) { try graph.shapes() }
    #expect(error?.node == "pool2")
    graph = Graph.happySad()
    graph.nodes[2].name = "conv1"
    #expect(throws: GraphError.self) { try graph.shapes() }
    graph = Graph.happySad()
    graph.outputs = []
    #expect(throws: GraphError.self) { try graph.shapes() }
    graph = Graph.happySad()
    graph.outputs[0].value = 8
    #expect(throws: GraphError.self) { try graph.shapes() }
  }

  @Test func branches() throws {
    let graph = Graph(
      input: [8, 8, 4],
      nodes: [
        .init(
          "depthwise", .conv2D(.init(outputChannels: 4, window: .init(3, 3, padding: .all(1)), groups: 4)),
          inputs: [0]),
        .init("sum", .add(.relu), inputs: [0, 1]),
        .init("both", .concatenate, inputs: [1, 2]),
        .init("mean", .globalAveragePool, inputs: [3]),
        .init("logits", .dense(.init(outputs: 3)), inputs: [4]),
      ],
      outputs: [.init(value: 5, function: .softmax)])
    #expect(try graph.shapes().map(\.description) == ["8x8x4", "8x8x4", "8x8x4", "8x8x8", "8", "3"])
    #expect(try graph.parameterShapes()[0]?.weight == [4, 3, 3, 1])
  }
}

@Suite struct ProbabilityTests {
  @Test func logitsAreDividedByTheTemperature() {
    var description = ModelDescription(
      graph: .happySad(), preprocessing: Preprocessing(width: 256, height: 256), labels: ["happy", "sad"])
    // The logit that a sigmoid's second probability is of: log(p / (1 - p)).
    func logit(_ logits: [Float]) -> Double {
      let probabilities = description.probabilities(logits: logits).map { Double($0) }
      return Elementary.log(probabilities[1] / probabilities[0])
    }
    #expect(abs(logit([3]) - 3) < 1e-5)
    description.temperature = 2
    #expect(abs(logit([3]) - 1.5) < 1e-5)
    description.graph.outputs[0].function = .softmax
    #expect(abs(logit([5, 1]) + 2) < 1e-5)
  }
}

@Suite struct DetectionMathTests {
  @Test func powersAndLogarithms() {
    for step in -240...240 {
      let x = Float(step) / 16
      let power = Detection.exp2(x)
      #expect(abs(Detection.log2(power) - x) < 4e-6 * max(1, abs(x)))
      if step % 16 == 0 { #expect(power == Float(sign: .plus, exponent: step / 16, significand: 1)) }
    }
    #expect(abs(Detection.exp2(0.5) - Float(2).squareRoot()) < 3e-7)
    #expect(Detection.log2(32) == 5)
    for extreme in [Float.nan, .infinity, -.infinity, 1e30] { #expect(Detection.exp2(extreme).isFinite) }
  }
}
