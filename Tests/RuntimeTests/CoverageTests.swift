import Models
import Numerics
import Runtime
import TestSupport
import Testing
import Threads

/// Losing a SIMD path without notice is the worst regression of an engine, so what did not run is a failure.
@Suite struct CoverageTests {
  @Test func everyKernelOfThisMachineRuns() throws {
    try expectReferenceBytes(.everyOperator, seed: 61)
    try expectReferenceBytes(.everyFurtherOperator, seed: 64)
    try expectReferenceBytes(.happySad(input: [54, 63, 3]), seed: 62)
    // Windows that no special kernel serves.
    let lift = Operator.Convolution(outputChannels: 7, window: .init(1, 1))
    let wide = Operator.Convolution(outputChannels: 20, window: .init(5, 5), activation: .relu)
    try expectReferenceBytes(
      graph(
        [18, 21, 3], .init("lift", .conv2D(lift), inputs: [0]), .init("wide", .conv2D(wide), inputs: [1]),
        .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [2])), seed: 63)
    let pooling = Graph.Node("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [1])
    try expectReferenceBytes(graph([18, 21, 3], .init("lift", .conv2D(lift), inputs: [0]), pooling), seed: 68)
    let each = Operator.Convolution(outputChannels: 7, window: .init(3, 5), groups: 7)
    try expectReferenceBytes(
      graph([9, 8, 3], .init("lift", .conv2D(lift), inputs: [0]), .init("each", .conv2D(each), inputs: [1])), seed: 65)
    // Winograd's tiles of either size, with and without pooling, and windows that are gathered.
    let narrow = Operator.Convolution(outputChannels: 16, window: .init(1, 1), activation: .relu)
    let square = Operator.Convolution(outputChannels: 18, window: .init(3, 3))
    let first = Operator.Convolution(outputChannels: 16, window: .init(3, 3, stride: 2), activation: .relu)
    let pool = Operator.maxPool2D(.init(2, 2, stride: 2))
    for (index, side) in [8, 20].enumerated() {
      let lift = Graph.Node("lift", .conv2D(narrow), inputs: [0])
      let conv = Graph.Node("conv", .conv2D(square), inputs: [1])
      let input: Shape = [side, side, 2], seed = 66 + UInt64(index)
      try expectReferenceBytes(graph(input, lift, conv), seed: seed)
      try expectReferenceBytes(graph(input, lift, conv, .init("pool", pool, inputs: [2])), seed: seed)
      let strided = Graph.Node("first", .conv2D(first), inputs: [0])
      try expectReferenceBytes(graph([side, side, 1], strided), seed: seed)
      try expectReferenceBytes(graph([side, side, 1], strided, .init("pool", pool, inputs: [1])), seed: seed)
    }
    let wider = Operator.Convolution(outputChannels: 64, window: .init(1, 1))
    let large = Operator.Convolution(outputChannels: 16, window: .init(5, 5), groups: 16)
    try expectReferenceBytes(
      graph([9, 8, 3], .init("lift", .conv2D(narrow), inputs: [0]), .init("each", .conv2D(large), inputs: [1])),
      seed: 70)
    let filters = Operator.Convolution(outputChannels: 64, window: .init(3, 3), groups: 64)
    try expectReferenceBytes(
      graph(
        [9, 8, 3], .init("lift", .conv2D(wider), inputs: [0]), .init("each", .conv2D(filters), inputs: [1]),
        .init("pool", pool, inputs: [2]), .init("last", .conv2D(narrow), inputs: [3])), seed: 69)
    let expected = Set(Kernel.all.filter { supportedISAs.contains($0.isa) }.map(\.name))
    let missing = expected.subtracting(ranKernels.withLock { $0 })
    #expect(missing.isEmpty, "no test ran \(missing.sorted())")
  }

  @Test func everyOperationHasAScalarKernel() {
    let scalar = Set(Kernel.all.filter { $0.isa == .scalar }.map(\.operation))
    let special: Set<Kernel.Operation> = [
      .convolutionEight, .convolutionEightMaxPool, .convolutionGathered, .convolutionGatheredMaxPool,
      .rgbConvolutionMaxPool, .winograd, .winogradMaxPool, .winograd4, .winograd4MaxPool, .winograd4RGBMaxPool,
      .depthwise3x3, .depthwise3x3MaxPool, .depthwise5x5,
    ]
    #expect(Set(Kernel.Operation.allCases).subtracting(scalar) == special)
  }

  @Test func namesAreReadBack() {
    for isa in ISA.allCases { #expect(ISA(name: isa.name) == isa) }
    #expect(ISA(name: "sse9") == nil)
  }

  @Test func limitsHold() throws {
    let model = try QuantizedModel.random(.everyOperator, seed: 62)
    for isa in supportedISAs {
      let layers = try Interpreter(model, kernels: KernelTable(limit: isa)).layers
      #expect(layers.allSatisfy { $0.isa.rawValue <= isa.rawValue })
      #expect(layers.contains { $0.isa == isa } || !Kernel.all.contains { $0.isa == isa })
    }
  }
}
