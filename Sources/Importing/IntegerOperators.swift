import Models
import Numerics
import ONNXFiles

/// Operators of whole numbers, ONNX's own and ONNX Runtime's: each is what DequantizeLinear, a plain operator and
/// QuantizeLinear are together.
extension Lowering {
  /// What stands for an operator.
  struct IntegerOperator {
    /// The operator between.
    var real: String
    /// Places of codes with scale and zero point among the inputs.
    var operands: [Int]
    /// Place of the weights' codes among them, and the axis of their channels.
    var weight: (place: Int, axis: Int)?
    /// Place of a bias of int32.
    var bias: Int?
    /// Place of the result's scale and zero point.
    var result: Int
  }

  static let integerOperators: [String: IntegerOperator] = [
    "QLinearConv": .init(real: "Conv", operands: [0, 3], weight: (3, 0), bias: 8, result: 6),
    "QLinearMatMul": .init(real: "MatMul", operands: [0, 3], weight: (3, 1), result: 6),
    "QGemm": .init(real: "Gemm", operands: [0, 3], weight: (3, 1), bias: 6, result: 7),
    "QLinearAdd": .init(real: "Add", operands: [0, 3], result: 6),
    "QLinearMul": .init(real: "Mul", operands: [0, 3], result: 6),
    "QLinearAveragePool": .init(real: "AveragePool", operands: [0], result: 3),
    "QLinearGlobalAveragePool": .init(real: "GlobalAveragePool", operands: [0], result: 3),
    "QLinearLeakyRelu": .init(real: "LeakyRelu", operands: [0], result: 3),
    "QLinearSigmoid": .init(real: "Sigmoid", operands: [0], result: 3),
    "QLinearSoftmax": .init(real: "Softmax", operands: [0], result: 3),
    "QLinearConcat": .init(real: "Concat", operands: [], result: 0),
  ]

  /// Lowers an operator of whole numbers as the nodes that it stands for; false for all others.
  mutating func lowerIntegerOperator(_ node: ONNXNode) throws(Refusal) -> Bool {
    guard var parts = Self.integerOperators[node.operatorType] else { return false }
    guard try node.integer("channels_last", 0) == 0 else {
      throw Refusal("channels_last", advice: "channels before rows and columns would work")
    }
    if node.operatorType == "QLinearConcat" { parts.operands = Array(stride(from: 2, to: node.inputs.count, by: 3)) }
    let hasScale = parts.result < node.inputs.count && !node.inputs[parts.result].isEmpty
    // Only QGemm may give real numbers.
    guard hasScale || node.operatorType == "QGemm", parts.operands.allSatisfy({ $0 + 1 < node.inputs.count }) else {
      throw Refusal("lacks scales")
    }
    let output = node.outputs[0]
    var reals: [String] = []
    for place in parts.operands {
      let name = "\(output).operand\(place)"
      var axis = parts.weight?.axis ?? 1
      if node.operatorType == "QGemm", try node.integer("transB", 0) != 0 { axis = 0 }
      try step(
        ONNXNode(
          "DequantizeLinear", trimmed(node.inputs[place..<min(place + 3, node.inputs.count)]), [name],
          place == parts.weight?.place ? [("axis", .integer(axis))] : []))
      reals.append(name)
    }
    if let place = parts.bias, place < node.inputs.count, !node.inputs[place].isEmpty {
      reals.append(try bias(node, node.inputs[place], weight: reals[1], parts))
    }
    let plain = node.attributes.filter { $0.name != "channels_last" && $0.name != "opset" }.map { ($0.name, $0.value) }
    let real = hasScale ? output + ".real" : output
    if endings.contains(output) { endings.insert(real) }
    try step(ONNXNode(parts.real, reals, [real], plain, name: node.title))
    guard hasScale else { return true }
    let scales = node.inputs[parts.result..<min(parts.result + 2, node.inputs.count)]
    try step(ONNXNode("QuantizeLinear", trimmed([real] + scales), [output], name: node.title))
    return true
  }

  /// Lowers a node that stands for a part of another; only the next part reads its result.
  private mutating func step(_ node: ONNXNode) throws(Refusal) {
    let output = node.outputs[0]
    if uses[output] == nil { uses[output] = 1 }
    for name in Set(node.inputs) where uses[name] == nil { uses[name] = 1 }
    try lower(node)
  }

  /// Inputs without those left out at the end.
  private func trimmed(_ names: ArraySlice<String>) -> [String] {
    var names = Array(names)
    while names.last?.isEmpty ?? false { names.removeLast() }
    return names
  }

  private func trimmed(_ names: [String]) -> [String] { trimmed(names[...]) }

  /// A bias of int32, whose scale is the product of those of the operands, as a dequantized constant.
  private mutating func bias(
    _ node: ONNXNode, _ name: String, weight: String, _ parts: IntegerOperator
  ) throws(Refusal) -> String {
    guard case .constant(let given)? = values[name], let numbers = given.integers,
      case .constant(let scale)? = values[node.inputs[parts.operands[0] + 1]], let input = scale.floats.first,
      let codes = quantized.constants[weight]
    else { throw Refusal("its bias or its weights are no constants") }
    guard codes.scales.count == 1 || codes.scales.count == numbers.count else {
      throw Refusal("\(numbers.count) biases for \(codes.scales.count) scales")
    }
    let scales = numbers.indices.map { input * codes.scales[codes.scales.count == 1 ? 0 : $0] }
    let real = node.outputs[0] + ".bias"
    values[real] = .constant(Constant(given.dimensions, .floats(zip(numbers, scales).map { Float($0) * $1 })))
    quantized.constants[real] = .init(
      numbers: numbers, dimensions: given.dimensions, scales: scales, zeroPoints: [0], axis: 0, element: .int32)
    return real
  }
}
