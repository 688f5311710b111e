import Exporting
import ModelFiles
import Models
import Numerics
import ONNXFiles
import TestSupport
import Testing

@Suite struct RoundTripTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The model that comes back from a file, and what it says otherwise.
  private func back(_ network: ONNXModel) throws -> (model: LoadedModel?, why: String) {
    let path = folder.path("net.onnx")
    try network.write(to: path)
    switch ExportedModel(try ONNXModel(path: path)) {
    case .model(let model): return (model, "")
    case .changed(let why): return (nil, why)
    case .foreign: return (nil, "foreign")
    }
  }

  /// Whether two models are the same bytes, which are too many to be printed.
  private func areEqual(_ one: LoadedModel?, _ other: LoadedModel) -> Bool { one.map(bytes) == bytes(other) }

  private func bytes(_ model: LoadedModel) -> [UInt8] {
    switch model {
    case .float(let model): model.writer().bytes()
    case .int8(let model): model.writer().bytes()
    }
  }

  /// All that a description can say.
  private func described(_ description: ModelDescription) -> ModelDescription {
    var description = description
    description.temperature = 1.25
    description.decision = Decision(
      thresholds: description.labels.indices.map { $0 == 0 ? 0.5 : nil },
      weights: description.labels.indices.map { $0 == 0 ? 1 : 2.5 }, otherwise: "unsure")
    description.card["data"] = "{\"quotes\": 'and lines'}\nof ümlauts"
    description.preprocessing.fit = .face(marginPercent: 12)
    let input = description.graph.input, shapes = (try? description.graph.shapes()) ?? []
    description.interface = FileInterface(
      input: .init(name: "/x:0", dimensions: [1, input[2], input[0], input[1]], isChannelsFirst: true),
      scale: (0..<input[2]).map { 4 + Float($0) }, shift: (0..<input[2]).map { 0.1 - Float($0) },
      readsBlueFirst: input[2] == 3, codes: .init(scale: 0.007, zeroPoint: -3, isUnsigned: false),
      outputs: description.graph.outputs.map { output in
        .init(
          .init(name: "ü", dimensions: [1] + shapes[output.value].dimensions, isChannelsFirst: false), .logSoftmax)
      })
    return description
  }

  @Test(arguments: [Graph.everyOperator, .everyFurtherOperator, .happySad(input: [24, 24, 3])])
  func bytesStay(_ graph: Graph) throws {
    let logits = try graph.shapes()[graph.outputs[0].value].count
    let labels = Array(["happy", "sad", "\"quoted\""].prefix(max(2, logits)))
    var float = try FloatModel.random(graph, seed: 3, labels: labels)
    float.description = described(float.description)
    float.golden = [
      GoldenSample(pixels: TestPattern.pixels(graph.input), logits: (0..<logits).map { 0.1 * Float($0) - 1e-30 }),
      GoldenSample(pixels: [UInt8](repeating: 7, count: graph.input.count), logits: .init(repeating: 3, count: logits)),
    ]
    let before = LoadedModel.float(float)
    let after = try back(ONNXModel(exporting: before))
    #expect(areEqual(after.model, before), "\(after.why)")
    for codes in CodeType.allCases {
      for extremes in QuantizedModel.Extremes.allCases {
        var int8 = try QuantizedModel.random(graph, seed: 4, extremes, labels: labels)
        int8.description = described(int8.description)
        int8.saturation = int8.quantization.indices.map { 1 / Float($0 + 3) }
        int8.golden = float.golden
        for quarters in [0, 2, 4] {
          let before = LoadedModel.int8(int8.withSixteenBits(seed: 9, quarters: quarters))
          let network = try ONNXModel(exporting: before, codes: codes)
          #expect(network.opset == (quarters == 0 ? 13 : 21))
          let after = try back(network)
          #expect(areEqual(after.model, before), "\(quarters): \(after.why)")
        }
      }
    }
  }

  /// Codes of 16 bits end where the model says: none leaves for a runtime to saturate at the ends of its type.
  @Test(arguments: [Graph.everyOperator, .happySad(input: [96, 96, 3])])
  func sixteenBitsEndWhereTheyDo(_ layers: Graph) throws {
    let model = try QuantizedModel.random(layers, seed: 4).withSixteenBits(seed: 1, quarters: 4)
    // 1,600 weights a channel leave sums no room for all codes; those of the other network do.
    #expect(model.quantization.contains { $0.isSixteenBits && $0.largest < .max } == (layers != .everyOperator))
    let graph = try ONNXModel(exporting: .int8(model), codes: .uint8).graph
    let types = Dictionary(graph.initializers.map { ($0.name, $0.element) }) { first, _ in first }
    let makers = Dictionary(graph.nodes.map { ($0.outputs[0], $0) }) { first, _ in first }
    var last: [String: ONNXNode] = [:]
    for node in graph.nodes where node.operatorType == "QuantizeLinear" { last[node.inputs[2]] = node }
    for value in model.sixteenBitValues where !model.description.graph.nodes[value - 1].operator.keepsQuantization {
      let zero = model.description.graph.valueName(value) + ".zero_point"
      let quantizing = try #require(last[zero])
      #expect(types[zero] == .int16)
      let before = makers[quantizing.inputs[0]]?.operatorType
      let joins = model.description.graph.nodes[value - 1].operator == .concatenate
      #expect(before == "Clip" || before == "Relu" || joins && before == "Concat", "\(zero): \(before ?? "")")
    }
    // A file whose notes give such a value a zero point is none of ours.
    var changed = try ONNXModel(exporting: .int8(model))
    let place = try #require(changed.properties.firstIndex { $0.key == "values" })
    changed.properties[place] = .init(
      "values", changed.properties[place].value.replacing("\"largest\":[127", with: "\"largest\":[126"))
    #expect(try back(changed).why.contains("weights or scales"))
  }

  @Test func arbitraryGraphs() throws {
    var random = CounterRandom(seed: 11)
    var exported = 0
    for seed in 0..<300 {
      let graph = Graph.arbitrary(&random)
      guard
        (try? GraphCost(graph).check(.init(nodes: 200, memory: 1 << 22, multiplyAdds: 1 << 30, headerBytes: 1 << 20)))
          != nil
      else { continue }
      // Names of labels fit whatever comes out; samples are not at stake.
      var model = try QuantizedModel.random(graph, seed: UInt64(seed), labels: [])
      model.description.labels = []
      let after = try back(ONNXModel(exporting: .int8(model)))
      #expect(areEqual(after.model, .int8(model)), "seed \(seed): \(after.why)")
      exported += 1
    }
    #expect(exported > 20)
  }

  /// Several inputs leave as such, also where a node has the name of one.
  @Test func severalInputs() throws {
    let places = Operator.Arrangement(shape: [2, 2, 3], axes: [.init(size: 12, stride: 1)], offset: 3)
    let graph = Graph(
      input: [2, 8, 1],
      nodes: [
        .init("x", .rearrange(places), inputs: [0]),
        .init("conv", .conv2D(.init(outputChannels: 2, window: .init(2, 2))), inputs: [1]),
        .init("list", .flatten, inputs: [0]), .init("all", .dense(.init(outputs: 2)), inputs: [3]),
        .init("y", .add(.none), inputs: [2, 4]),
        .init("end", .conv2D(.init(outputChannels: 2, window: .init(1, 1))), inputs: [5]),
      ], outputs: [.init(value: 6, function: .identity)])
    var model = try FloatModel.random(graph, seed: 6, labels: [])
    model.description.interface = FileInterface(
      input: .init(name: "facts", dimensions: [1, 3], isChannelsFirst: false),
      furtherInputs: [.init(name: "x", dimensions: [1, 3, 2, 2], isChannelsFirst: true)], scale: [1], shift: [0],
      readsBlueFirst: false,
      outputs: [.init(.init(name: "y", dimensions: [1, 2, 1, 1], isChannelsFirst: true), .identity)])
    let network = try ONNXModel(exporting: .float(model))
    #expect(network.graph.inputs.map(\.name) == ["facts", "x.2"])
    #expect(network.graph.inputs.map(\.shapeText) == ["1x3", "1x3x2x2"])
    let after = try back(network)
    #expect(areEqual(after.model, .float(model)), "\(after.why)")
  }

  /// A picture of one channel that is put in another order stands in ONNX's extents, channel first.
  @Test func oneChannelRearranged() throws {
    let turned = Operator.Arrangement(shape: [4, 3, 1], axes: [.init(size: 12, stride: -1)], offset: 11)
    let graph = Graph(
      input: [4, 3, 1],
      nodes: [
        .init("turned", .rearrange(turned), inputs: [0]),
        .init("conv", .conv2D(.init(outputChannels: 2, window: .init(2, 2))), inputs: [1]),
      ], outputs: [.init(value: 2, function: .identity)])
    let network = try ONNXModel(exporting: .float(FloatModel.random(graph, seed: 7, labels: [])))
    let places = try #require(network.graph.initializers.first { $0.name == "turned.places" })
    #expect(places.dimensions == [1, 1, 4, 3])
  }

  /// Names of nodes that stand in the way of names that the exporter gives.
  @Test func namesThatCollide() throws {
    var graph = Graph.happySad(input: [24, 24, 3])
    let names = ["a", "a.codes", "a.weight", "a.bias", "a.real", "probabilities", "step", "a.scale", "a.linear"]
    for index in graph.nodes.indices { graph.nodes[index].name = names[index] }
    for model in [
      LoadedModel.float(try FloatModel.random(graph, seed: 1)), .int8(try QuantizedModel.random(graph, seed: 1)),
    ] {
      let after = try back(ONNXModel(exporting: model))
      #expect(areEqual(after.model, model), "\(after.why)")
    }
  }

  /// What another program did to the file counts, not what the notes say of it.
  @Test func changesAreSeen() throws {
    let model = LoadedModel.int8(try QuantizedModel.random(.everyOperator, seed: 5))
    let network = try ONNXModel(exporting: model)
    func expectChanged(_ change: (inout ONNXModel) -> Void, _ words: String) throws {
      var changed = network
      change(&changed)
      let result = try back(changed)
      #expect(result.model == nil && result.why.contains(words), "\(result.why)")
    }
    func note(_ key: String, _ text: String?) -> (inout ONNXModel) -> Void {
      { network in
        network.properties.removeAll { $0.key == key }
        if let text { network.properties.append(.init(key, text)) }
      }
    }
    try expectChanged({ $0.graph.nodes.removeLast() }, "nodes")
    try expectChanged({ $0.graph.nodes[3].operatorType = "Identity" }, "nodes")
    try expectChanged({ $0.graph.inputs[0].name = "x" }, "nodes")
    try expectChanged(
      { network in
        let index = network.graph.initializers.firstIndex { $0.element == .int8 && $0.count > 20 }!
        if case .integers(var codes) = network.graph.initializers[index].elements {
          codes[3] = -128
          network.graph.initializers[index].elements = .integers(codes)
        }
      }, "weights")
    try expectChanged(note("golden", nil), "golden")
    try expectChanged(note("golden", #"[{"pattern":0,"logit_bits":[0]}]"#), "golden")
    try expectChanged(note("values", "{}"), "weights or scales")
    try expectChanged(note("kind", "float"), "weights")
    try expectChanged(note("labels", "[1]"), "labels")
    try expectChanged(note("graph", "{"), "graph")
    try expectChanged(note("codes", "uint8"), "nodes")
    try expectChanged(note("format", nil), "foreign")
  }

  /// Averages of more elements than float32 can add up exactly are not promised; those over whole pictures of 16 bits
  /// are added up in double precision.
  @Test func largeAverages() throws {
    let nodes: [Graph.Node] = [
      .init("mean", .globalAveragePool, inputs: [0]), .init("logits", .dense(.init(outputs: 2)), inputs: [1]),
    ]
    for (side, fits) in [(256, true), (257, false)] {
      let graph = Graph(input: [side, side, 1], nodes: nodes, outputs: [.init(value: 2, function: .softmax)])
      let int8 = LoadedModel.int8(try QuantizedModel.random(graph, seed: 1))
      let error = caught(ExportError.self) { try ONNXModel(exporting: int8) }
      #expect((error == nil) == fits && (fits || error!.node == "mean" && error!.reason.contains("65793")))
      _ = try ONNXModel(exporting: .float(try FloatModel.random(graph, seed: 1)))
    }
  }
}
