import FloatRuntime
import Models
import Numerics
import ONNXFiles

/// A model made of a foreign file, and what became of it on the way.
public struct ImportedModel: Sendable {
  /// An input of the file.
  public struct Input: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Its shape in the file.
    public let shape: [Int]
  }

  /// An output of the file, in its own terms.
  public struct Output: Hashable, Sendable {
    /// Its name.
    public var name: String { file.port.name }
    /// Its shape in the file.
    public var shape: [Int] { file.port.dimensions }
    /// Its shape in Glint, channels last.
    public let own: [Int]
    /// What makes the answer of the model's numbers.
    public internal(set) var function: Graph.Function
    /// What the file makes of them, under which name.
    let file: FileInterface.Output
  }

  /// The network with its weights, labels and preprocessing, and a sample for the self-test; where the file computes
  /// with codes, in real numbers.
  public private(set) var model: FloatModel
  /// The int8 network of a file that computes with codes; nil for one in float.
  public private(set) var quantized: QuantizedModel?
  /// Nodes in the file.
  public let nodesRead: Int
  /// Of these: computed while importing, or views of others.
  public let folded: Int
  /// Of these: batch normalizations and arithmetic that went into weights.
  public let intoWeights: Int
  /// Of these: clamps that joined the layer before.
  public let activations: Int
  /// Of these: nodes whose results no output needs.
  public let unread: Int
  /// How pixels become what the network was trained on, in words.
  public let convention: String
  /// The file's inputs, by name and extents, in its order.
  public let inputs: [Input]
  /// What comes out.
  public let outputs: [Output]
  /// What was decided that neither file nor options said.
  public private(set) var notes: [String]

  /// Lowers an ONNX graph at a fixed input.
  ///
  /// - Throws: `ImportError`: an option that does not fit the file, or every node that has no counterpart.
  public init(_ file: ONNXModel, options: ImportOptions = ImportOptions()) throws(ImportError) {
    let source = ImportSource(
      words: "ONNX opset \(file.opset), written by \(file.producerLine)", nodes: file.graph.nodes.count)
    try self.init(file, options: options, source: source)
  }

  init(_ file: ONNXModel, options: ImportOptions, source: ImportSource) throws(ImportError) {
    do throws(Refusal) {
      // Those of other formats were checked in their own terms.
      if source.place == nil { try file.graph.checkMakers() }
      try self.init(lowering: file, options, source)
    } catch {
      if let nodes = error.nodes {
        var places: [UnsupportedNode] = []
        for node in nodes.map({ source.place?($0) ?? $0 }) where !places.contains(where: { $0.index == node.index }) {
          places.append(node)
        }
        throw .nodes(path: file.path, places, of: source.nodes)
      }
      throw .network(path: file.path, error.advice.isEmpty ? error.reason : error.reason + "; " + error.advice)
    }
  }

  private init(lowering file: ONNXModel, _ options: ImportOptions, _ source: ImportSource) throws(Refusal) {
    let network = try file.graph.leading(to: options.outputs)
    let plan = try InputPlan(network, options, channelsLast: source.channelsLast)
    let convention = try PixelConvention(options, channels: plan.shape[2], takesBytes: plan.takesBytes)
    var lowering = Lowering(opset: file.opset, plan)
    for tensor in network.initializers { lowering.values[tensor.name] = .constant(Constant(tensor)) }
    lowering.convention = convention
    lowering.batch = plan.batch
    lowering.quantized.isExact = source.place == nil
    lowering.lower(network)
    guard !plan.isList || !lowering.quantized.isUsed else {
      throw Refusal(
        "the network has \(plan.inputs.count) inputs and computes with codes; with several inputs, one in float would "
          + "work")
    }
    guard lowering.refusals.isEmpty else { throw Refusal(nodes: lowering.refusals) }
    var (outputs, facts) = try Self.outputs(network, &lowering, channelsLast: plan.isChannelsLast)
    for (output, fact) in zip(network.outputs, facts) { try plan.checkBatch(of: output, fact.file.port.dimensions) }
    outputs = lowering.builder.prune(outputs)
    let assembly = lowering.quantized.isUsed ? try QuantizedAssembly(lowering, outputs) : nil
    if let assembly {
      outputs = assembly.outputs
    } else if convention.build(into: &lowering.builder) {
      outputs = outputs.map { .init(value: $0.value + 1, function: $0.function) }
    }
    notes = source.notes + plan.notes + (assembly?.remarks ?? [])
    let nodes = assembly?.nodes ?? lowering.builder.nodes
    let parameters = assembly?.floatParameters ?? lowering.builder.parameters
    let shapes: [Shape]
    do throws(GraphError) {
      shapes = try Graph(input: plan.shape, nodes: nodes, outputs: outputs).shapes()
    } catch { throw Refusal(error.description) }
    let labels = try LabelChoice(file, options, outputs, shapes, isOfPictures: !plan.isList)
    if let function = labels.function {
      outputs[0].function = function
      facts[0].function = function
    }
    notes += labels.notes
    let graph = Graph(input: plan.shape, nodes: nodes, outputs: outputs)
    nodesRead = source.nodes
    // Of nodes that stand for another format's operators, their number says nothing.
    let counts = source.place == nil ? lowering.counts : LoweringCounts()
    (folded, intoWeights, activations, unread) = (
      counts.folded, counts.intoWeights, counts.activations, counts.unread
    )
    self.convention = plan.isList ? "numbers as they are" : convention.words
    inputs = plan.inputs.map { Input(name: $0.name, shape: $0.view.dimensions) }
    self.outputs = facts
    let preprocessing = Preprocessing(
      width: plan.shape[1], height: plan.shape[0], colour: plan.shape[2] == 1 ? .grey : .rgb, fit: options.fit)
    model = FloatModel(
      description: ModelDescription(graph: graph, preprocessing: preprocessing, labels: labels.labels),
      parameters: parameters)
    model.description.card = card(file.path, source.words)
    model.description.interface = convention.interface(plan, codes: source.codes, outputs: facts.map(\.file))
    try check(options.limits)
    let pixels = TestPattern.pixels(plan.shape)
    do throws(FloatRuntimeError) {
      let interpreter = try FloatInterpreter(model)
      model.golden = [GoldenSample(pixels: pixels, logits: interpreter.run(pixels: pixels))]
      if let node = interpreter.firstNodeNotFinite(pixels: pixels) {
        let advice = plan.isList ? "" : "; --range may be another"
        throw .weights(node: node, "they make numbers of a test picture that are not finite" + advice)
      }
    } catch { throw Refusal(error.description) }
    if let assembly { quantized = try assembly.model(model.description, pixels) }
  }

  /// What a file may not hold, found before anything is computed.
  private func check(_ limits: ModelLimits) throws(Refusal) {
    do throws(GraphError) {
      try GraphCost(model.description.graph).check(limits)
    } catch { throw Refusal(error.description) }
    for (node, own) in zip(model.description.graph.nodes, model.parameters) {
      guard let own else { continue }
      guard own.weight.elements.allSatisfy(\.isFinite), own.bias.elements.allSatisfy(\.isFinite) else {
        throw Refusal("the weights of '\(node.name)' hold a number that is not finite")
      }
    }
  }

  /// What a person should know of where the model comes from.
  private func card(_ path: String, _ words: String) -> ModelCard {
    var card = ModelCard()
    let name = path.split(separator: "/").last.map(String.init) ?? path
    card["imported from"] = "\(name), \(words)"
    let inputs = inputs.map { "\($0.name), \($0.shape.extents)" }.joined(separator: "; ")
    card["input of the file"] = "\(inputs), \(convention)"
    card["outputs of the file"] = outputs.map { "\($0.name), \($0.shape.extents)" }.joined(separator: "; ")
    card["tool"] = GlintVersion.tool
    return card
  }

  /// What leaves the network: the values of layers whose numbers are the file's, with layers that change nothing behind
  /// those that are no such layers.
  private static func outputs(
    _ graph: ONNXGraph, _ lowering: inout Lowering, channelsLast: Bool
  ) throws(Refusal) -> ([Graph.Output], [Output]) {
    var computed: [Lowering.Computed] = []
    for output in graph.outputs {
      guard case .computed(var value)? = lowering.values[output.name] else {
        throw Refusal("the output '\(output.name)' is not computed from the input; export the network without it")
      }
      value = try lowering.ordered(value, output.name, channelsLast: channelsLast)
      computed.append(value)
    }
    guard !computed.isEmpty else { throw Refusal("the network has no outputs") }
    let needed = lowering.builder.needed(for: computed.map(\.value))
    let readers = lowering.builder.nodes.indices.filter { needed.contains($0 + 1) }
      .reduce(into: Set<Int>()) { $0.formUnion(lowering.builder.nodes[$1].inputs) }
    var outputs: [Graph.Output] = []
    var facts: [Output] = []
    for (output, value) in zip(graph.outputs, computed) {
      let isAlone = computed.count { $0.value == value.value } == 1
      let isReady =
        lowering.builder.isLinear(value.value) && isAlone && !readers.contains(value.value)
        && !lowering.isQuantized(value.value)
      // A picture leaves as one, also where it was computed as a list, and a list as one.
      let present = lowering.builder.shapes[value.value]
      let list: Shape? = value.view.dimensions.count <= 2 && value.view.isNatural ? [present.count] : nil
      let extents = value.view.dimensions
      let natural: Shape? =
        extents.count == 4 && extents[0] == 1 && value.view.isNatural ? Shape(Array(extents.dropFirst())) : nil
      let shape = value.view.picture.map { Shape([$0.height, $0.width, $0.channels]) } ?? list ?? natural ?? present
      let own: Int
      let areLists = [shape, present].allSatisfy { $0.count == $0[$0.rank - 1] }
      if isReady, areLists || shape == present {
        own = value.value
      } else {
        own = lowering.builder.identity(
          output.name, lowering.builder.reshape(value.value, to: shape, output.name))
      }
      outputs.append(.init(value: own, function: value.function))
      let port = FileInterface.Port(
        name: output.name, dimensions: extents, isChannelsFirst: !value.view.isNatural)
      facts.append(
        Output(
          own: lowering.builder.shapes[own].dimensions, function: value.function,
          file: .init(port, value.fileFunction)))
    }
    return (outputs, facts)
  }
}
