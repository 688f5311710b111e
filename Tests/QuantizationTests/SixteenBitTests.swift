import Datasets
import Evaluation
import FoundationEssentials
import ModelFiles
import Models
import Numerics
import Quantization
import Runtime
import TestSupport
import Testing

@Suite struct SixteenBitTests {
  private func evaluator(_ nasty: NastyNetwork, _ images: [LabelledImage]) throws -> MethodEvaluator {
    try MethodEvaluator(nasty.model, images: images, isLabelled: true, threads: 2)
  }

  /// One layer needs more than 8 bits: no method of 8 bits keeps the accuracy, the search finds the layer, puts it into
  /// 16 bits and no other, and nothing is lost any more.
  @Test func theLayerThatNeedsThemIsFound() throws {
    let nasty = try NastyNetwork.ofWideRange(seed: 4)
    let record = try nasty.record()
    let outside = try evaluator(nasty, nasty.test)
    let plain = try outside.evaluate(Quantizer(method: .minMax).quantize(nasty.model, record))
    #expect(plain.loss.points > 20, "8 bits lose \(plain.loss.points)")
    var search = MethodSearch(
      nasty.model, record, calibration: nasty.calibration, evaluator: try evaluator(nasty, nasty.validation),
      budget: 2, addsSixteenBits: true, threads: 2)
    let result = try search.run(learning: false)
    let method = result.trials[result.winner].method
    #expect(method.sixteenBits == .named(["wide"]), "\(method)")
    #expect(result.sixteenBitTrials.map(\.name) == ["stem", "wide", "loud", "quiet", "join", "mean"])
    #expect(result.sixteenBitTrials.max { $0.gain < $1.gain }?.name == "wide")
    #expect(result.model.sixteenBitValues == [2])
    let chosen = try outside.evaluate(result.model)
    #expect(chosen.loss.points <= 0.3, "\(method) loses \(chosen.loss.points)")
    // The record alone makes the same model.
    let folder = try TemporaryFolder()
    let path = folder.path("record.json")
    try result.record.write(to: path)
    let again = try Quantizer(method).quantize(nasty.model, try CalibrationRecord.load(path, for: nasty.model))
    #expect(again.writer().bytes() == result.model.writer().bytes())
  }

  /// Where 8 bits keep the budget, no layer is put into 16.
  @Test func nothingIsAddedWhereNothingIsLost() throws {
    let nasty = try NastyNetwork(seed: 2)
    var search = MethodSearch(
      nasty.model, try nasty.record(), calibration: nasty.calibration,
      evaluator: try evaluator(nasty, nasty.validation), budget: 5, addsSixteenBits: true, threads: 2)
    let result = try search.run(learning: false)
    #expect(result.sixteenBitTrials.isEmpty)
    #expect(!result.model.hasSixteenBits)
  }

  /// Logits of a network with all layers in 16 bits are nearer to float than in 8 by far, and what only moves codes
  /// keeps theirs.
  @Test func allLayers() throws {
    let graph = Graph.happySad(input: [40, 40, 3])
    let model = try FloatModel.random(graph, seed: 3)
    var random = CounterRandom(seed: 6)
    let images = (0..<8).map { _ in (0..<graph.input.count).map { _ in UInt8(random.below(256)) } }
    let record = try model.record(images)
    let evaluator = try MethodEvaluator(
      model, images: images.map { LabelledImage(name: "", label: 0, pixels: $0) }, isLabelled: false, threads: 1)
    let eight = try Quantizer(.init(range: .minMax)).quantize(model, record)
    let sixteen = try Quantizer(.init(range: .minMax, sixteenBits: .all)).quantize(model, record)
    #expect(sixteen.sixteenBitValues == Array(1...8))
    #expect(sixteen.quantization[1] == sixteen.quantization[2])
    let layers = try Interpreter(sixteen).layers
    #expect(layers.contains { $0.name == "conv2+pool2" }, "\(layers.map(\.name))")
    let (one, two) = (try evaluator.evaluate(eight).squaredError, try evaluator.evaluate(sixteen).squaredError)
    #expect(two < one / 2, "\(one) and \(two)")
  }

  /// Sums of a layer with so many weights that 32 bits would not hold them get smaller codes to read.
  @Test func codesReachAsFarAsSumsAllow() throws {
    let graph = Graph(
      input: [40, 40, 3],
      nodes: [
        .init("flat", .flatten, inputs: [0]),
        .init("first", .dense(.init(outputs: 8_000, activation: .relu)), inputs: [1]),
        .init("logits", .dense(.init(outputs: 2)), inputs: [2]),
      ], outputs: [.init(value: 3, function: .softmax)])
    var model = try FloatModel.random(graph, seed: 3)
    // All as loud as the loudest: their codes are all 127.
    model.parameters[2]!.weight.elements = [Float](repeating: 0.01, count: 16_000)
    model.parameters[2]!.bias.elements = [0, 0]
    let record = try model.record([[UInt8](repeating: 9, count: graph.input.count)])
    let int8 = try Quantizer(.init(range: .minMax, sixteenBits: .named(["first"]))).quantize(model, record)
    // 8,000 weights of 127.
    let largest = Int(int8.quantization[2].largest)
    #expect(largest < 2114 && largest > 1900, "\(largest)")
    #expect(int8.quantization[2].largest <= int8.largestCodes()[2])
    _ = try Interpreter(int8)
  }

  @Test func wrongNamesAreExplained() throws {
    let graph = Graph.happySad(input: [40, 40, 3])
    let model = try FloatModel.random(graph, seed: 3)
    let record = try model.record([[UInt8](repeating: 9, count: graph.input.count)])
    func reason(_ name: String) -> String {
      do {
        _ = try Quantizer(.init(sixteenBits: .named([name]))).quantize(model, record)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(reason("conv9").contains("no layer 'conv9'") && reason("conv9").contains("conv1, conv2, conv3, dense1"))
    #expect(reason("pool2").contains("name the layer that it reads, 'conv2'"))
    #expect(reason("dense2").contains("sums of 32 bits"))
  }

  @Test(arguments: ["min-max+sixteen-bits=all", "mse+equalize+sixteen-bits=a,b.c", "mse+sixteen-bits=a%2Bb%2C%25"])
  func methodsHaveNames(_ name: String) throws {
    let method = try #require(QuantizationMethod(name: name))
    #expect(method.description == name)
    #expect(QuantizationMethod(name: method.description) == method)
    if name.hasSuffix("%25") { #expect(method.sixteenBits == .named(["a+b,%"])) }
  }

  @Test func namesThatAreNone() {
    for name in ["sixteen-bits", "sixteen-bits=", "sixteen-bits=a,,b", "sixteen-bits=a+sixteen-bits=b"] {
      #expect(QuantizationMethod(name: name) == nil, "\(name)")
    }
  }
}
