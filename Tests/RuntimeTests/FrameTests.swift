import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// Values that are written into the frame that the convolution after them reads.
@Suite struct FrameTests {
  private typealias Conv = Operator.Convolution

  private func all(_ pixels: Int) -> Operator.Padding {
    .init(top: pixels, left: pixels, bottom: pixels, right: pixels)
  }

  private func copies(_ graph: Graph, limit: ISA = .scalar) throws -> [String] {
    let interpreter = try Interpreter(
      try .random(graph, seed: 1), kernels: KernelTable(limit: limit), threads: 2)
    return interpreter.layers.map(\.name).filter { $0.hasSuffix("frame") }
  }

  /// A residual block whose values are read by sums and by convolutions with other paddings.
  private func block(channels: Int, size: [Int]) -> Graph {
    let same = all(1)
    return graph(
      [size[0], size[1], 3],
      .init("first", .conv2D(Conv(outputChannels: channels, window: .init(3, 3, padding: same))), inputs: [0]),
      .init(
        "a", .conv2D(Conv(outputChannels: channels, window: .init(3, 3, padding: same), activation: .relu)),
        inputs: [1]),
      .init("b", .conv2D(Conv(outputChannels: channels, window: .init(3, 3, padding: same))), inputs: [2]),
      .init("sum", .add(.relu), inputs: [3, 1]),
      .init("wide", .conv2D(Conv(outputChannels: 5, window: .init(5, 5, padding: all(2)))), inputs: [4]),
      .init("product", .multiply(.none), inputs: [4, 3]),
      .init("last", .conv2D(Conv(outputChannels: 5, window: .init(3, 3, padding: same))), inputs: [6]),
      .init("together", .add(.none), inputs: [5, 7]))
  }

  @Test func whatIsFramedIsNotCopied() throws {
    // Only the picture itself is.
    #expect(try copies(block(channels: 8, size: [12, 10])) == ["first frame"])
  }

  @Test(arguments: [1, 3, 8, 16, 20, 40])
  func residualBlocks(channels: Int) throws {
    try expectReferenceBytes(block(channels: channels, size: [11, 18]), seed: 91, threads: [1, 2, 5])
    try expectReferenceBytes(block(channels: channels, size: [5, 4]), seed: 92, .loud, threads: [2])
  }

  /// The frame is the largest that a reader asks for; each reads its part of it.
  @Test func unevenPadding() throws {
    let wide = Operator.Window(3, 4, stride: 2, padding: .init(top: 0, left: 2, bottom: 3, right: 1))
    let tall = Operator.Window(4, 2, padding: .init(top: 3, left: 0, bottom: 1, right: 0))
    let network = graph(
      [9, 17, 2],
      .init("first", .conv2D(Conv(outputChannels: 12, window: .init(2, 2))), inputs: [0]),
      .init("wide", .conv2D(Conv(outputChannels: 4, window: wide)), inputs: [1]),
      .init("tall", .conv2D(Conv(outputChannels: 4, window: tall, dilation: 2)), inputs: [1]),
      .init("narrow", .conv2D(Conv(outputChannels: 4, window: .init(3, 3))), inputs: [1]),
      .init("again", .conv2D(Conv(outputChannels: 4, window: wide)), inputs: [3]))
    try expectReferenceBytes(network, seed: 93, threads: [1, 3])
  }

  /// MobileNet's pair, of widths at which 1x1 convolutions join rows and at which they do not, and groups.
  @Test(arguments: [7, 16, 33])
  func depthwiseAndPointwise(width: Int) throws {
    let same = all(1)
    let network = graph(
      [8, width, 3],
      .init("first", .conv2D(Conv(outputChannels: 12, window: .init(3, 3, padding: same))), inputs: [0]),
      .init("deep", .conv2D(Conv(outputChannels: 12, window: .init(3, 3, padding: same), groups: 12)), inputs: [1]),
      .init("point", .conv2D(Conv(outputChannels: 16, window: .init(1, 1), activation: .relu6)), inputs: [2]),
      .init(
        "down", .conv2D(Conv(outputChannels: 16, window: .init(3, 3, stride: 2, padding: same), groups: 16)),
        inputs: [3]),
      .init("groups", .conv2D(Conv(outputChannels: 8, window: .init(3, 3, padding: same), groups: 4)), inputs: [4]),
      .init("after", .conv2D(Conv(outputChannels: 4, window: .init(3, 3, padding: same))), inputs: [5]))
    try expectReferenceBytes(network, seed: 94, threads: [1, 2, 4])
  }

  /// Pooling writes into the frame, in the convolution before it and by itself.
  @Test func pooled() throws {
    let same = all(1)
    let network = graph(
      [20, 22, 3],
      .init("first", .conv2D(Conv(outputChannels: 16, window: .init(3, 3, padding: same))), inputs: [0]),
      .init("half", .maxPool2D(.init(2, 2, stride: 2)), inputs: [1]),
      .init("second", .conv2D(Conv(outputChannels: 24, window: .init(3, 3, padding: same))), inputs: [2]),
      .init("quarter", .maxPool2D(.init(3, 3, stride: 2)), inputs: [3]),
      .init("third", .conv2D(Conv(outputChannels: 8, window: .init(3, 3, padding: same))), inputs: [4]))
    #expect(try copies(network) == ["first frame"])
    try expectReferenceBytes(network, seed: 95, threads: [1, 2, 3])
  }

  /// Pools, functions and values side by side read frames and write into them.
  @Test(arguments: [3, 16, 40])
  func pooledMappedAndSideBySide(channels: Int) throws {
    let same = Conv(outputChannels: channels, window: .init(3, 3, padding: all(1)))
    let network = graph(
      [14, 12, 3],
      .init("first", .conv2D(same), inputs: [0]), .init("swish", .function(.init(.hardSwish)), inputs: [1]),
      .init("a", .conv2D(same), inputs: [2]), .init("both", .concatenate, inputs: [1, 2, 3]),
      .init("b", .conv2D(same), inputs: [4]), .init("mean", .averagePool2D(.init(2, 2, stride: 2)), inputs: [2]),
      .init("c", .conv2D(same), inputs: [6]),
      .init("largest", .maxPool2D(.init(3, 3, stride: 2, padding: all(1))), inputs: [1]),
      .init("d", .conv2D(same), inputs: [8]), .init("sum", .add(.relu), inputs: [7, 9]),
      .init("last", .conv2D(same), inputs: [10]), .init("all", .globalAveragePool, inputs: [10]),
      .init("scaled", .multiply(.none), inputs: [11, 12]),
      .init("end", .conv2D(same), inputs: [5]))
    #expect(try copies(network) == ["first frame"])
    try expectReferenceBytes(network, seed: UInt64(channels), threads: [1, 2, 3])
  }
}
