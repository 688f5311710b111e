import Foundation
import Graphs
import ModelFiles
import Quantization
import Runtime
import Tensors
import TestSupport
import Testing
import Training

@Suite struct FineTuningTests {
  /// Depthwise layers, a sum, pools: every operator that is trained.
  private static let graph: Graph = {
    func convolution(_ channels: Int, groups: Int = 1, _ activation: Operator.Activation = .relu) -> Operator {
      .conv2D(
        .init(
          outputChannels: channels, window: .init(3, 3, padding: .all(1)), groups: groups, activation: activation))
    }
    return Graph(
      input: [16, 16, 3],
      nodes: [
        .init("stem", convolution(8), inputs: [0]), .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [1]),
        .init("depthwise", convolution(8, groups: 8, .relu6), inputs: [2]),
        .init("plain", convolution(8, .none), inputs: [3]), .init("sum", .add(.relu), inputs: [2, 4]),
        .init("mean", .globalAveragePool, inputs: [5]), .init("logits", .dense(.init(outputs: 3)), inputs: [6]),
      ], outputs: [.init(value: 7, function: .softmax)])
  }()

  private func pictures(_ count: Int, _ graph: Graph) -> [[UInt8]] {
    (0..<count).map { TestPattern.pixels(graph.input, number: $0) }
  }

  private func record(_ model: FloatModel, _ images: [[UInt8]]) throws -> CalibrationRecord {
    let calibrator = try Calibrator(model, threads: 1)
    for (index, pixels) in images.enumerated() { try calibrator.observe(pixels, hash: "\(1_000 + index)") }
    return calibrator.record
  }

  private func meanSquare(_ one: [Float], _ two: [Float]) -> Float {
    zip(one, two).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Float(one.count)
  }

  /// With the codes and ranges of an int8 model, the network that learns gives that model's logits: what is left (sums
  /// in float, halves of a step that fall to the other side) is nothing beside what int8 loses to float.
  @Test func theNetworkThatLearnsComputesAsTheEngineDoes() throws {
    let model = try FloatModel.random(Self.graph, seed: 31, labels: ["a", "b", "c"])
    let images = pictures(24, Self.graph)
    let int8 = try Quantizer(method: .minMax).quantize(model, try record(model, images))
    let network = try Network(Architecture(Self.graph, quantization: int8.quantization), capacity: images.count)
    for parameter in network.parameters {
      let node = try #require(Self.graph.nodes.firstIndex { parameter.name.hasPrefix($0.name + ".") })
      let own = try #require(int8.parameters[node])
      let input = int8.quantization[Self.graph.nodes[node].inputs[0]].scale
      let taps = own.weight.shape.count / own.scales.count
      let reals =
        parameter.name.hasSuffix(".weight")
        ? own.weight.elements.enumerated().map { own.scales[$0 / taps] * Float($1) }
        : zip(own.bias.elements, own.scales).map { Float($0) * input * $1 }
      parameter.load(Tensor(parameter.shape, reals))
    }
    network.forward(pixels: images.flatMap { $0 }, images: images.count)
    let learning = images.indices.flatMap { Array(network.logits($0)) }
    let engine = try Interpreter(int8)
    let integer = images.flatMap { engine.invoke($0) }
    let interpreter = try FloatInterpreter(model)
    let float = images.flatMap { interpreter.run(pixels: $0) }
    #expect(meanSquare(learning, integer) < 1e-2 * meanSquare(float, integer))
  }

  /// One dense layer of three pixels to one logit.
  private func dense(_ weights: [Float]) throws -> FloatModel {
    let graph = Graph(
      input: [1, 1, 3],
      nodes: [.init("flat", .flatten, inputs: [0]), .init("logit", .dense(.init(outputs: 1)), inputs: [1])],
      outputs: [.init(value: 2, function: .sigmoid)])
    var model = try FloatModel.random(graph, seed: 1)
    model.parameters[1] = .init(weight: Tensor([1, 3], weights), bias: Tensor([1], [0]))
    return model
  }

  private func learn(_ model: FloatModel, _ images: [[UInt8]], _ name: String) throws -> LearnedParameters {
    let method = try #require(QuantizationMethod(name: name))
    return try Learner(method, model, try record(model, images), threads: 1).learn(images)
  }

  /// Weights of 127, 0.45 and 0.3 steps of 0.01; the last two pixels are always equal. Nearest codes are 0.75 of a step
  /// off times the pixel, (127, 1, 0) is 0.25 of a step off.
  @Test func codesOfTwinsAddUp() throws {
    var random = CounterRandom(seed: 4)
    let images = (0..<64).map { _ in
      let twin = UInt8(random.below(256))
      return [UInt8(random.below(256)), twin, twin]
    }
    let learned = try learn(dense([1.27, 0.0045, 0.003]), images, "min-max+fine-tune")
    let node = try #require(learned.nodes["logit"])
    let codes = [UInt8](try #require(node.codes)).map { Int8(bitPattern: $0) }
    #expect(codes[0] == 127)
    #expect(Int(codes[1]) + Int(codes[2]) == 1, "\(codes)")
    #expect(learned.note?.contains("mean squared error") == true)
  }

  /// Weights of 127 and 0.4 steps of 0.01, the second pixel always 200: whatever code it gets, code and bias together
  /// give the 0.004 * 200 / 255 that the nearest code loses.
  @Test func theBiasTakesWhatIsLost() throws {
    let images = (0..<32).map { [UInt8($0 * 8), 200, 0] }
    let node = try #require(try learn(dense([1.27, 0.004, 0]), images, "min-max+fine-tune").nodes["logit"])
    let code = Float(Int8(bitPattern: [UInt8](try #require(node.codes))[1]))
    let given = 0.01 * code * 200 / 255 + (try #require(node.biasShift))[0]
    #expect(abs(given - 0.004 * 200 / 255) < 4e-4, "\(given)")
  }

  /// Codes that are exact already stay.
  @Test func nothingIsLearnedWhereNothingIsLost() throws {
    let images = (0..<32).map { [UInt8($0 * 8), 200, 0] }
    let learned = try learn(dense([1.27, 0.25, -0.5]), images, "min-max+fine-tune")
    #expect(learned.nodes.isEmpty)
    #expect(learned.note == "fine-tuning found nothing nearer to float")
  }

  @Test func whatIsNotTrainedIsRefused() throws {
    let model = try FloatModel.random(.everyOperator, seed: 2)
    let images = pictures(4, Graph.everyOperator)
    #expect(throws: QuantizationError.self) { try learn(model, images, "min-max+fine-tune") }
  }

  /// Ranges that clip a percent at each end, and clipped weights, cost the nasty network over 20 points; weights that
  /// have learned to live with them bring the logits much nearer on pictures that taught nothing, though not near enough
  /// to be right: ranges stay as they are. The file is the same with one thread and two, and from the record alone.
  @Test func aCoarseNetworkComesNearer() throws {
    let nasty = try NastyNetwork()
    let judge = try Judge(nasty.model, images: nasty.test, isLabelled: true, threads: 2)
    var record = try nasty.record()
    let plain = try #require(QuantizationMethod(name: "percentile-99+weights-mse"))
    let before = try judge.judge(Quantizer(plain).quantize(nasty.model, record))
    #expect(before.loss.points > 20)
    let tuned = try #require(QuantizationMethod(name: "percentile-99+weights-mse+fine-tune"))
    let learned = try Learner(tuned, nasty.model, record, threads: 1).learn(nasty.calibration)
    #expect(try Learner(tuned, nasty.model, record, threads: 2).learn(nasty.calibration) == learned)
    record.learned[tuned.description] = learned
    let int8 = try Quantizer(tuned).quantize(nasty.model, record)
    let after = try judge.judge(int8)
    #expect(after.squaredError < before.squaredError / 3)
    #expect(int8.description.card["fine-tuning"] == learned.note)
    let folder = try TemporaryFolder()
    try record.write(to: folder.path("record.json"))
    let kept = try CalibrationRecord.load(folder.path("record.json"), for: nasty.model)
    #expect(try Quantizer(tuned).quantize(nasty.model, kept).writer().bytes() == int8.writer().bytes())
    // Codes that are none are refused.
    var broken = record
    broken.learned[tuned.description]!.nodes["stem"]!.codes![0] = 0x80
    try broken.write(to: folder.path("broken.json"))
    #expect(throws: QuantizationError.self) { try CalibrationRecord.load(folder.path("broken.json"), for: nasty.model) }
  }
}
