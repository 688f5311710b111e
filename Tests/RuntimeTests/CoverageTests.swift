import Graphs
import Runtime
import Tensors
import Testing
import TestSupport

/// Losing a SIMD path without notice is the worst regression of an engine, so what did not run is a failure.
@Suite struct CoverageTests {
  /// One graph in which every operation occurs.
  private static let everything: Graph = {
    let conv = Operator.Convolution(outputChannels: 8, window: .init(3, 3, padding: .all(1)))
    let pool = Operator.maxPool2D(.init(2, 2, stride: 2))
    return Graph(
      input: [14, 14, 3],
      nodes: [
        .init("rgb", .conv2D(.init(outputChannels: 16, window: .init(3, 3))), inputs: [0]),
        .init("rgbPool", pool, inputs: [1]),
        .init("conv", .conv2D(conv), inputs: [2]), .init("convPool", pool, inputs: [3]),
        .init("depthwise", .conv2D(.init(outputChannels: 8, window: .init(3, 3, padding: .all(1)), groups: 8)), inputs: [4]),
        .init("plain", .conv2D(conv), inputs: [5]),
        .init("max", .maxPool2D(.init(3, 3, padding: .all(1))), inputs: [6]),
        .init("average", .averagePool2D(.init(3, 3, padding: .all(1))), inputs: [6]),
        .init("add", .add(.none), inputs: [7, 8]), .init("swish", .hardSwish, inputs: [9]),
        .init("up", .upsampleNearest(factor: 2), inputs: [10]), .init("flatten", .flatten, inputs: [11]),
        .init("logits", .dense(.init(outputs: 2)), inputs: [12]),
      ],
      outputs: [.init(value: 13, function: .softmax)])
  }()

  @Test func everyKernelOfThisMachineRuns() throws {
    try expectReferenceBytes(Self.everything, seed: 61)
    try expectReferenceBytes(.happySad(input: [54, 63, 3]), seed: 62)
    let expected = Set(Kernel.all.filter { supportedISAs.contains($0.isa) }.map(\.name))
    let missing = expected.subtracting(ranKernels.withLock { $0 })
    #expect(missing.isEmpty, "no test ran \(missing.sorted())")
  }

  @Test func everyOperationHasAScalarKernel() {
    let scalar = Set(Kernel.all.filter { $0.isa == .scalar }.map(\.operation))
    let special: Set<Kernel.Operation> = [.rgbConvolutionMaxPool, .winogradMaxPool, .winogradRGBMaxPool]
    #expect(Set(Kernel.Operation.allCases).subtracting(scalar) == special)
  }

  @Test func namesAreReadBack() {
    for isa in ISA.allCases { #expect(ISA(name: isa.name) == isa) }
    #expect(ISA(name: "sse9") == nil)
  }

  @Test func limitsHold() throws {
    let model = try QuantizedModel.random(Self.everything, seed: 62)
    for isa in supportedISAs {
      let layers = try Interpreter(model, kernels: KernelTable(limit: isa)).layers
      #expect(layers.allSatisfy { $0.isa.rawValue <= isa.rawValue })
      #expect(layers.contains { $0.isa == isa } || !Kernel.all.contains { $0.isa == isa })
    }
  }
}
