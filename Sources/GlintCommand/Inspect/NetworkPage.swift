import FoundationEssentials
import Importing
import ModelFiles
import Models
import Numerics
import ONNXFiles
import Reports
import TFLiteFiles

extension Inspect {
  /// Draws the network of a file into a page.
  func draw(to page: String) throws {
    var plan = OutputPlan()
    plan.read("the model", model)
    try plan.write("--report", page, .report)
    try plan.check(force: force.force)
    let name = URL(fileURLWithPath: model).lastPathComponent
    let report =
      ForeignNetwork.isOne(path: model)
      ? NetworkPage.report(of: try ForeignNetwork(path: model), named: name)
      : try NetworkPage.report(of: try trust.load(model), named: name)
    try report.page.write(to: page)
    emit("The network of \(model) is drawn in \(page).")
  }
}

/// Networks as a page draws them.
enum NetworkPage {
  private static var footer: String {
    "Made by: glint " + CommandLine.arguments.dropFirst().joined(separator: " ")
  }

  // MARK: Models of Glint's

  static func report(of model: LoadedModel, named name: String) throws -> NetworkReport {
    let description = model.description
    let graph = description.graph
    let shapes = try graph.shapes()
    let parameterShapes = try graph.parameterShapes()
    let multiplyAdds = try graph.multiplyAdds()
    var quantization: [QuantizationParameters]?
    if case .int8(let int8) = model { quantization = int8.quantization }
    let kind = quantization == nil ? "float" : "int8"
    var nodes = [
      NetworkGraph.Node(
        "input", operator: description.preprocessing.words, shape: "\(graph.input)", kind: .end, inputs: [])
    ]
    var table = ReportTable(
      columns: ["node", "operator", "reads", "output", "parameters", "multiply-adds"], rows: [])
    for (index, node) in graph.nodes.enumerated() {
      let weights = parameterShapes[index].map { $0.weight.count + $0.bias.count } ?? 0
      let operation = node.operator.words
      nodes.append(
        NetworkGraph.Node(
          node.name, operator: operation, shape: "\(shapes[index + 1])",
          detail: detail(weights, multiplyAdds[index]),
          kind: weights > 0 ? .layer : node.inputs.count > 1 ? .join : .other, inputs: node.inputs))
      table.rows.append([
        .text(node.name), .text(operation), .text(node.inputs.map(graph.valueName).joined(separator: ", ")),
        .text("\(shapes[index + 1])"), .number(weights == 0 ? "" : Figures.count(weights)),
        .number(multiplyAdds[index] == 0 ? "" : Figures.count(multiplyAdds[index])),
      ])
    }
    for output in graph.outputs {
      nodes.append(
        NetworkGraph.Node(
          graph.outputs.count == 1 ? "output" : "output \(graph.valueName(output.value))",
          operator: output.function == .identity ? "numbers" : output.function.rawValue, shape: "", kind: .end,
          inputs: [output.value]))
    }
    let weights = parameterShapes.reduce(0) { $0 + ($1.map { $0.weight.count + $0.bias.count } ?? 0) }
    return NetworkReport(
      title: name, subtitle: "\(kind) model, \(description.preprocessing.words)",
      figures: [
        Headline(Figures.count(graph.nodes.count), "nodes"), Headline(Figures.count(weights), "parameters"),
        Headline(Figures.count(multiplyAdds.reduce(0, +)), "multiply-adds (MACs) a picture"),
      ],
      facts: (description.labels.isEmpty ? [] : [Fact("labels", description.labels.joined(separator: ", "))])
        + description.card.entries.map { Fact($0.field, $0.text) },
      graph: NetworkGraph(nodes), table: table, footer: footer)
  }

  private static func detail(_ weights: Int, _ multiplyAdds: Int) -> String {
    [weights == 0 ? "" : "\(short(weights)) weights", multiplyAdds == 0 ? "" : "\(short(multiplyAdds)) MACs"]
      .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// A count in three digits, for small print.
  private static func short(_ count: Int) -> String {
    switch count {
    case 1_000_000...: "\(Figures.short(Double(count) / 1e6)) M"
    case 10_000...: "\(Figures.short(Double(count) / 1e3)) k"
    default: Figures.count(count)
    }
  }

  // MARK: Networks of other programs

  /// A network before it is imported, without the nodes that only prepare weights.
  static func report(of network: ForeignNetwork, named name: String) -> NetworkReport {
    switch network {
    case .onnx(let model):
      let text = ONNXText(model)
      let weights = Dictionary(
        model.graph.initializers.map { ($0.name, $0.dimensions) }, uniquingKeysWith: { first, _ in first })
      return report(
        named: name, network.words, text.nodes, weights, inputs: text.inputs.map { ($0.name, $0.shape) },
        outputs: text.outputs.map { ($0.name, $0.shape) },
        facts: model.properties.map { Fact($0.key, String($0.value.prefix(300))) })
    case .tflite(let model):
      let text = TFLiteText(model)
      let names = TFLiteText.names(in: model)
      let extents = Dictionary(
        zip(names, model.tensors).map { ($0, $1.shape ?? []) }, uniquingKeysWith: { first, _ in first })
      let constants = Set(zip(names, model.tensors).filter { $1.data != nil }.map(\.0))
      return report(
        named: name, network.words, text.nodes, extents.filter { constants.contains($0.key) },
        extents.mapValues { Shape($0).description }, inputs: model.inputs.map { (names[$0], "") },
        outputs: model.outputs.map { (names[$0], "") },
        facts: text.files.map { Fact("file inside", $0) })
    }
  }

  /// - Parameters:
  ///   - weights: the extents of constants, by name.
  ///   - shapes: those of what is computed, as far as the file says them.
  private static func report(
    named name: String, _ words: String, _ list: [ONNXText.Node], _ weights: [String: [Int]],
    _ shapes: [String: String] = [:], inputs: [(name: String, shape: String)],
    outputs: [(name: String, shape: String)], facts: [Fact]
  ) -> NetworkReport {
    var nodes: [NetworkGraph.Node] = []
    // Which box makes a value, and how many weights stand behind one that does not depend on the input.
    var makers: [String: Int] = [:]
    var constants = weights.mapValues { $0.reduce(1, *) }
    var table = ReportTable(columns: ["node", "operator", "reads", "makes", "parameters"], rows: [])
    for input in inputs {
      makers[input.name] = nodes.count
      nodes.append(
        .init(input.name, operator: "input", shape: shapes[input.name] ?? input.shape, kind: .end, inputs: []))
    }
    for node in list {
      let sources = node.reads.compactMap { makers[$0] }
      // What a reshape or a resize reads beside values are extents and places, no weights.
      let count = movesOnly(node.operator) ? 0 : node.reads.reduce(0) { $0 + (constants[$1] ?? 0) }
      table.rows.append([
        .text(node.name), .text(node.operator), .text(node.reads.joined(separator: ", ")),
        .text(node.makes.joined(separator: ", ")), .number(count == 0 ? "" : Figures.count(count)),
      ])
      guard !sources.isEmpty else {
        for output in node.makes { constants[output] = node.reads.reduce(0) { $0 + (constants[$1] ?? 0) } }
        continue
      }
      for output in node.makes { makers[output] = nodes.count }
      let extents = node.reads.compactMap { weights[$0] }.first { $0.count > 1 }.map { ", " + Shape($0).description }
      nodes.append(
        .init(
          node.name, operator: node.operator, shape: node.makes.first.flatMap { shapes[$0] } ?? "",
          detail: count > 1 ? "\(short(count)) weights\(extents ?? "")" : "",
          kind: count > 1 ? .layer : Set(sources).count > 1 ? .join : .other, inputs: sources))
    }
    for output in outputs {
      guard let maker = makers[output.name] else { continue }
      nodes.append(.init(output.name, operator: "output", shape: output.shape, kind: .end, inputs: [maker]))
    }
    return NetworkReport(
      title: name, subtitle: words,
      figures: [
        Headline(Figures.count(list.count), "nodes"),
        Headline(Figures.count(weights.values.reduce(0) { $0 + $1.reduce(1, *) }), "weights"),
      ],
      facts: facts, graph: NetworkGraph(nodes), table: table, footer: footer)
  }
}

extension NetworkPage {
  /// Whether an operator, as ONNX or TensorFlow Lite call it, has no weights, whatever constants it reads.
  private static func movesOnly(_ operation: String) -> Bool {
    let name = operation.lowercased().filter { $0 != "_" }
    return moves.contains(name) || name.hasPrefix("reduce") || name.hasPrefix("resize")
  }

  private static let moves: Set<String> = [
    "reshape", "transpose", "upsample", "slice", "stridedslice", "pad", "padv2", "mirrorpad", "squeeze", "unsqueeze",
    "expanddims", "expand", "broadcastto", "tile", "gather", "split", "splitv", "clip", "mean", "sum", "quantizelinear",
    "dequantizelinear",
  ]
}

extension Operator {
  /// Name and extents in a few words, as in `conv2d 3x3 / 2 + relu`.
  fileprivate var words: String {
    let clamp = activation == .none ? "" : " + \(activation.rawValue)"
    func window(_ window: Window) -> String {
      " \(window.height)x\(window.width)" + (window.stride == 1 ? "" : " / \(window.stride)")
    }
    switch self {
    case .conv2D(let conv):
      return (conv.groups == 1 ? "conv2d" : "conv2d by \(conv.groups)") + window(conv.window) + clamp
    case .maxPool2D(let pool), .averagePool2D(let pool): return name + window(pool)
    default: return name + clamp
    }
  }
}
