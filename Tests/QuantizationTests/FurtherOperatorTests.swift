import FloatRuntime
import ModelFiles
import Models
import Numerics
import Quantization
import Reference
import Runtime
import TestSupport
import Testing

/// Networks of the operators that importing brings are quantized like others.
@Suite struct FurtherOperatorTests {
  /// Squeeze-and-excitation, resizing, slices and functions.
  private static let graph: Graph = {
    func conv(_ channels: Int) -> Operator { .conv2D(.init(outputChannels: channels, window: .init(1, 1))) }
    let pixel = Operator.Sampling.pixel
    let places = Operator.Sampling(count: 16, start: -pixel / 4, step: pixel / 2)
    let nodes: [Graph.Node] = [
      .init("stem", conv(12), inputs: [0]), .init("silu", .function(.init(.silu, 1)), inputs: [1]),
      .init("mean", .globalAveragePool, inputs: [2]), .init("squeeze", .reshape([1, 1, 12]), inputs: [3]),
      .init("excite", conv(12), inputs: [4]), .init("gate", .function(.init(.sigmoid)), inputs: [5]),
      .init("gated", .multiply(.none), inputs: [2, 6]),
      .init("large", .resize(.init(isLinear: true, rows: places, columns: places)), inputs: [7]),
      .init(
        "half",
        .rearrange(
          .init(
            shape: [16, 16, 6], axes: [.init(size: 256, stride: 12), .init(size: 6, stride: 2)], offset: 1)),
        inputs: [8]),
      .init("leaky", .function(.init(.leakyReLU, 0.1)), inputs: [9]), .init("mix", conv(6), inputs: [10]),
      .init("sum", .add(.none), inputs: [11, 10]), .init("all", .globalAveragePool, inputs: [12]),
      .init("logits", .dense(.init(outputs: 3)), inputs: [13]),
    ]
    return Graph(input: [8, 8, 3], nodes: nodes, outputs: [.init(value: 14, function: .softmax)])
  }()

  private func images(_ count: Int) -> [[UInt8]] {
    var random = CounterRandom(seed: 7)
    return (0..<count).map { _ in
      let colours = (0..<3).map { _ in random.below(200) }
      return (0..<Self.graph.input.count).map { UInt8(colours[$0 % 3] + random.below(56)) }
    }
  }

  @Test(arguments: ["min-max", "mse+weights-mse", "min-max+equalize", "min-max+bias", "min-max+round"])
  func int8StaysNearFloat(_ name: String) throws {
    let model = try FloatModel.random(Self.graph, seed: 5, labels: ["a", "b", "c"])
    let images = images(24)
    let method = try #require(QuantizationMethod(name: name))
    let learned = method.needsImages ? try model.learned(images, by: name) : nil
    let int8 = try Quantizer(method).quantize(model, try model.record(images), learned: learned)
    let float = try FloatInterpreter(model)
    let (interpreter, reference) = (try Interpreter(int8), ReferenceInterpreter(int8))
    var (error, spread) = (0.0, 0.0)
    let reals = images.map { float.run(pixels: $0) }
    for index in 0..<3 {
      let mean = reals.reduce(0.0) { $0 + Double($1[index]) } / Double(reals.count)
      for (pixels, real) in zip(images, reals) {
        let logits = interpreter.invoke(pixels)
        #expect(logits == reference.run(pixels).logits)
        error += (Double(logits[index]) - Double(real[index])) * (Double(logits[index]) - Double(real[index]))
        spread += (Double(real[index]) - mean) * (Double(real[index]) - mean)
      }
    }
    // A wrong zero point, scale or place anywhere is off by the whole spread.
    #expect(error.squareRoot() < 0.05 * spread.squareRoot(), "off by \((error / spread).squareRoot()) of the spread")
  }

  /// What only moves keeps the codes of what it reads.
  @Test func movesKeepTheirScale() throws {
    let model = try FloatModel.random(Self.graph, seed: 5, labels: ["a", "b", "c"])
    let codes = try Quantizer().quantize(model, try model.record(images(4))).quantization
    #expect(codes[8] == codes[7] && codes[9] == codes[7] && codes[10] != codes[9])
  }

  @Test func fineTuningRefuses() throws {
    let model = try FloatModel.random(Self.graph, seed: 5, labels: ["a", "b", "c"])
    #expect(throws: QuantizationError.self) { try model.learned(images(4), by: "min-max+fine-tune") }
  }
}
