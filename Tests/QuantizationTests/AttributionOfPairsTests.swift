import Datasets
import Evaluation
import Inference
import ModelFiles
import Models
import Numerics
import Quantization
import TestSupport
import Testing

/// What is told of pairs that are not float against int8, of single channels, and of 16 bits that cannot be had.
@Suite struct AttributionOfPairsTests {
  private static let graph = Graph.happySad(input: [32, 32, 3])

  private static func images(_ count: Int, seed: UInt64) -> [LabelledImage] {
    var random = CounterRandom(seed: seed)
    return (0..<count).map { index in
      let level = random.below(128)
      return LabelledImage(
        name: "\(index)", label: random.below(2),
        pixels: (0..<graph.input.count).map { _ in UInt8(level + random.below(128)) })
    }
  }

  private func int8(_ float: FloatModel, _ method: String, _ images: [LabelledImage]) throws -> QuantizedModel {
    try Quantizer(#require(QuantizationMethod(name: method)))
      .quantize(float, float.record(images.prefix(12).map(\.pixels)))
  }

  /// Steps lead from the one's weights and codes to the other's, and add up to what lies between the two engines.
  @Test func oneInt8AgainstAnother() throws {
    let float = try FloatModel.random(Self.graph, seed: 5)
    let images = Self.images(30, seed: 6)
    let (one, two) = (try int8(float, "min-max", images), try int8(float, "percentile-90+weights-mse", images))
    let comparison = try Comparison(.int8(one), .int8(two), images: images, threads: 2)
    let whole = try #require(comparison.attribution)
    #expect(!whole.isFromFloat && comparison.attributionObstacle == nil && !comparison.layers.isEmpty)
    let runners = (try ModelRunner(.int8(one), threads: 1), try ModelRunner(.int8(two), threads: 1))
    var (squares, count) = (0.0, 0)
    for image in images {
      for (a, b) in zip(runners.0.logits(image.pixels), runners.1.logits(image.pixels)) {
        squares += Double(a - b) * Double(a - b)
        count += 1
      }
    }
    let mean = squares / Double(count)
    let sum = whole.steps.reduce(0) { $0 + $1.squaredError }
    // The first is computed in float with its codes, of which one near a tie may be the neighbour.
    #expect(mean > 0 && abs(sum - mean) < 0.01 * mean, "\(sum), \(mean)")
    #expect(whole.firstLogitError < 0.01 && whole.steps.allSatisfy { $0.sixteenBits == nil })
    let sources = Set(whole.steps.flatMap(\.parts).map(\.source))
    #expect(sources == [.weightRounding, .activationRounding])
    let words = try whole.sentence(#require(whole.bySize.first)) + whole.summary
    #expect(words.contains("The second model's logits are off from the first's") && !words.contains("rounding of"))
  }

  /// Nothing lies between a model and itself, or between two of float.
  @Test func aModelAgainstItself() throws {
    let float = try FloatModel.random(Self.graph, seed: 5)
    let images = Self.images(8, seed: 1)
    let one = try int8(float, "mse", images)
    let itself = try Comparison(.int8(one), .int8(one), images: images, threads: 1)
    #expect(itself.attribution == nil && itself.attributionObstacle?.contains("to the bit") == true)
    let again = try Comparison(.float(float), .float(float), images: images, threads: 1)
    #expect(again.isIdentical && again.attribution == nil)
    #expect(again.attributionObstacle?.contains("second model is float") == true)
    let none = try Comparison(.float(float), .int8(one), images: [], threads: 1)
    #expect(none.attribution == nil && none.attributionObstacle?.contains("no pictures") == true)
  }

  /// Layers of other weights make nothing of each other's results: that is said instead of steps that mean nothing.
  @Test func strangersAreNotTakenApart() throws {
    let (float, other) = (try FloatModel.random(Self.graph, seed: 5), try FloatModel.random(Self.graph, seed: 6))
    let images = Self.images(8, seed: 1)
    let (one, two) = (try int8(float, "mse", images), try int8(other, "mse", images))
    for first in [LoadedModel.int8(one), .float(float)] {
      let comparison = try Comparison(first, .int8(two), images: images, threads: 1)
      #expect(comparison.attribution == nil)
      #expect(comparison.attributionObstacle?.contains("different float weights") == true)
    }
    var graph = Self.graph
    graph.nodes[0].name = "first"
    let renamed = try int8(.random(graph, seed: 5), "mse", images)
    let comparison = try Comparison(.int8(one), .int8(renamed), images: images, threads: 1)
    #expect(comparison.attribution == nil && comparison.layers.isEmpty)
    #expect(comparison.attributionObstacle?.contains("conv1 in the one, first in the other") == true)
  }

  /// Of the logits' layer, a channel moves what it strays by; in front of it, the one whose weights are coarse leads.
  @Test func channelsAreFound() throws {
    let images = Self.images(20, seed: 9)
    var float = try FloatModel.random(Self.graph, seed: 5)
    let source = try #require(Self.graph.nodes.firstIndex { $0.name == "conv1" })
    for tap in 0..<27 { float.parameters[source]!.weight.elements[tap] = 0 }
    float.parameters[source]!.bias.elements[0] = 0
    // A weight so large that the others of its channel fall between few codes; it reads what is always 0.
    let index = try #require(Self.graph.nodes.firstIndex { $0.name == "conv2" })
    let taps = float.parameters[index]!.weight.shape.count / float.parameters[index]!.weight.shape[0]
    float.parameters[index]!.weight.elements[7 * taps] = 40
    let comparison = try Comparison(
      .float(float), .int8(int8(float, "min-max", images)), images: images, threads: 1)
    let whole = try #require(comparison.attribution)
    let coarse = try #require(whole.steps[whole.steps.firstIndex { $0.node == index }!].channelEffects)
    #expect(coarse.worst == 7 && coarse.share(7) > 0.5 && coarse.squaredError.count == 32)
    let last = try #require(whole.steps.last)
    let (effects, errors) = (try #require(last.channelEffects), try #require(last.channels))
    #expect(effects.images == images.count)
    for (channel, effect) in effects.squaredError.enumerated() {
      let strayed = errors.noise[.weightRounding]![channel] / Double(images.count * errors.signal.count)
      #expect(abs(effect - strayed) < 1e-3 * strayed)
    }
  }

  /// Logits have no codes, and a bias that would not fit 32 bits keeps what it is added to in 8.
  @Test func sixteenBitsThatCannotBeHad() throws {
    let images = Self.images(8, seed: 3)
    var float = try FloatModel.random(Self.graph, seed: 5)
    let last = float.parameters.lastIndex { $0 != nil }!
    float.parameters[last]!.bias.elements[0] = 3000
    let comparison = try Comparison(
      .float(float), .int8(int8(float, "min-max", images)), images: images, threads: 1)
    let whole = try #require(comparison.attribution)
    func reason(_ node: Int) -> String {
      guard case .impossible(let reason) = whole.steps.first(where: { $0.node == node })?.sixteenBits else { return "" }
      return reason
    }
    #expect(reason(last).contains("leave the network"))
    let hidden = Self.graph.nodes[last].inputs[0] - 1
    #expect(reason(hidden).contains("would not fit 32 bits"), "\(whole.steps.map(\.sixteenBits))")
    let tried = whole.steps.compactMap { step -> Double? in
      guard case .measured(let won, _) = step.sixteenBits else { return nil }
      return won.without.squaredError / won.int8.squaredError
    }
    #expect(tried.count == 3 && tried.allSatisfy { $0 > 0 && $0 < 2 })
  }
}
