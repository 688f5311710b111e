import Datasets
import Evaluation
import FloatRuntime
import Inference
import ModelFiles
import Models
import Numerics
import Quantization
import TestSupport
import Testing

/// Where the difference arises: the steps against the two engines, which know nothing of them.
@Suite struct AttributionTests {
  private static func images(_ graph: Graph, _ count: Int, seed: UInt64) -> [LabelledImage] {
    var random = CounterRandom(seed: seed)
    return (0..<count).map { index in
      let level = random.below(128)
      let pixels = (0..<graph.input.count).map { _ in UInt8(level + random.below(128)) }
      return LabelledImage(name: "\(index)", label: random.below(2), pixels: pixels)
    }
  }

  /// A picture's way to its logits with a branch, a sum and a join, a depthwise layer and a function.
  private static let branching: Graph = {
    func conv(_ channels: Int, groups: Int = 1, relu: Bool = true) -> Operator {
      .conv2D(
        .init(
          outputChannels: channels, window: .init(3, 3, padding: .all(1)), groups: groups,
          activation: relu ? .relu : .none))
    }
    return Graph(
      input: [16, 16, 3],
      nodes: [
        .init("stem", conv(8), inputs: [0]), .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [1]),
        .init("depth", conv(8, groups: 8), inputs: [2]), .init("point", conv(8, relu: false), inputs: [3]),
        .init("sum", .add(.relu), inputs: [2, 4]), .init("swish", .function(.init(.hardSwish)), inputs: [5]),
        .init("join", .concatenate, inputs: [2, 6]), .init("mean", .globalAveragePool, inputs: [7]),
        .init("logits", .dense(.init(outputs: 2)), inputs: [8]),
      ], outputs: [.init(value: 9, function: .softmax)])
  }()

  private struct Pair {
    let float: FloatModel
    let int8: QuantizedModel
    let images: [LabelledImage]
    let comparison: Comparison
    let attribution: Attribution

    init(_ float: FloatModel, _ method: QuantizationMethod, _ images: [LabelledImage]) throws {
      (self.float, self.images) = (float, images)
      int8 = try Quantizer(method).quantize(float, float.record(images.prefix(12).map(\.pixels)))
      comparison = try Comparison(
        .float(float), .int8(int8), images: images, threads: 2, equalized: float.equalizedVersion(of: int8))
      attribution = try #require(comparison.attribution)
    }
  }

  /// The steps' ends meet, and the whole is the difference of what the two engines answer.
  @Test(arguments: ["min-max", "percentile-90", "mse+weights-mse", "min-max+equalize"])
  func stepsAddUpToTheDifferenceOfTheEngines(_ name: String) throws {
    let method = try #require(QuantizationMethod(name: name))
    for graph in [Graph.happySad(input: [32, 32, 3]), Self.branching] {
      let pair = try Pair(.random(graph, seed: 5), method, Self.images(graph, 40, seed: 6))
      let whole = pair.attribution
      #expect(whole.images.count == 40)
      let (one, two) = (
        try ModelRunner(.float(pair.float), threads: 1), try ModelRunner(.int8(pair.int8), threads: 1)
      )
      var (squares, count, loss, right) = (0.0, 0, 0.0, 0)
      for image in pair.images {
        let (float, int8) = (one.logits(image.pixels), two.logits(image.pixels))
        for (a, b) in zip(float, int8) { squares += Double(a - b) * Double(a - b) }
        count += float.count
        let (before, after) = (one.probabilities(logits: float), one.probabilities(logits: int8))
        loss += Elementary.log(Double(before[image.label])) - Elementary.log(Double(after[image.label]))
        right += (before.indexOfLargest == image.label ? 1 : 0) - (after.indexOfLargest == image.label ? 1 : 0)
      }
      let parts = whole.steps.flatMap(\.parts)
      for (part, next) in zip(parts, parts.dropFirst()) { #expect(part.after == next.before) }
      #expect(parts.first?.before == whole.float && whole.float.squaredError == 0)
      let sum = whole.steps.reduce(0) { $0 + $1.squaredError }
      let mean = squares / Double(count)
      #expect(abs(sum - mean) < 1e-4 * mean, "\(name): \(sum), \(mean)")
      let lost = parts.reduce(0) { $0 + ($1.after.loss! - $1.before.loss!) } * Double(pair.images.count)
      #expect(abs(lost - loss) < 1e-3 * (1 + abs(loss)), "\(name): \(lost), \(loss)")
      #expect(parts.reduce(0) { $0 + $1.before.right - $1.after.right } == right)
      // Layers left out are held against the int8 network in float, which has to be the same network.
      for step in whole.steps {
        guard let own = step.without else { continue }
        #expect(abs(own.int8.squaredError - mean) < 0.05 * mean, "\(name), \(step.name)")
      }
    }
  }

  /// A percentile of 60 leaves little of what a layer makes: clipping is nearly all. Weights made coarse are a matter
  /// of weights, in the layer where they are.
  @Test func theSourceIsNamed() throws {
    let graph = Graph.happySad(input: [32, 32, 3])
    let images = Self.images(graph, 30, seed: 9)
    let clipped = try Pair(.random(graph, seed: 5), try #require(QuantizationMethod(name: "percentile-60")), images)
    let most = try #require(clipped.attribution.bySize.first)
    #expect(clipped.attribution.sentence(most).contains("clipping of activations"))
    // Each channel of conv2 gets a weight so large that the others fall between few codes. It reads a channel of conv1
    // that is always 0.
    var wide = try FloatModel.random(graph, seed: 5)
    let source = try #require(graph.nodes.firstIndex { $0.name == "conv1" })
    for tap in 0..<27 { wide.parameters[source]!.weight.elements[tap] = 0 }
    wide.parameters[source]!.bias.elements[0] = 0
    let index = try #require(graph.nodes.firstIndex { $0.name == "conv2" })
    let weight = wide.parameters[index]!.weight
    let taps = weight.shape.count / weight.shape[0]
    var elements = weight.elements
    for channel in 0..<weight.shape[0] { elements[channel * taps] = 12 }
    wide.parameters[index]!.weight = Tensor(weight.shape, elements)
    let coarse = try Pair(wide, QuantizationMethod(range: .minMax), images)
    let first = try #require(coarse.attribution.bySize.first)
    #expect(first.name == "conv2")
    let sentence = coarse.attribution.sentence(first)
    #expect(sentence.contains("rounding of weights") && sentence.contains("the layer in float"), "\(sentence)")
    let own = try #require(first.channels)
    #expect(own.noise[.weightRounding]!.reduce(0, +) > 10 * own.noise[.activationRounding]!.reduce(0, +))
    // In float it is most of what can be won.
    let won = try #require(first.without)
    #expect(won.without.squaredError < 0.3 * won.int8.squaredError)
  }

  /// One result a thousand times as large as the others leaves these few codes: more bits win it back, float weights
  /// no more.
  @Test func resultsThatNeedMoreBitsAreFound() throws {
    let graph = Self.branching
    var model = try FloatModel.random(graph, seed: 11)
    let index = try #require(graph.nodes.firstIndex { $0.name == "point" })
    // Behind the sum's ReLU nothing is left of it.
    model.parameters[index]!.bias.elements[0] = -4000
    let pair = try Pair(model, QuantizationMethod(range: .minMax), Self.images(graph, 30, seed: 12))
    let first = try #require(pair.attribution.bySize.first)
    #expect(first.name == "point")
    let sentence = pair.attribution.sentence(first)
    #expect(
      sentence.contains("rounding of activations") && sentence.contains(": 16 bits here would cost "), "\(sentence)")
    let won = try #require(first.withoutActivations)
    #expect(won.without.squaredError < 0.05 * won.int8.squaredError)
    // So does the engine, of which the price is.
    guard case .measured(let tried, let time) = first.sixteenBits else {
      Issue.record("\(String(describing: first.sixteenBits))")
      return
    }
    #expect(tried.without.squaredError < 0.05 * tried.int8.squaredError)
    #expect(abs(tried.int8.squaredError - pair.attribution.int8.squaredError) < 1e-4 * tried.int8.squaredError)
    #expect(time.first > 0 && time.interval.contains(time.difference))
  }

  /// Each layer left out, against the whole network computed in float with that layer's results as they are.
  @Test func whatIsLeftOutIsThatLayerAlone() throws {
    for graph in [Graph.happySad(input: [32, 32, 3]), Self.branching] {
      let pair = try Pair(.random(graph, seed: 5), QuantizationMethod(range: .minMax), Self.images(graph, 20, seed: 2))
      var coded = pair.float
      for (node, own) in pair.int8.parameters.enumerated() {
        guard let own else { continue }
        let input = pair.int8.quantization[graph.nodes[node].inputs[0]].scale
        let taps = own.weight.shape.count / own.scales.count
        coded.parameters[node] = .init(
          weight: Tensor(own.weight.shape, own.weight.elements.enumerated().map { Float($1) * own.scales[$0 / taps] }),
          bias: Tensor(own.bias.shape, zip(own.bias.elements, own.scales).map { Float($0) * input * $1 }))
      }
      let (float, simulated) = (try FloatInterpreter(pair.float), try FloatInterpreter(coded))
      for step in pair.attribution.steps {
        guard let won = step.withoutActivations else { continue }
        var whole: Set = [step.node + 1]
        for (index, node) in graph.nodes.enumerated()
        where node.operator.keepsQuantization && whole.isSuperset(of: node.inputs) { whole.insert(index + 1) }
        var (squares, count) = (0.0, 0)
        for image in pair.images {
          let logits = simulated.runChanging(pixels: image.pixels) { value, elements in
            guard value > 0, !graph.isOutput(value), !whole.contains(value) else { return }
            let parameters = pair.int8.quantization[value]
            for at in elements.indices { elements[at] = parameters.dequantize(parameters.quantize(elements[at])) }
          }
          for (a, b) in zip(logits, float.run(pixels: image.pixels)) { squares += Double(a - b) * Double(a - b) }
          count += logits.count
        }
        let mean = squares / Double(count)
        #expect(abs(won.without.squaredError - mean) < 0.02 * won.int8.squaredError, "\(step.name)")
      }
    }
  }

  @Test func theNastyNetworkAddsUp() throws {
    let nasty = try NastyNetwork()
    let int8 = try Quantizer(method: .minMax).quantize(nasty.model, nasty.record())
    let images = Array(nasty.test.prefix(40))
    let comparison = try Comparison(.float(nasty.model), .int8(int8), images: images, threads: 2)
    let whole = try #require(comparison.attribution)
    let sum = whole.steps.reduce(0) { $0 + $1.squaredError }
    #expect(abs(sum - whole.int8.squaredError) < 1e-6 * sum)
    #expect(whole.bySize.first?.name.hasPrefix("depth") == true)
  }

}
