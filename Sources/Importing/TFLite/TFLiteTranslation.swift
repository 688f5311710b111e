import ONNXFiles
import TFLiteFiles

/// TensorFlow Lite's operators as the ONNX nodes that say the same, so that one lowering serves both formats.
///
/// TensorFlow Lite has channels last, ONNX has them after the batch: what knows of rows and columns gets a transpose
/// before and after it, as tf2onnx writes it. The lowering follows views through them, so that none is left. Of codes
/// of 8 bits, each operator reads what they are worth and makes codes of its result, as quantized ONNX files do.
struct TFLiteTranslation {
  typealias Step = TFLiteModel.Operator

  /// The version of ONNX's operators that the nodes are of: the first with all that are needed.
  static let opset = 20

  let file: TFLiteModel
  var graph = ONNXGraph(named: "")
  /// The operator that each node came from.
  private(set) var origins: [Int] = []
  /// Why operators have no nodes that say the same, by the node that stands for them.
  private(set) var refusals: [Int: Refusal] = [:]
  /// Operators that compute with codes.
  private(set) var quantized = 0

  /// By tensor: a name that no other has.
  var names: [String] = []
  var taken: Set<String> = []
  /// Constants that operators made of constants, by tensor.
  var made: [Int: ONNXTensor] = [:]
  var initialized: Set<String> = []
  /// Elements of constants that may still be read; tensors may share their bytes.
  var allowance: Int

  init(_ file: TFLiteModel) {
    self.file = file
    allowance = 1 << 20 + 4 * file.fileBytes
    for (number, tensor) in file.tensors.enumerated() {
      names.append("")
      names[number] = fresh(tensor.name.isEmpty ? "tensor \(number)" : tensor.name)
    }
    addInputs()
    for (index, step) in file.operators.enumerated() { add(index, step) }
    for output in file.outputs {
      if isCode(output) { dequantize(output, as: names[output]) }
      graph.outputs.append(ONNXValueInfo(names[output], .float, nil))
    }
    // What follows the last operator belongs to it, for errors.
    while origins.count < graph.nodes.count { origins.append(file.operators.count - 1) }
  }

  /// The network as an ONNX file would hold it.
  var model: ONNXModel {
    var model = ONNXModel(path: file.path, opset: Self.opset, graph: graph)
    if let text = file.metadata.labels?.text { model.properties.append(.init("labels", text)) }
    return model
  }

  /// An operator's name for people: that of what it makes, of which the converter joined several with semicolons.
  func title(_ index: Int) -> String {
    let name = file.operators[index].outputs.first.map { names[$0] } ?? ""
    return name.split(separator: ";").first.map(String.init) ?? name
  }

  private func operands(_ step: Step) -> [Int] { step.inputs.filter { $0 >= 0 } }

  private mutating func addInputs() {
    for input in file.inputs {
      let tensor = file.tensors[input]
      let isBytes = tensor.element == .uint8 && tensor.quantization == nil
      let isFloat = tensor.element == .float32 || tensor.element == .float16 || isCode(input)
      graph.inputs.append(
        ONNXValueInfo(
          names[input], isBytes ? .uint8 : isFloat ? .float : .int32,
          tensor.shape.map { _ in tensor.signature.map { $0 > 0 ? .fixed($0) : .symbolic("") } }))
      if isCode(input) { quantize(names[input], as: input) }
    }
    while origins.count < graph.nodes.count { origins.append(0) }
  }

  /// Adds the nodes of one operator, or one that stands for it where it has no counterpart.
  private mutating func add(_ index: Int, _ step: Step) {
    let start = graph.nodes.count
    if (step.outputs + operands(step).filter { file.tensors[$0].data == nil }).contains(where: isCode) {
      quantized += 1
    }
    do throws(Refusal) {
      bind(try nodes(of: step), to: step, from: start)
    } catch {
      graph.nodes.removeSubrange(start...)
      refusals[graph.nodes.count] = error
      let reads = operands(step).filter { file.tensors[$0].data == nil && made[$0] == nil }
      // Under the names by which others read them: what nobody reads is not looked at, and would not be named.
      func name(_ number: Int) -> String { isCode(number) ? codesName(number) : names[number] }
      graph.nodes.append(ONNXNode(step.name, reads.map(name), step.outputs.map(name)))
    }
    for node in start..<graph.nodes.count { graph.nodes[node].name = title(index) }
    while origins.count < graph.nodes.count { origins.append(index) }
  }

  /// Gives results the names of the operator's tensors, and makes codes of them where those are codes.
  private mutating func bind(_ values: [String], to step: Step, from start: Int) {
    for (value, output) in zip(values, step.outputs) {
      let name = isCode(output) ? fresh(names[output] + "/real") : names[output]
      var isRenamed = false
      for node in start..<graph.nodes.count {
        for place in graph.nodes[node].outputs.indices where graph.nodes[node].outputs[place] == value {
          graph.nodes[node].outputs[place] = name
          isRenamed = true
        }
        guard isRenamed else { continue }
        for place in graph.nodes[node].inputs.indices where graph.nodes[node].inputs[place] == value {
          graph.nodes[node].inputs[place] = name
        }
      }
      if !isRenamed { graph.nodes.append(ONNXNode("Identity", [value], [name])) }
      if isCode(output) { quantize(name, as: output) }
    }
  }

  // MARK: Nodes

  /// A name that nothing has yet.
  mutating func fresh(_ base: String) -> String {
    var name = base
    var number = 2
    while !taken.insert(name).inserted {
      name = "\(base).\(number)"
      number += 1
    }
    return name
  }

  /// Adds a node with one result; the result's name.
  mutating func node(
    _ type: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute.Value)] = []
  ) -> String {
    nodes(type, inputs, attributes, count: 1)[0]
  }

  /// Adds a node with several results.
  mutating func nodes(
    _ type: String, _ inputs: [String], _ attributes: [(String, ONNXAttribute.Value)] = [], count: Int
  ) -> [String] {
    let results = (0..<count).map { _ in fresh("\(type) \(graph.nodes.count)") }
    graph.nodes.append(ONNXNode(type, inputs, results, attributes))
    return results
  }

  mutating func channelsFirst(_ value: String) -> String {
    node("Transpose", [value], [("perm", .integers([0, 3, 1, 2]))])
  }

  mutating func channelsLast(_ value: String) -> String {
    node("Transpose", [value], [("perm", .integers([0, 2, 3, 1]))])
  }

  /// Adds a constant of whole numbers.
  mutating func constant(integers: [Int], isScalar: Bool = false) -> String {
    constant(ONNXTensor("", isScalar ? [] : [integers.count], .int64, .integers(integers)))
  }

  /// Adds a constant number.
  mutating func constant(number: Float) -> String { constant(ONNXTensor("", [], .float, .floats([number]))) }

  mutating func constant(_ tensor: ONNXTensor) -> String {
    var tensor = tensor
    tensor.name = fresh("constant \(graph.initializers.count)")
    graph.initializers.append(tensor)
    return tensor.name
  }
}
