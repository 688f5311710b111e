import Models
import Numerics
import Testing
import Training

@Suite struct FakeQuantizationTests {
  /// Four numbers, rounded to steps of 0.5 within -64...63.5, weighted by 1, 2, 3, 4.
  private func network(_ inputs: [Float]) throws -> Network {
    var architecture = Architecture(input: [1, 1, 4])
    architecture.append("codes", .fakeQuantization(.init(scale: 0.5, zeroPoint: 0)))
    architecture.append("flat", .flatten)
    architecture.append("logit", .dense(outputs: 1))
    let network = try Network(architecture, capacity: 1, inputGradient: true)
    network.parameters[0].load(Tensor([1, 4], [1, 2, 3, 4]))
    network.parameters[1].load(Tensor([1], [0]))
    network.setInput(image: 0, inputs)
    network.forward(pixels: nil, images: 1, training: true)
    return network
  }

  @Test func valuesAreRoundedHalfToEvenAndClipped() throws {
    func logit(_ inputs: [Float]) throws -> Float {
      let network = try network(inputs)
      return network.logits(0)[0]
    }
    #expect(try logit([0.3, 0, 0, 0]) == 0.5)
    // Halves of a step go to the even code.
    #expect(try logit([0.25, 0.75, 0, 0]) == 2)
    #expect(try logit([-0.25, -0.75, 0, 0]) == -2)
    #expect(try logit([-70, 0, 0, 0]) == -64)
    #expect(try logit([0, 0, 80, 0]) == 3 * 63.5)
  }

  /// The logit is 0.5 - 128 + 190.5 + 6 = 69, wanted 68: its gradient is 2, which reaches what was not clipped.
  @Test func theGradientPassesWhereNothingIsClipped() throws {
    let network = try network([0.3, -70, 80, 1.26])
    #expect(network.logits(0)[0] == 69)
    #expect(network.backward(targets: [[68]]) == 1)
    #expect(network.inputGradient(image: 0) == [2, 0, 0, 8])
    // What rounds to an end lies within.
    let ends = try self.network([-64.2, 63.7, 0, 0])
    _ = ends.backward(targets: [[ends.logits(0)[0] - 1]])
    #expect(ends.inputGradient(image: 0) == [2, 4, 6, 8])
  }

  /// Latent weights of 0.4 and -3.2 steps of 0.5 are shown as 0 and -1.5. On (1, 2) the logit is -3, wanted 1: the
  /// gradient is -8 by the logit, (-8, -16) by the weights, (-4, -8) by the latent ones; at a rate of 0.05 they
  /// become 0.6 and -2.8, shown as 0.5 and -1.5. The bias goes the same way, unrounded: from 0 by 0.05 * 8.
  @Test func latentWeightsTakeTheGradientOfRoundedOnes() throws {
    var architecture = Architecture(input: [1, 1, 2])
    architecture.append("flat", .flatten)
    architecture.append("logit", .dense(outputs: 1))
    let network = try Network(architecture, capacity: 1)
    let weights = LatentWeights(network)
    try weights.add("logit.weight", latent: Tensor([1, 2], [0.4, -3.2]), units: [0.5], isRounded: true)
    try weights.add("logit.bias", latent: Tensor([1], [0]), units: [1], isRounded: false)
    #expect(network.parameters[0].tensor.elements == [0, -1.5])
    network.setInput(image: 0, [1, 2])
    network.forward(pixels: nil, images: 1, training: true)
    #expect(network.logits(0)[0] == -3)
    #expect(network.backward(targets: [[1]]) == 16)
    weights.update(.sgd(learningRate: 0.05, momentum: 0), step: 1, rate: 0.05)
    let latent = try #require(weights.latent("logit.weight")).elements
    #expect(abs(latent[0] - 0.6) < 1e-6 && abs(latent[1] + 2.8) < 1e-6)
    #expect(network.parameters[0].tensor.elements == [0.5, -1.5])
    #expect(abs(network.parameters[1].tensor.elements[0] - 0.4) < 1e-6)
    #expect(throws: TrainingError.self) {
      try weights.add("other.bias", latent: Tensor([1], [0]), units: [1], isRounded: false)
    }
  }

  /// Codes are rounded once: behind the pool where only it reads them, and not where they only move.
  @Test func aGraphIsRoundedWhereTheEngineStoresCodes() throws {
    let graph = Graph.happySad(input: [24, 24, 3])
    let parameters = (0...graph.nodes.count).map { QuantizationParameters(scale: Float($0 + 1), zeroPoint: 0) }
    let architecture = try Architecture(graph, quantization: parameters)
    let rounded = architecture.nodes.filter { if case .fakeQuantization = $0.kind { true } else { false } }
    #expect(rounded.map(\.name) == ["pool1.int8", "pool2.int8", "pool3.int8", "dense1.int8"])
    #expect(rounded.map(\.kind) == [2, 4, 6, 8].map { .fakeQuantization(parameters[$0]) })
  }
}
