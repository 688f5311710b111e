import Models
import Numerics
import ONNXFiles

/// What moves nothing: views, and the functions at the end.
extension Lowering {
  /// Operators that change nothing while a network is used.
  mutating func passing(_ node: ONNXNode) throws(Refusal) {
    let source = try anyComputed(node, 0)
    switch node.operatorType {
    case "Dropout":
      guard !node.hasOutput(1) || uses[node.outputs[1]] == nil else { throw Refusal("its mask is read") }
    case "Cast":
      let type = ONNXElement(rawValue: try node.integer("to", 1))
      guard type?.isFloat ?? false else {
        throw Refusal("to whole numbers", advice: "a network in float without conversions would work")
      }
    case "Expand":
      guard let shape = try constant(node, 1, "shape")?.integers,
        let larger = Broadcasting.shape(shape, source.view.dimensions)
      else { throw Refusal("to a shape that does not fit \(source.view.dimensions.extents)") }
      if larger != source.view.dimensions {
        values[node.outputs[0]] = .computed(try expanded(try computed(node, 0), to: larger, node.title))
        return
      }
    default: break
    }
    alias(node, source, source.view)
  }

  mutating func reshaping(_ node: ONNXNode) throws(Refusal) {
    let source = try anyComputed(node, 0)
    let view = source.view
    if node.operatorType == "Transpose" {
      let order = try node.integers("perm") ?? Array(view.dimensions.indices.reversed())
      guard order.sorted() == Array(view.dimensions.indices) else { throw Refusal("perm \(order)") }
      if let turned = view.transposed(order) { return alias(node, source, turned) }
      let plain = try natural(try computed(node, 0), node.title)
      return alias(node, plain, plain.view.transposed(order)!)
    }
    let dimensions: [Int]
    switch node.operatorType {
    case "Reshape":
      guard var shape = try axes(node, "shape", input: 1) else {
        throw Refusal("has no shape")
      }
      // A shape that was written down for the file's batch.
      if batch > 1, shape.first == batch, view.dimensions.first == 1 { shape[0] = 1 }
      dimensions = try ShapeRules.reshaped(
        view.dimensions, to: shape, keepsZero: try node.integer("allowzero", 0) != 0)
    case "Flatten":
      dimensions = try ShapeRules.flattened(view.dimensions, axis: try node.integer("axis", 1))
    case "Squeeze":
      dimensions = try ShapeRules.squeezed(view.dimensions, axes: try axes(node, "axes", input: 1))
    default:
      dimensions = try ShapeRules.unsqueezed(view.dimensions, axes: try axes(node, "axes", input: 1) ?? [])
    }
    alias(node, source, view.reshaped(dimensions))
  }

  /// Names of what leaves a network, perhaps as codes or in another shape.
  static func leaving(_ graph: ONNXGraph) -> Set<String> {
    var names = Set(graph.outputs.map(\.name))
    for node in graph.nodes.reversed() where !names.isDisjoint(with: node.outputs) {
      switch node.operatorType {
      case "QuantizeLinear", "DequantizeLinear", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Flatten":
        if let source = node.inputs.first { names.insert(source) }
      default: break
      }
    }
    return names
  }

  /// What turns the last numbers into probabilities: told to the output, and computed where something else reads it.
  mutating func ending(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let dimensions = source.view.dimensions
    var result = source
    result.function = .sigmoid
    if node.operatorType != "Sigmoid" {
      guard let axis = dimensions.normalized(axis: try node.integer("axis", opset < 13 ? 1 : -1)) else {
        throw Refusal("its axis")
      }
      guard batch == 1 || axis > 0 || dimensions.count == 1 else {
        throw Refusal("over the \(batch) pictures of a batch", advice: "along another axis would work")
      }
      // Up to opset 12 all dimensions from the axis on count as one.
      let isJoined = opset < 13 && dimensions[(axis + 1)...].contains { $0 > 1 }
      let share = isJoined ? dimensions[axis...].reduce(1, *) : dimensions[axis]
      let isLogarithm = node.operatorType == "LogSoftmax"
      guard share == source.view.count, uses[node.outputs[0]] == 1, endings.contains(node.outputs[0]) else {
        guard !isJoined else {
          throw Refusal("over several dimensions in the middle of the network", advice: "opset 13 or later would work")
        }
        values[node.outputs[0]] = .computed(try softmax(source, axis: axis, isLogarithm: isLogarithm, node.title))
        return
      }
      result.function = .softmax
      result.isLogarithm = isLogarithm
    }
    values[node.outputs[0]] = .computed(result)
    counts.folded += 1
  }

  /// An operator that is not in any table, and what is near it.
  static func unknown(_ type: String) -> Refusal {
    let advice: String
    switch type {
    case "LpPool", "MaxRoiPool", "MaxUnpool": advice = "MaxPool and AveragePool would work"
    case "InstanceNormalization", "LayerNormalization", "GroupNormalization", "LRN", "LpNormalization":
      advice = "batch normalization would work"
    case "GatherND": advice = "Slice and Split would work"
    case "NonMaxSuppression", "TopK", "ArgMax", "ArgMin", "Where", "GatherElements":
      advice = "leave out what comes after the last layer: --outputs with the names of what is wanted"
    case "QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger",
      "DynamicQuantizeLinear", "QLinearAdd", "QLinearGlobalAveragePool":
      advice = "import the float network, and quantize it with 'glint quantize'"
    case "LSTM", "GRU", "RNN", "Loop", "If", "Scan", "Attention": advice = "Glint runs convolutional networks"
    default: advice = ""
    }
    return Refusal("Glint has no such operator", advice: advice)
  }
}
