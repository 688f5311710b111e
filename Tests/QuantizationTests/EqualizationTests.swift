import FloatRuntime
import ModelFiles
import Models
import Numerics
import Quantization
import TestSupport
import Testing
import Training

@Suite struct EqualizationTests {
  private func convolution(_ channels: Int, groups: Int = 1, size: Int = 3) -> Operator {
    .conv2D(.init(outputChannels: channels, window: .init(size, size), groups: groups, activation: .relu))
  }

  private func logits(_ model: FloatModel, _ pixels: [UInt8]) throws -> [Float] {
    try FloatInterpreter(model).run(pixels: pixels)
  }

  /// Rows of 8 and 0.5 read through columns of 2 and 2: both ranges become sqrt(8 * 2) = 4 and sqrt(0.5 * 2) = 1.
  @Test func rangesBecomeEqual() throws {
    let graph = Graph(
      input: [1, 1, 3],
      nodes: [
        .init("flat", .flatten, inputs: [0]),
        .init("one", .dense(.init(outputs: 2, activation: .relu)), inputs: [1]),
        .init("two", .dense(.init(outputs: 2)), inputs: [2]),
      ], outputs: [.init(value: 3, function: .softmax)])
    var model = try FloatModel.random(graph, seed: 1)
    model.parameters[1] = .init(weight: Tensor([2, 3], [8, -1, 2, 0.25, 0.5, -0.5]), bias: Tensor([2], [1, 1]))
    model.parameters[2] = .init(weight: Tensor([2, 2], [2, 1, -1, -2]), bias: Tensor([2], [0, 0]))
    let equalized = try #require(try CrossLayerEqualization.equalized(model))
    let one = equalized.parameters[1]!
    let two = equalized.parameters[2]!
    #expect(one.weight.elements == [4, -0.5, 1, 0.5, 1, -1])
    #expect(one.bias.elements == [0.5, 2])
    #expect(two.weight.elements == [4, 0.5, -2, -1])
    #expect(two.bias.elements == [0, 0])
  }

  /// Convolution, depthwise convolution, pooling, flatten, dense: channel ranges thousandfold apart come together, and
  /// the float network computes the same.
  @Test func chainsThroughDepthwisePoolingAndFlatten() throws {
    let graph = Graph(
      input: [12, 12, 3],
      nodes: [
        .init("a", convolution(4), inputs: [0]), .init("b", convolution(4, groups: 4), inputs: [1]),
        .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [2]), .init("flat", .flatten, inputs: [3]),
        .init("dense", .dense(.init(outputs: 3, activation: .relu)), inputs: [4]),
        .init("logits", .dense(.init(outputs: 2)), inputs: [5]),
      ], outputs: [.init(value: 6, function: .softmax)])
    var model = try FloatModel.random(graph, seed: 2)
    for channel in 0..<4 {
      let gain: Float = [1, 10, 100, 1000][channel]
      for tap in 0..<9 { model.parameters[1]!.weight.elements[channel * 9 + tap] *= gain }
      model.parameters[1]!.bias.elements[channel] *= gain
      let columns = model.parameters[4]!.weight.shape[1]
      for at in 0..<3 * columns where at % columns % 4 == channel { model.parameters[4]!.weight.elements[at] /= gain }
    }
    let equalized = try #require(try CrossLayerEqualization.equalized(model))
    func ranges(_ model: FloatModel, _ node: Int) -> [Float] {
      let weight = model.parameters[node]!.weight
      let size = weight.shape.count / weight.shape[0]
      return (0..<weight.shape[0]).map { row in (0..<size).map { abs(weight.elements[row * size + $0]) }.max()! }
    }
    let (before, after) = (ranges(model, 1), ranges(equalized, 1))
    #expect(before.max()! / before.min()! > 500)
    #expect(after.max()! / after.min()! < 5)
    var random = CounterRandom(seed: 9)
    for _ in 0..<5 {
      let pixels = (0..<graph.input.count).map { _ in UInt8(random.below(256)) }
      let (one, two) = (try logits(model, pixels), try logits(equalized, pixels))
      for (a, b) in zip(one, two) { #expect(abs(a - b) < 1e-4 * max(1, abs(a))) }
    }
  }

  /// A leaky ReLU and resizing commute with a positive factor, a sigmoid does not.
  @Test func functionsThatCommute() throws {
    for (kind, commutes) in [(Operator.Function.Kind.leakyReLU, true), (.absolute, true), (.sigmoid, false)] {
      let pixel = Operator.Sampling.pixel
      let places = Operator.Sampling(count: 9, start: 0, step: pixel / 2)
      let graph = Graph(
        input: [5, 5, 3],
        nodes: [
          .init("a", .conv2D(.init(outputChannels: 4, window: .init(1, 1))), inputs: [0]),
          .init("f", .function(.init(kind, kind == .leakyReLU ? 0.2 : 0)), inputs: [1]),
          .init("large", .resize(.init(isLinear: true, rows: places, columns: places)), inputs: [2]),
          .init("flat", .flatten, inputs: [3]), .init("logits", .dense(.init(outputs: 2)), inputs: [4]),
        ], outputs: [.init(value: 5, function: .softmax)])
      var model = try FloatModel.random(graph, seed: 6)
      for at in 0..<3 { model.parameters[0]!.weight.elements[at] *= 50 }
      let equalized = try CrossLayerEqualization.equalized(model)
      #expect((equalized != nil) == commutes)
      guard let equalized else { continue }
      let pixels = (0..<75).map { UInt8($0 * 3) }
      for (a, b) in zip(try logits(model, pixels), try logits(equalized, pixels)) {
        #expect(abs(a - b) < 1e-4 * max(1, abs(a)))
      }
    }
  }

  /// What is added to other values, and what ReLU6 cuts, is left alone; dead channels too.
  @Test func whatDoesNotCommuteStays() throws {
    let six = Operator.conv2D(.init(outputChannels: 4, window: .init(1, 1), activation: .relu6))
    let graph = Graph(
      input: [6, 6, 3],
      nodes: [
        .init("a", convolution(4, size: 1), inputs: [0]), .init("b", six, inputs: [1]),
        .init("sum", .add(.relu), inputs: [1, 2]), .init("mean", .globalAveragePool, inputs: [3]),
        .init("logits", .dense(.init(outputs: 2)), inputs: [4]),
      ], outputs: [.init(value: 5, function: .softmax)])
    #expect(try CrossLayerEqualization.equalized(try FloatModel.random(graph, seed: 3)) == nil)
    var plain = try FloatModel.random(.happySad(input: [24, 24, 3]), seed: 4)
    plain.parameters[0]!.weight.elements.replaceSubrange(0..<27, with: [Float](repeating: 0, count: 27))
    let equalized = try #require(try CrossLayerEqualization.equalized(plain))
    #expect(equalized.parameters.allSatisfy { $0?.weight.elements.allSatisfy(\.isFinite) ?? true })
    #expect(equalized.parameters[0]!.bias.elements[0] == plain.parameters[0]!.bias.elements[0])
  }
}
