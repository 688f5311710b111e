import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// Winograd's tiles where they end beyond the results, on rows and columns of every remainder, and windows that are
/// gathered.
@Suite struct TileTests {
  private func kernels(_ model: QuantizedModel, threads: Int = 1) throws -> [[String]] {
    try supportedISAs.flatMap(kernelTables).map { table in
      try Interpreter(model, kernels: table, threads: threads).layers.map(\.kernel)
    }
  }

  /// A convolution of 3x3 over some channels of 1x1, pooled or not.
  private func network(
    _ input: Shape, channels: Int, padding: Operator.Padding, pooled: Bool, outputs: Int = 18
  ) -> Graph {
    let lift = Operator.Convolution(outputChannels: channels, window: .init(1, 1), activation: .relu)
    let conv = Operator.Convolution(outputChannels: outputs, window: .init(3, 3, padding: padding))
    var nodes = [Graph.Node("lift", .conv2D(lift), inputs: [0]), .init("conv", .conv2D(conv), inputs: [1])]
    if pooled { nodes.append(.init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [2])) }
    nodes.append(.init("flat", .flatten, inputs: [nodes.count]))
    nodes.append(.init("logits", .dense(.init(outputs: 3)), inputs: [nodes.count]))
    return Graph(input: input, nodes: nodes, outputs: [.init(value: nodes.count, function: .softmax)])
  }

  @Test(arguments: 0..<4) func tilesEndAnywhere(remainder: Int) throws {
    let one = Operator.Padding(top: 1, left: 1, bottom: 1, right: 1)
    for (padding, pooled) in [(Operator.Padding.none, false), (.none, true), (one, false), (one, true)] {
      let graph = network([15 + remainder, 22 + 3 * remainder, 2], channels: 24, padding: padding, pooled: pooled)
      try expectReferenceBytes(graph, seed: 91 + UInt64(remainder), threads: [1, 2, 4])
      try expectReferenceBytes(graph, seed: 95 + UInt64(remainder), .loud, threads: [1])
    }
  }

  /// 64 times the sums of weights as large as can be do not fit in 32 bits for 128 channels, and do for 112.
  @Test func tilesOfFourAreTakenWhereTheirSumsFit() throws {
    var large: [Bool] = []
    for channels in [112, 128] {
      let graph = network([18, 18, 2], channels: channels, padding: .none, pooled: false)
      try expectReferenceBytes(graph, seed: 99, .loud)
      let model = try QuantizedModel.random(graph, seed: 99, .loud)
      let names = try kernels(model).flatMap { $0 }
      guard names.contains(where: { $0.contains("winograd") }) else { return }
      large.append(names.contains { $0.contains("winograd3x3_4x4") })
    }
    #expect(large == [true, false])
  }

  /// Where adding takes as long as multiplying, transformations would take what they save.
  @Test(.enabled(if: supportedISAs.contains(.avx512VNNI))) func transformationsNeedUnitsThatAdd() throws {
    let graph = network([20, 20, 2], channels: 32, padding: .none, pooled: false)
    let model = try QuantizedModel.random(graph, seed: 1)
    for table in kernelTables(.avx512VNNI) {
      let layers = try Interpreter(model, kernels: table).layers
      #expect(layers.contains { $0.kernel.contains("winograd") } == table.addsBesideProducts)
    }
  }

  /// A layer without tiles says why: its blocks would be half empty, or transformations would not pay.
  @Test(arguments: [8, 9], [false, true]) func layersWithoutTilesSayWhy(outputs: Int, pooled: Bool) throws {
    let graph = network([20, 20, 2], channels: 16, padding: .none, pooled: pooled, outputs: outputs)
    let model = try QuantizedModel.random(graph, seed: 2)
    for table in supportedISAs.flatMap(kernelTables) where table.isa != .scalar {
      let layers = try Interpreter(model, kernels: table).layers
      let layer = try #require(layers.first { $0.name.hasPrefix("conv") && !$0.kernel.contains("prepare") })
      let hasTiles = layer.kernel.contains("winograd")
      let label = Comment(rawValue: "\(table.isa.name): \(layer.kernel), \(layer.reason)")
      #expect(hasTiles || layer.reason.contains(outputs == 8 ? "half empty" : "would take longer"), label)
      #expect(!(hasTiles && outputs == 8) && !(hasTiles && layer.reason.contains("Winograd")), label)
    }
  }

  @Test func smallPicturesKeepSmallTiles() throws {
    let graph = network([6, 6, 2], channels: 32, padding: .none, pooled: false)
    for names in try kernels(try .random(graph, seed: 1)) { #expect(!names.contains { $0.contains("_4x4") }) }
  }

  @Test func shortRunsAreGathered() throws {
    let dilated = Operator.Convolution(outputChannels: 20, window: .init(3, 3), dilation: 2, activation: .relu)
    let grouped = Operator.Convolution(outputChannels: 16, window: .init(3, 3), groups: 2)
    let strided = Operator.Convolution(outputChannels: 16, window: .init(3, 3, stride: 2), activation: .relu)
    let wide = Operator.Convolution(outputChannels: 24, window: .init(5, 5))
    let cases: [(Shape, Operator.Convolution)] = [
      ([13, 70, 1], strided), ([12, 17, 3], dilated), ([9, 11, 8], grouped), ([14, 15, 3], wide),
    ]
    for (input, conv) in cases {
      try expectReferenceBytes(graph(input, .init("conv", .conv2D(conv), inputs: [0])), seed: 101, threads: [1, 2])
      let pool = Graph.Node("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [1])
      try expectReferenceBytes(graph(input, .init("conv", .conv2D(conv), inputs: [0]), pool), seed: 102)
    }
  }
}
