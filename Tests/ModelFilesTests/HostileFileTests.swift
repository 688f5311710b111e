import Files
import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Kinds of hostile files that were found, each with right checksums: what is said, and that nothing traps.
@Suite struct HostileFileTests {
  private let folder: TemporaryFolder
  private let graph = Graph(
    input: [4, 4, 1],
    nodes: [.init("flat", .flatten, inputs: [0]), .init("logits", .dense(.init(outputs: 1)), inputs: [1])],
    outputs: [.init(value: 2, function: .sigmoid)])

  init() throws { folder = try TemporaryFolder() }

  private func refused(
    _ bytes: [UInt8], _ words: String, limits: ModelLimits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path = try folder.write(bytes, as: "m")
    let error = caught(FormatError.self) { try ModelFile.load(path, limits: limits) }
    #expect(
      error?.description.contains(words) == true, "\(error?.description ?? "it was read")",
      sourceLocation: sourceLocation)
  }

  private func writer() throws -> SafetensorsWriter { try FloatModel.random(graph, seed: 1).writer() }

  @Test func goldenShapesWhoseProductOverflows() throws {
    for shape: Shape in [[1 << 62, 0, 1, 1], [0, 4, 4, 1], [1 << 62, 0, 4, 4]] {
      var writer = try writer()
      writer.add("golden.pixels", Tensor<UInt8>(shape, []))
      writer.add("golden.logits", Tensor<Float>([shape[0], 0], []))
      try refused(writer.bytes(), "golden samples")
    }
    var many = try writer()
    many.add("golden.pixels", Tensor<UInt8>([17, 4, 4, 1], filledWith: 0))
    many.add("golden.logits", Tensor<Float>([17, 1], filledWith: 0))
    try refused(many.bytes(), "1 to 16")
    var endless = try writer()
    endless.add("golden.pixels", Tensor<UInt8>([1, 4, 4, 1], filledWith: 0))
    endless.add("golden.logits", Tensor<Float>([1, 1], [.nan]))
    try refused(endless.bytes(), "not finite")
  }

  @Test func whatIsLeftOverOrUnknown() throws {
    var tensor = try writer()
    tensor.add("other.weight", Tensor<Float>([1], [1]))
    try refused(tensor.bytes(), "'other.weight': belongs to no node")
    var metadata = try writer()
    metadata.add(metadata: "quantum", "1")
    try refused(metadata.bytes(), "metadata 'quantum': is not known")
    let bytes = try writer().bytes()
    let dense = #"{"name":"logits","operator":"dense","inputs":["flat"],"outputs":1,"activation":"none""#
    func graph(_ rest: String) -> String {
      #"{"input":[4,4,1],"nodes":[{"name":"flat","operator":"flatten","inputs":["input"]},"# + dense
        + #"}],"outputs":[{"value":"logits","function":"sigmoid"}]"# + rest + "}"
    }
    let path = try folder.write(CraftedModel.replacing("graph", by: graph(""), in: bytes), as: "same")
    _ = try ModelFile.load(path)
    try refused(CraftedModel.replacing("graph", by: graph(#","more":1"#), in: bytes), "'more' is not known")
    let bias = graph("").replacingOccurrences(of: dense, with: dense + #","use_bias":false"#)
    try refused(CraftedModel.replacing("graph", by: bias, in: bytes), "node 'logits': the member 'use_bias'")
    let fit = #"{"version":1,"width":4,"height":4,"colour":"grey","fit":"stretch","resampling":"triangle","mean":3}"#
    try refused(CraftedModel.replacing("preprocessing", by: fit, in: bytes), "'mean' is not known")
    try refused(CraftedModel.replacing("card", by: #"{"data":3}"#, in: bytes), "'data' is no text")
  }

  @Test func labelsThatDoNotFitTheOutputs() throws {
    var two = graph
    two.nodes.append(.init("more", .dense(.init(outputs: 2)), inputs: [1]))
    two.outputs.append(.init(value: 3, function: .softmax))
    try refused(FloatModel.random(two, seed: 1, labels: ["a", "b"]).writer().bytes(), "the graph has 2")
    try refused(FloatModel.random(graph, seed: 1, labels: ["a"]).writer().bytes(), "1 labels for 2 classes")
    // A network of raw numbers has no labels, and is no classifier.
    try FloatModel.random(two, seed: 1, labels: []).write(to: folder.path("raw"))
    _ = try ModelFile.load(folder.path("raw"))
    let error = caught(FormatError.self) { try ModelFile.loadClassifier(folder.path("raw")) }
    #expect(error?.reason.contains("names no classes") == true)
    two.outputs[1].value = 2
    try refused(
      CraftedModel.replacing(
        "graph",
        by: #"{"input":[4,4,1],"nodes":[{"name":"logits","operator":"conv2d","inputs":["input"],"outputs":1,"#
          + #""kernel":[4,4],"stride":1,"padding":[0,0,0,0],"dilation":1,"groups":1,"activation":"none"}],"#
          + #""outputs":[{"value":"logits","function":"sigmoid"},{"value":"logits","function":"sigmoid"}]}"#,
        in: writer().bytes()), "leaves the graph twice")
  }

  /// The tensors are missing, so that what is refused first shows.
  private func asking(_ nodes: [Graph.Node], input: Shape = [4, 4, 1]) throws -> [UInt8] {
    var large = graph
    (large.input, large.nodes) = (input, nodes)
    large.outputs[0].value = nodes.count
    let rule = Preprocessing(width: input[1], height: input[0], colour: input[2] == 1 ? .grey : .rgb)
    let model = FloatModel(
      description: ModelDescription(graph: large, preprocessing: rule, labels: ["a", "b"]),
      parameters: [FloatModel.Parameters?](repeating: nil, count: nodes.count))
    return model.writer().bytes()
  }

  @Test func graphsThatAskForTooMuch() throws {
    let end: [Graph.Node] = [
      .init("mean", .globalAveragePool, inputs: [1]), .init("logits", .dense(.init(outputs: 1)), inputs: [2]),
    ]
    let pool = Operator.Window(4096, 4096, padding: .all(4095))
    let endless = try asking([.init("pool", .averagePool2D(pool), inputs: [0])] + end, input: [2048, 2048, 1])
    #expect(endless.count < 2_000)
    try refused(endless, "multiply-adds a picture; the limit is 20 000 000 000 (--trust lifts it")
    let larger = (0..<16).map { Graph.Node("up\($0)", .upsampleNearest(factor: 64), inputs: [0]) }
    let tail: [Graph.Node] = [
      .init("mean", .globalAveragePool, inputs: [16]), .init("logits", .dense(.init(outputs: 1)), inputs: [17]),
    ]
    try refused(asking(larger + tail, input: [128, 128, 1]), "bytes of memory; the limit is 1 073 741 824")
    var chain = [Graph.Node("swish0", .function(.init(.hardSwish)), inputs: [0])]
    for number in 1..<10_001 { chain.append(.init("swish\(number)", .function(.init(.hardSwish)), inputs: [number])) }
    try refused(asking(chain), "10001 nodes; the limit is 10000")
    // Trusted, it is read up to the tensors that are not there.
    try refused(asking(chain), "logits come from", limits: .trusting)
    try refused(endless, "tensor 'logits.weight': is missing", limits: .trusting)
    var groups: [Graph.Node] = [
      .init("wide", .conv2D(.init(outputChannels: 32_768, window: .init(1, 1))), inputs: [0]),
      .init("groups", .conv2D(.init(outputChannels: 65_536, window: .init(1, 1), groups: 32_768)), inputs: [1]),
    ]
    groups += [.init("mean", .globalAveragePool, inputs: [2]), .init("logits", .dense(.init(outputs: 1)), inputs: [3])]
    try refused(asking(groups), "32 771 nodes")
    try refused(
      writer().bytes(), "the limit is 100",
      limits: ModelLimits(nodes: 9, memory: .max, multiplyAdds: 9, headerBytes: 100))
  }

  /// Linear in nodes: five times as many take about five times the processor's time, where 25 times would be quadratic.
  /// It is this thread's own time, so that a busy machine does not matter.
  @Test func manyNodesAreReadInStep() throws {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    func seconds(_ count: Int) throws -> Double {
      var nodes = (0..<count).map { Graph.Node("flat\($0)", .flatten, inputs: [$0]) }
      nodes.append(.init("logits", .dense(.init(outputs: 1)), inputs: [count]))
      let large = Graph(input: [4, 4, 1], nodes: nodes, outputs: [.init(value: count + 1, function: .sigmoid)])
      try QuantizedModel.random(large, seed: 1).write(to: folder.path("many"))
      return try (0..<5).map { _ in
        let start = now()
        _ = try ModelFile.load(folder.path("many"))
        return now() - start
      }.min()!
    }
    let (few, many) = (try seconds(1_900), try seconds(9_500))
    #expect(many < 12 * few, "5 times the nodes took \(many / few) times as long")
  }
}
