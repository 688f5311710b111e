import Numerics
import ONNXFiles

/// What `inspect` says of an ONNX file, before it is imported.
struct ONNXText: Encodable {
  struct Value: Encodable {
    let name: String
    let shape: String
  }

  struct Node: Encodable {
    let name: String
    let `operator`: String
    let reads: [String]
    let makes: [String]
  }

  let kind = "onnx"
  let producer: String
  let ir_version: Int
  let opsets: [String: Int]
  let metadata: [String: String]
  let inputs: [Value]
  let outputs: [Value]
  let nodes: [Node]
  let tensors: Int
  let parameters: Int

  private enum CodingKeys: String, CodingKey {
    case kind, producer, ir_version, opsets, metadata, inputs, outputs, nodes, tensors, parameters
  }

  init(_ model: ONNXModel) {
    producer = model.producerLine
    ir_version = model.irVersion
    opsets = Dictionary(
      model.operatorSets.map { ($0.domain.isEmpty ? "ai.onnx" : $0.domain, $0.version) }, uniquingKeysWith: { $1 })
    metadata = Dictionary(model.properties.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    let graph = model.graph
    inputs = graph.trueInputs.map { Value(name: $0.name, shape: $0.shapeText) }
    outputs = graph.outputs.map { Value(name: $0.name, shape: $0.shapeText) }
    nodes = graph.nodes.map {
      Node(
        name: $0.title, operator: ($0.domain.isEmpty ? "" : $0.domain + ".") + $0.operatorType,
        reads: $0.inputs, makes: $0.outputs)
    }
    tensors = graph.initializers.count
    parameters = graph.initializers.reduce(0) { $0 + $1.count }
  }

  func show() {
    let sets = opsets.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    emit("ONNX network, IR version \(ir_version), opset \(sets), written by \(producer)")
    emit("weights \(grouped(parameters)) numbers in \(tensors) tensors")
    for input in inputs { emit("input   '\(input.name)' \(input.shape)") }
    for output in outputs { emit("output  '\(output.name)' \(output.shape)") }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { emit("\(key): \(value.prefix(200))") }
    Self.show(nodes)
  }

  /// The nodes, a line each.
  static func show(_ nodes: [Node]) {
    emit("")
    var table = Table(["", "operator", "node", "reads", "makes"], text: [1, 2, 3, 4])
    for (index, node) in nodes.enumerated() {
      table.add([
        "\(index)", node.operator, node.name, node.reads.joined(separator: ", "), node.makes.joined(separator: ", "),
      ])
    }
    table.show()
  }
}
