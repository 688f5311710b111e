import Datasets
import Evaluation
import FloatRuntime
import Inference
import ModelFiles
import Models
import Numerics
import Quantization
import Reference
import Runtime
import TestSupport
import Testing
import Training

@Suite struct WeightQuantizerTests {
  @Test func everyChannelUsesItsWholeRange() {
    let weight = Tensor<Float>([2, 3], [0.5, -1, 0.25, 100, 50, -25])
    let result = WeightQuantizer.quantize(.init(weight: weight, bias: Tensor([2], [0.1, -3])), inputScale: 0.5)
    #expect(result.weight.elements == [64, -127, 32, 127, 64, -32])
    let scales: [Float] = [1 / 127, 100 / 127]
    #expect(result.scales == scales)
    let bias: Float = 0.1 / (0.5 / 127)
    #expect(result.bias.elements[0] == Int32(bias.rounded()))
  }

  @Test func deadChannelsKeepTheirBias() {
    let weight = Tensor<Float>([3, 2], [0, 0, 0, 0, 1e-38, -1e-38])
    let result = WeightQuantizer.quantize(.init(weight: weight, bias: Tensor([3], [0, 2.5, -7])), inputScale: 0.01)
    #expect(result.weight.elements.allSatisfy { $0 == 0 })
    #expect(result.scales.allSatisfy { $0.isNormal && $0 > 0 })
    for (channel, bias) in [Float(0), 2.5, -7].enumerated() {
      let real = Float(result.bias.elements[channel]) * 0.01 * result.scales[channel]
      #expect(abs(real - bias) < 1e-4)
    }
  }

  /// A bias that dwarfs its weights must leave room in the accumulator.
  @Test func hugeBiasRaisesTheScale() {
    let weight = Tensor<Float>([1, 1], [1e-9])
    let result = WeightQuantizer.quantize(.init(weight: weight, bias: Tensor([1], [1_000])), inputScale: 1)
    #expect(abs(result.bias.elements[0]) <= 1 << 29)
    #expect(abs(Float(result.bias.elements[0]) * result.scales[0] - 1_000) < 1)
  }
}

@Suite struct QuantizerTests {
  private static let graph = Graph.happySad(input: [32, 32, 3])

  private func images(_ count: Int, _ graph: Graph) -> [[UInt8]] {
    var random = CounterRandom(seed: 42)
    return (0..<count).map { _ in
      let (level, grain) = (random.below(128), 1 + random.below(128))
      return (0..<graph.input.count).map { _ in UInt8(level + random.below(grain)) }
    }
  }

  @Test func figuresOfTheFloatModelAreCalledSo() throws {
    var model = try FloatModel.random(Self.graph, seed: 8)
    model.description.card["test pictures"] = "8 happy, 9 sad"
    model.description.card["test accuracy"] = "90 %"
    model.description.card["validation decisions on a"] = "all"
    let card = try Quantizer(method: .minMax).quantize(model, try model.record(images(4, Self.graph))).description.card
    #expect(card["test pictures"] == "8 happy, 9 sad")
    #expect(card["test accuracy"] == nil && card["float, test accuracy"] == "90 %")
    #expect(card["validation decisions on a"] == nil && card["float, validation decisions on a"] == "all")
  }

  /// A picture twice over: scales of 1 and 1 to 2 put every other sum between two codes, where no integers will do.
  @Test func scalesOfSumsLetIntegersComputeThem() throws {
    let graph = Graph(
      input: [4, 4, 3],
      nodes: [
        .init("sum", .add(.none), inputs: [0, 0]), .init("flat", .flatten, inputs: [1]),
        .init("logit", .dense(.init(outputs: 1)), inputs: [2]),
      ], outputs: [.init(value: 3, function: .sigmoid)])
    let model = try FloatModel.random(graph, seed: 1)
    let pictures = [[UInt8](repeating: 0, count: 48), [UInt8](repeating: 255, count: 48)]
    let quantized = try Quantizer(method: .minMax).quantize(model, try model.record(pictures))
    let (pixel, sum) = (quantized.quantization[0], quantized.quantization[1])
    let covering = QuantizationParameters(covering: 0, 2)
    #expect(SumsInIntegers.bits((pixel, pixel), output: covering, .none) == nil)
    #expect(SumsInIntegers.bits((pixel, pixel), output: sum, .none) != nil)
    #expect(sum.scale > covering.scale && sum.scale < 1.001 * covering.scale && sum.zeroPoint == covering.zeroPoint)
  }

  /// A block's result is read by its sum alone: its scale and the sum's grow a little, so that words will do.
  @Test(arguments: [[3, 1], [1, 3]]) func scalesOfBlocksLetWordsComputeTheirSums(order: [Int]) throws {
    let graph = Graph(
      input: [6, 6, 3],
      nodes: [
        .init("first", .conv2D(.init(outputChannels: 8, window: .init(3, 3, padding: .all(1)))), inputs: [0]),
        .init(
          "middle", .conv2D(.init(outputChannels: 8, window: .init(3, 3, padding: .all(1)), activation: .relu)),
          inputs: [1]),
        .init("last", .conv2D(.init(outputChannels: 8, window: .init(3, 3, padding: .all(1)))), inputs: [2]),
        .init("sum", .add(.relu), inputs: order), .init("flat", .flatten, inputs: [4]),
        .init("logit", .dense(.init(outputs: 1)), inputs: [5]),
      ], outputs: [.init(value: 6, function: .sigmoid)])
    for seed in 1...5 {
      let model = try FloatModel.random(graph, seed: UInt64(seed))
      let record = try model.record(images(5, graph))
      let codes = try Quantizer(method: .minMax).quantize(model, record).quantization
      let inputs = (codes[order[0]], codes[order[1]])
      #expect(SumsInIntegers.bits(inputs, output: codes[4], .relu) == 16)
      // The first value has another reader: its scale is as its range wants.
      for (value, most) in [(1, 1.0), (3, 1.0011), (4, 1.0011)] {
        let seen = record.values[value].histogram
        let wanted = QuantizationParameters(covering: seen.smallest, seen.largest).scale
        #expect(codes[value].scale >= wanted * 0.999999 && codes[value].scale <= wanted * Float(most) * 1.000001)
      }
    }
  }

  @Test func logitsStayNearFloat() throws {
    let model = try FloatModel.random(Self.graph, seed: 8)
    let images = images(12, Self.graph)
    let record = try model.record(images)
    let float = try FloatInterpreter(model)
    let int8 = ReferenceInterpreter(try Quantizer(method: .minMax).quantize(model, record))
    let reals = images.map { float.run(pixels: $0)[0] }
    let spread = reals.max()! - reals.min()!
    let squares = zip(images, reals).map { pixels, real in
      let error = int8.run(pixels).logits[0] - real
      return error * error
    }
    // A wrong zero point or scale anywhere is off by the whole spread.
    #expect((squares.reduce(0, +) / Float(squares.count)).squareRoot() < 0.1 * spread)
  }

  @Test func theSameInputsGiveTheSameFile() throws {
    let model = try FloatModel.random(Self.graph, seed: 9)
    let images = images(6, Self.graph)
    let record = try model.record(images)
    let again = try model.record(images.reversed())
    #expect(record == again)
    let method = RangeMethod.percentile(tail: 0.001)
    let first = try Quantizer(method: method).quantize(model, record).writer().bytes()
    #expect(try Quantizer(method: method).quantize(model, record).writer().bytes() == first)
    let folder = try TemporaryFolder()
    try record.write(to: folder.path("record.json"))
    let kept = try CalibrationRecord.load(folder.path("record.json"), for: model)
    #expect(try Quantizer(method: method).quantize(model, kept).writer().bytes() == first)
    let other = try FloatModel.random(Self.graph, seed: 10)
    #expect(throws: QuantizationError.self) { try CalibrationRecord.load(folder.path("record.json"), for: other) }
  }

  @Test func bytesThatOnlyMoveKeepTheirScale() throws {
    let model = try FloatModel.random(Self.graph, seed: 3)
    let result = try Quantizer().quantize(model, try model.record(images(3, Self.graph)))
    let codes = result.quantization
    #expect(codes[0] == .pixel)
    for pool in [2, 4, 6, 7] { #expect(codes[pool] == codes[pool - 1]) }
    for relu in [1, 3, 5, 8] { #expect(codes[relu].zeroPoint == -128) }
  }

  @Test func theGoldenSampleHoldsWhatTheEngineGives() throws {
    let model = try FloatModel.random(Self.graph, seed: 4)
    let result = try Quantizer().quantize(model, try model.record(images(3, Self.graph)))
    _ = try ModelRunner(.int8(result), threads: 1)
    var changed = result
    changed.golden[0].logits[0] += 0.001
    #expect(throws: SelfTestError.self) { try ModelRunner(.int8(changed), threads: 1) }
  }

  @Test func strangeInputsGiveASoundResult() throws {
    var model = try FloatModel.random(Self.graph, seed: 5)
    model.parameters[0]!.weight.elements = [Float](repeating: 0, count: model.parameters[0]!.weight.shape.count)
    model.parameters[0]!.bias.elements = [Float](repeating: 0, count: 16)
    let black = [[UInt8](repeating: 0, count: Self.graph.input.count)]
    for method in [RangeMethod.minMax, .percentile(tail: 0.001)] {
      let result = try Quantizer(method: method).quantize(model, try model.record(black))
      #expect(ReferenceInterpreter(result).run(black[0]).logits[0].isFinite)
    }
    model.parameters[2]!.weight.elements[0] = .nan
    model.parameters[2]!.bias.elements[0] = .infinity
    #expect(throws: QuantizationError.self) { try model.record(black) }
  }
}

@Suite struct ComparisonTests {
  private let graph = Graph.happySad(input: [24, 24, 3])

  private func images() -> [LabelledImage] {
    var random = CounterRandom(seed: 77)
    return (0..<20).map { index in
      let level = random.below(200)
      let pixels = (0..<graph.input.count).map { _ in UInt8(level + random.below(56)) }
      return .init(name: "\(index)", label: index % 2, pixels: pixels)
    }
  }

  @Test func aModelAgainstItselfShowsNoDifference() throws {
    let float = try FloatModel.random(graph, seed: 1)
    let int8 = try QuantizedModel.random(graph, seed: 1)
    for model in [LoadedModel.float(float), .int8(int8)] {
      let comparison = try Comparison(model, model, images: images(), threads: 1)
      #expect(comparison.agreement == 1)
      #expect(comparison.flipped.isEmpty)
      #expect(comparison.first.probabilities == comparison.second.probabilities)
      #expect(comparison.mcNemarP == 1)
      #expect(comparison.layers.allSatisfy { $0.statistics.sqnr == .infinity && $0.statistics.cosine == 1 })
    }
  }

  @Test func wrongPairsAreRefused() throws {
    let float = LoadedModel.float(try FloatModel.random(graph, seed: 1))
    let labels = LoadedModel.float(try FloatModel.random(graph, seed: 1, labels: ["sad", "happy"]))
    let shape = LoadedModel.float(try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 1))
    #expect(throws: ComparisonError.self) { try Comparison(float, labels, images: images(), threads: 1) }
    #expect(throws: ComparisonError.self) { try Comparison(float, shape, images: images(), threads: 1) }
  }

  @Test func layersAreHeldAgainstFloat() throws {
    let float = try FloatModel.random(graph, seed: 6)
    let int8 = try Quantizer().quantize(float, try float.record(images().map(\.pixels)))
    let comparison = try Comparison(.float(float), .int8(int8), images: images(), threads: 2)
    #expect(comparison.layers.map(\.name) == graph.nodes.map(\.name))
    for layer in comparison.layers.dropLast().map(\.statistics) {
      #expect(layer.sqnr > 20, "\(layer.name)")
      #expect(layer.cosine > 0.99, "\(layer.name)")
      #expect(layer.clipped == 0, "\(layer.name)")
    }
  }

  /// Scores with ties, of two classes and of three: the area under the curve, strip by strip, is the area by ranks.
  @Test(arguments: [2, 3])
  func theCurveHasTheAreaOfTheRanks(classes: Int) throws {
    var random = CounterRandom(seed: 19)
    let truth = (0..<200).map { _ in random.below(classes) }
    var evaluation = ModelEvaluation(labels: (0..<classes).map { "\($0)" }, truth: truth)
    for label in truth {
      var row = (0..<classes).map { Float(1 + random.below(8) + ($0 == label ? 3 : 0)) }
      let sum = row.reduce(0, +)
      for at in row.indices { row[at] /= sum }
      evaluation.add(row)
    }
    let curve = try #require(evaluation.roc)
    #expect(curve.first?.falsePositives == 0 && curve.first?.truePositives == 0)
    #expect(curve.last?.falsePositives == 1 && curve.last?.truePositives == 1)
    var area = 0.0
    for (a, b) in zip(curve, curve.dropFirst()) {
      #expect(b.falsePositives >= a.falsePositives && b.truePositives >= a.truePositives - 1e-12)
      area += (b.falsePositives - a.falsePositives) * (a.truePositives + b.truePositives) / 2
    }
    let found = try #require(evaluation.metrics.auc)
    #expect(abs(area - found) < 1e-9)
    #expect(ModelEvaluation(labels: ["a", "b"], truth: [0, 0]).roc == nil)
  }

  /// Of pictures that lie class by class, some of each; no more than there are.
  @Test func spreadTakesSomeOfEach() {
    #expect([0, 0, 0, 1, 1, 1, 2, 2, 2].spread(3) == [0, 1, 2])
    #expect([5, 6].spread(9) == [5, 6] && [5, 6].spread(0) == [] && [Int]().spread(4) == [])
  }

  @Test func evaluationCounts() {
    var evaluation = ModelEvaluation(labels: ["a", "b"], truth: [0, 0, 1, 1])
    for row in [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.5, 0.5]] as [[Float]] { evaluation.add(row) }
    #expect(evaluation.predictions == [0, 1, 1, 0])
    #expect(evaluation.metrics.confusion == [[1, 1], [1, 1]])
    #expect(evaluation.metrics.accuracy == 0.5)
  }
}
