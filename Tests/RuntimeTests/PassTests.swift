import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// Layers of which each row needs the same row of the one before, which several threads take their rows through.
@Suite struct PassTests {
  private typealias Conv = Operator.Convolution

  private let one = Operator.Padding(top: 1, left: 1, bottom: 1, right: 1)

  /// Whether each layer is in one pass with the layer before it, by name.
  private func joined(_ graph: Graph, threads: Int) throws -> [String] {
    let interpreter = try Interpreter(
      try .random(graph, seed: 1), kernels: KernelTable(limit: .scalar), threads: threads)
    return interpreter.layers.filter { $0.reason.contains("in one pass") }.map(\.name)
  }

  /// A depthwise convolution, the sum behind it, and a 1x1 convolution behind that, twice, then two sums and a product.
  private func blocks(_ input: Shape, channels: Int) -> Graph {
    let each = Conv(outputChannels: channels, window: .init(3, 3, padding: one), groups: channels)
    let point = Conv(outputChannels: channels, window: .init(1, 1), activation: .relu)
    return graph(
      input, .init("first", .conv2D(point), inputs: [0]), .init("each", .conv2D(each), inputs: [1]),
      .init("sum", .add(.relu), inputs: [2, 1]), .init("point", .conv2D(point), inputs: [3]),
      .init("each2", .conv2D(each), inputs: [4]), .init("point2", .conv2D(point), inputs: [5]),
      .init("sum2", .add(.none), inputs: [6, 4]), .init("product", .multiply(.none), inputs: [7, 3]),
      .init("swish", .function(.init(.hardSwish)), inputs: [8]))
  }

  @Test func layersOfOneRowAreJoined() throws {
    let graph = blocks([16, 24, 2], channels: 16)
    #expect(try joined(graph, threads: 1) == [])
    #expect(try joined(graph, threads: 2) == ["sum", "point", "point2", "sum2", "product", "swish"])
    // Eight threads would get a fifth more rows than others.
    #expect(try joined(blocks([9, 24, 2], channels: 16), threads: 8) == [])
  }

  @Test(arguments: [2, 3, 4, 5, 7, 8, 12, 16, 21], [1, 3, 10, 20])
  func rowsOfAllHeights(height: Int, width: Int) throws {
    let seed = UInt64(height * 100 + width)
    try expectReferenceBytes(blocks([height, width, 2], channels: 16), seed: seed, threads: [1, 2, 3, 4])
  }

  @Test(arguments: [1, 7, 33, 64, 72]) func channelsOfAllNumbers(channels: Int) throws {
    let graph = blocks([12, 18, 3], channels: channels)
    try expectReferenceBytes(graph, seed: UInt64(channels), threads: [2, 4])
    try expectReferenceBytes(graph, seed: UInt64(channels), .loud, threads: [2])
  }

  /// Pools of windows side by side, those of others, and enlargement.
  private func heights(_ input: Shape, pool: Operator.Window) -> Graph {
    let each = Conv(outputChannels: 24, window: .init(3, 3, padding: one), groups: 24)
    let point = Conv(outputChannels: 24, window: .init(1, 1))
    return graph(
      input, .init("first", .conv2D(point), inputs: [0]), .init("each", .conv2D(each), inputs: [1]),
      .init("mean", .averagePool2D(pool), inputs: [2]), .init("point", .conv2D(point), inputs: [3]),
      .init("large", .upsampleNearest(factor: 2), inputs: [4]), .init("wide", .conv2D(point), inputs: [5]),
      .init("sum", .add(.none), inputs: [6, 5]), .init("largest", .maxPool2D(.init(2, 2, stride: 2)), inputs: [7]),
      .init("last", .conv2D(point), inputs: [8]))
  }

  @Test func rowsOfOtherHeightsAreJoined() throws {
    let apart = heights([16, 24, 2], pool: .init(2, 2, stride: 2))
    #expect(try joined(apart, threads: 2) == ["mean", "point", "large", "wide", "sum", "largest", "last"])
    // The mean's rows share some of those that they read.
    let shared = heights(
      [16, 24, 2], pool: .init(3, 3, stride: 2, padding: .init(top: 0, left: 0, bottom: 1, right: 1)))
    #expect(try joined(shared, threads: 2) == ["point", "large", "wide", "sum", "largest", "last"])
    // A row is left over.
    #expect(try joined(heights([17, 24, 2], pool: .init(2, 2, stride: 2)), threads: 2).first == "point")
  }

  @Test(arguments: [4, 6, 11, 16, 24, 32], [2, 5, 18])
  func rowsOfOtherHeights(height: Int, width: Int) throws {
    let seed = UInt64(height * 100 + width)
    for pool in [Operator.Window(2, 2, stride: 2), .init(1, 2, stride: 2), .init(3, 2), .init(2, 1, stride: 1)] {
      try expectReferenceBytes(heights([height, width, 2], pool: pool), seed: seed, threads: [1, 2, 3, 4])
    }
  }

  /// A product by a flattened value, whose memory is that of a layer before, needs all rows of that.
  @Test func rowsOfFlattenedValuesAreWaitedFor() throws {
    let network = graph(
      [8, 8, 3], .init("a", .conv2D(Conv(outputChannels: 1, window: .init(1, 1))), inputs: [0]),
      .init("b", .conv2D(Conv(outputChannels: 64, window: .init(1, 1))), inputs: [1]),
      .init("flattened", .flatten, inputs: [1]), .init("product", .multiply(.none), inputs: [2, 3]),
      .init("last", .conv2D(Conv(outputChannels: 64, window: .init(1, 1))), inputs: [4]))
    #expect(try joined(network, threads: 2) == ["b", "last"])
    try expectReferenceBytes(network, seed: 4, threads: [1, 2, 4])
  }

  /// A sum behind a convolution whose rows need those of others.
  @Test(arguments: [4, 8, 16]) func residualBlocks(height: Int) throws {
    let square = Conv(outputChannels: 32, window: .init(3, 3, padding: one), activation: .relu)
    let network = graph(
      [height, 16, 2], .init("first", .conv2D(square), inputs: [0]), .init("a", .conv2D(square), inputs: [1]),
      .init("b", .conv2D(square), inputs: [2]), .init("sum", .add(.relu), inputs: [3, 1]),
      .init("last", .conv2D(square), inputs: [4]))
    #expect(try joined(network, threads: 2) == ["sum"])
    try expectReferenceBytes(network, seed: 3, threads: [1, 2, 4])
  }
}
