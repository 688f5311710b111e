import Datasets
import Evaluation
import FloatRuntime
import ModelFiles
import Models
import Numerics
import Quantization
import TestSupport
import Training

/// A network that plain per-tensor ranges ruin: two depthwise layers whose batch normalization, folded into weights and
/// bias, makes one channel of eight a thousand times as wide as its neighbours, and layers behind them that listen to
/// it little: the step that the wide channel needs swallows what the others say.
struct NastyNetwork {
  let model: FloatModel
  /// Labelled by the float model itself, but for pictures it is unsure of: 256 to calibrate, then 300, then 400.
  let calibration: [[UInt8]]
  let validation: [LabelledImage]
  let test: [LabelledImage]

  /// Every seed makes other weights and other pictures.
  init(seed: UInt64 = 2_019) throws {
    func convolution(_ channels: Int, _ size: Int, groups: Int = 1) -> Operator {
      .conv2D(
        .init(
          outputChannels: channels, window: .init(size, size, padding: .all(size / 2)), groups: groups,
          activation: .relu))
    }
    let graph = Graph(
      input: [12, 12, 3],
      nodes: [
        .init("stem", convolution(8, 3), inputs: [0]), .init("depth1", convolution(8, 3, groups: 8), inputs: [1]),
        .init("point1", convolution(16, 1), inputs: [2]), .init("depth2", convolution(16, 3, groups: 16), inputs: [3]),
        .init("point2", convolution(16, 1), inputs: [4]), .init("mean", .globalAveragePool, inputs: [5]),
        .init("logits", .dense(.init(outputs: 1)), inputs: [6]),
      ], outputs: [.init(value: 7, function: .sigmoid)])
    var model = try FloatModel.random(graph, seed: seed)
    for (depth, point, channels) in [(1, 2, 8), (3, 4, 16)] {
      for channel in stride(from: 0, to: channels, by: 8) {
        // Positive, so that ReLU leaves it alive.
        for tap in channel * 9..<channel * 9 + 9 {
          model.parameters[depth]!.weight.elements[tap] = 1_000 * abs(model.parameters[depth]!.weight.elements[tap])
        }
        model.parameters[depth]!.bias.elements[channel] = 1_000 * abs(model.parameters[depth]!.bias.elements[channel])
        for row in 0..<16 { model.parameters[point]!.weight.elements[row * channels + channel] /= 50_000 }
      }
    }
    try self.init(model, seed: seed)
  }

  /// A network whose layer `wide` has one channel that is 1,000 times as loud as most and 10,000 times as loud as the
  /// last: one layer reads the loud channel alone, another one the quiet ones. No scale of 8 bits serves both, and
  /// nothing can be equalized, since ReLU6 lets no factor of a channel pass.
  static func ofWideRange(seed: UInt64) throws -> NastyNetwork {
    func convolution(_ channels: Int, _ size: Int, _ activation: Operator.Activation) -> Operator {
      .conv2D(
        .init(
          outputChannels: channels, window: .init(size, size, padding: .all(size / 2)), activation: activation))
    }
    let graph = Graph(
      input: [12, 12, 3],
      nodes: [
        .init("stem", convolution(8, 3, .relu), inputs: [0]), .init("wide", convolution(8, 1, .relu6), inputs: [1]),
        .init("loud", convolution(4, 1, .relu), inputs: [2]), .init("quiet", convolution(8, 1, .relu), inputs: [2]),
        .init("join", .concatenate, inputs: [3, 4]), .init("mean", .globalAveragePool, inputs: [5]),
        .init("logits", .dense(.init(outputs: 1)), inputs: [6]),
      ], outputs: [.init(value: 7, function: .sigmoid)])
    var model = try FloatModel.random(graph, seed: seed)
    // Positive, so that ReLU leaves it alive.
    for tap in 0..<8 { model.parameters[1]!.weight.elements[tap] = abs(model.parameters[1]!.weight.elements[tap]) }
    for channel in 1..<8 {
      let factor: Float = channel < 7 ? 1_000 : 10_000
      for tap in 0..<8 { model.parameters[1]!.weight.elements[channel * 8 + tap] /= factor }
      model.parameters[1]!.bias.elements[channel] /= factor
    }
    for channel in 0..<8 {
      for output in 0..<4 where channel > 0 { model.parameters[2]!.weight.elements[output * 8 + channel] = 0 }
      for output in 0..<8 { model.parameters[3]!.weight.elements[output * 8 + channel] *= channel > 0 ? 1_000 : 0 }
    }
    // The quiet ones say more.
    for input in 0..<4 { model.parameters[6]!.weight.elements[input] *= 0.2 }
    return try NastyNetwork(model, seed: seed)
  }

  /// Pictures for a network of one logit, which moves to where half of the pictures are on either side of 0.
  private init(_ network: FloatModel, seed: UInt64) throws {
    var model = network
    let graph = model.description.graph
    let pictures = (0..<2_000).map { Self.picture($0, graph.input, seed) }
    func logits(_ model: FloatModel) throws -> [Float] {
      let interpreter = try FloatInterpreter(model)
      return pictures.map { interpreter.run(pixels: $0)[0] }
    }
    let first = try logits(model).sorted()
    model.parameters[6]!.bias.elements[0] -= first[1_000]
    self.model = model
    let margin = (first[1_500] - first[500]) / 4
    let sure = zip(pictures, try logits(model)).filter { abs($0.1) > margin }.enumerated().map { index, pair in
      LabelledImage(name: "\(index)", label: pair.1 > 0 ? 1 : 0, pixels: pair.0)
    }
    calibration = sure[..<256].map(\.pixels)
    validation = Array(sure[256..<556])
    test = Array(sure[556..<956])
  }

  /// Stripes of some slope, width and colours, and a little noise.
  private static func picture(_ index: Int, _ shape: Shape, _ seed: UInt64) -> [UInt8] {
    var random = CounterRandom(seed: seed, stream: UInt64(index))
    let (across, down) = (random.uniform(-1, 1), random.uniform(-1, 1))
    let colours = (0..<6).map { _ in random.uniform(0, 235) }
    var pixels: [UInt8] = []
    for y in 0..<shape[0] {
      for x in 0..<shape[1] {
        let phase = across * Float(x) + down * Float(y)
        let share = abs((phase / 4).truncatingRemainder(dividingBy: 1))
        for channel in 0..<3 {
          let value = colours[channel] * share + colours[channel + 3] * (1 - share) + random.uniform(0, 20)
          pixels.append(UInt8(value))
        }
      }
    }
    return pixels
  }

  func record(threads: Int = 2) throws -> CalibrationRecord { try model.record(calibration, threads: threads) }
}
