import Files
import Models
import Numerics

extension GraphCoding {
  /// Reads a graph; what it means is checked by `Graph.shapes()` afterwards.
  ///
  /// - Throws: `GraphError` naming the node that cannot be read.
  static func decodeGraph(_ json: JSONValue, mostNodes: Int) throws(GraphError) -> Graph {
    if let name = json.member(besides: ["input", "nodes", "outputs"]) { throw .unknown(name) }
    guard let extents = json["input"]?.integers, let input = Shape(checking: extents) else {
      throw GraphError("input", "no shape")
    }
    guard let list = json["nodes"]?.array, let outputList = json["outputs"]?.array else {
      throw GraphError.ofGraph("nodes or outputs are missing")
    }
    guard list.count <= mostNodes else {
      throw GraphError.ofGraph("\(list.count) nodes; the limit is \(mostNodes) (\(ModelLimits.lifted))")
    }
    var values: [String: Int] = ["input": 0]
    var nodes: [Graph.Node] = []
    for (index, json) in list.enumerated() {
      guard let name = json["name"]?.string else { throw GraphError("number \(index)", "no name") }
      guard let inputNames = json["inputs"]?.strings else { throw GraphError(name, "no inputs") }
      var inputs: [Int] = []
      for inputName in inputNames {
        guard let value = values[inputName] else {
          throw GraphError(name, "reads '\(inputName)', which no earlier node makes")
        }
        inputs.append(value)
      }
      guard values.updateValue(index + 1, forKey: name) == nil else { throw GraphError(name, "the name stands twice") }
      let operation = try decodeOperator(json, name)
      if let member = json.member(besides: ["name", "operator", "inputs"] + operation.extentNames) {
        throw .unknown(member, of: name)
      }
      nodes.append(.init(name, operation, inputs: inputs))
    }
    var outputs: [Graph.Output] = []
    for json in outputList {
      guard let name = json["value"]?.string, let value = values[name],
        let function = json["function"]?.string.flatMap(Graph.Function.init(rawValue:))
      else { throw GraphError("output", "names no value, or an unknown function") }
      if let member = json.member(besides: ["value", "function"]) { throw .unknown(member, of: "output") }
      outputs.append(.init(value: value, function: function))
    }
    return Graph(input: input, nodes: nodes, outputs: outputs)
  }

  private static func decodeOperator(_ json: JSONValue, _ node: String) throws(GraphError) -> Operator {
    guard let name = json["operator"]?.string else { throw GraphError(node, "no operator") }
    switch name {
    case "conv2d":
      return .conv2D(
        .init(
          outputChannels: try integer(json, "outputs", node), window: try window(json, node),
          dilation: try integer(json, "dilation", node), groups: try integer(json, "groups", node),
          activation: try activation(json, node)))
    case "max_pool2d": return .maxPool2D(try window(json, node))
    case "average_pool2d": return .averagePool2D(try window(json, node))
    case "global_average_pool": return .globalAveragePool
    case "dense":
      return .dense(.init(outputs: try integer(json, "outputs", node), activation: try activation(json, node)))
    case "add": return .add(try activation(json, node))
    case "concatenate": return .concatenate
    case "upsample_nearest": return .upsampleNearest(factor: try integer(json, "factor", node))
    case "multiply": return .multiply(try activation(json, node))
    case "resize_linear", "resize_nearest":
      return .resize(
        .init(
          isLinear: name == "resize_linear", rows: try sampling(json, "rows", node),
          columns: try sampling(json, "columns", node)))
    case "rearrange": return .rearrange(try arrangement(json, node))
    case "flatten": return .flatten
    case "reshape":
      guard let extents = json["shape"]?.integers, let shape = Shape(checking: extents) else {
        throw GraphError(node, "no sound shape")
      }
      return .reshape(shape)
    default:
      guard let kind = Operator.Function.Kind(rawValue: name) else {
        throw GraphError(node, "the operator '\(name)' is not known to this version")
      }
      return .function(
        .init(
          kind, kind.parameterCount > 0 ? try number(json, "alpha", node) : 0,
          kind.parameterCount > 1 ? try number(json, "beta", node) : 0))
    }
  }

  private static func integer(_ json: JSONValue, _ field: String, _ node: String) throws(GraphError) -> Int {
    guard let number = json[field]?.integer else { throw GraphError(node, "no number '\(field)'") }
    return number
  }

  private static func number(_ json: JSONValue, _ field: String, _ node: String) throws(GraphError) -> Float {
    guard let parts = json[field]?.integers, parts.count == 2, parts[0].magnitude < 1 << 24,
      (-200...200).contains(parts[1])
    else { throw GraphError(node, "no number '\(field)'") }
    return Float(parts[0]) * Float(sign: .plus, exponent: parts[1], significand: 1)
  }

  private static func sampling(
    _ json: JSONValue, _ field: String, _ node: String
  ) throws(GraphError) -> Operator.Sampling {
    guard let parts = json[field]?.integers, parts.count == 3 else { throw GraphError(node, "no sound '\(field)'") }
    return .init(count: parts[0], start: parts[1], step: parts[2])
  }

  private static func arrangement(_ json: JSONValue, _ node: String) throws(GraphError) -> Operator.Arrangement {
    guard let extents = json["shape"]?.integers, let shape = Shape(checking: extents), let list = json["axes"]?.array
    else { throw GraphError(node, "no sound shape or axes") }
    var axes: [Operator.Arrangement.Axis] = []
    for axis in list {
      guard let parts = axis.integers, parts.count == 2 else { throw GraphError(node, "no sound axes") }
      axes.append(.init(size: parts[0], stride: parts[1]))
    }
    return .init(shape: shape, axes: axes, offset: try integer(json, "offset", node))
  }

  private static func activation(_ json: JSONValue, _ node: String) throws(GraphError) -> Operator.Activation {
    guard let activation = json["activation"]?.string.flatMap(Operator.Activation.init(rawValue:)) else {
      throw GraphError(node, "no known activation")
    }
    return activation
  }

  private static func window(_ json: JSONValue, _ node: String) throws(GraphError) -> Operator.Window {
    guard let kernel = json["kernel"]?.integers, kernel.count == 2, let pad = json["padding"]?.integers, pad.count == 4
    else { throw GraphError(node, "no sound kernel or padding") }
    return .init(
      kernel[0], kernel[1], stride: try integer(json, "stride", node),
      padding: .init(top: pad[0], left: pad[1], bottom: pad[2], right: pad[3]))
  }
}

extension GraphError {
  fileprivate static func unknown(_ member: String, of node: String = "") -> GraphError {
    GraphError(node, "the member '\(member)' is not known to this version")
  }
}

extension Operator {
  /// Members of its node in a file beside name, operator and inputs.
  fileprivate var extentNames: [String] {
    let window = ["kernel", "stride", "padding"]
    return switch self {
    case .conv2D: ["outputs", "dilation", "groups", "activation"] + window
    case .maxPool2D, .averagePool2D: window
    case .dense: ["outputs", "activation"]
    case .add, .multiply: ["activation"]
    case .upsampleNearest: ["factor"]
    case .reshape: ["shape"]
    case .resize: ["rows", "columns"]
    case .function(let function): Array(["alpha", "beta"].prefix(function.kind.parameterCount))
    case .rearrange: ["shape", "axes", "offset"]
    case .globalAveragePool, .concatenate, .flatten: []
    }
  }
}
