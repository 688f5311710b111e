import ONNXFiles

/// Operators that are several others in a row.
extension Lowering {
  /// An operator of ONNX's, what it reads, and the name of what it makes; empty names the node's own result.
  typealias Step = (type: String, inputs: [String], output: String)

  /// Lowers a node as others. Names that are none of the file's belong to this node alone.
  mutating func expand(
    _ node: ONNXNode, constants: [(name: String, value: Constant)] = [], _ steps: [Step],
    attributes: [String: [ONNXAttribute]] = [:]
  ) throws(Refusal) {
    let own = Set(constants.map(\.name) + steps.map(\.output))
    func full(_ name: String) -> String {
      name.isEmpty ? node.outputs[0] : own.contains(name) ? "\(node.outputs[0])#\(name)" : name
    }
    for (name, value) in constants { values[full(name)] = .constant(value) }
    // What is read more often than the file says may not be changed in place.
    for name in node.inputs where !name.isEmpty { uses[name, default: 0] -= 1 }
    for step in steps { for input in step.inputs { uses[full(input), default: 0] += 1 } }
    for step in steps {
      var part = node
      part.operatorType = step.type
      part.inputs = step.inputs.map(full)
      part.outputs = [full(step.output)]
      part.attributes = attributes[step.output] ?? []
      part.name = step.output.isEmpty ? node.title : "\(node.title).\(step.output)"
      if try fold(part) { continue }
      try lowerComputed(part)
    }
  }

  /// Lowers an operator of several inputs as one of two, again and again.
  mutating func expand(_ node: ONNXNode, chain type: String) throws(Refusal) {
    var steps: [Step] = []
    var last = node.inputs[0]
    for (index, input) in node.inputs.enumerated().dropFirst() {
      let name = index == node.inputs.count - 1 ? "" : "\(index)"
      steps.append((type, [last, input], name))
      last = name
    }
    try expand(node, steps)
  }
}
