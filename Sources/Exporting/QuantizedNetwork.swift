import Models
import Numerics
import ONNXFiles
import Reference

/// An int8 model as ONNX with QuantizeLinear and DequantizeLinear (QDQ), whose int8 tensors have the bytes of
/// `Reference` in every runtime that computes each node as the standard says, or fuses as ONNX Runtime does.
///
/// Convolutions and dense layers are in real numbers, between DequantizeLinear and QuantizeLinear: what fuses them
/// computes equations (2) and (3). What a runtime may round otherwise is written in steps of the scale instead, with
/// whole numbers whose sums float32 holds exactly and the one multiplication of Glint's equation: no fusion applies to
/// that, and each IEEE machine computes the same.
///
/// Values of 16 bits have codes of int16, which need opset 21. What convolutions and dense layers make of them is
/// computed in float by runtimes that have no kernels for it: a code may be the neighbour of Glint's there.
struct QuantizedNetwork {
  var list: NodeList
  let model: QuantizedModel
  let shapes: [Shape]
  private let codeType: CodeType
  /// Names of values that were dequantized, by number: real numbers, and steps from the zero point.
  private var reals: [Int: String] = [:]
  private var steps: [Int: String] = [:]
  /// Names of scale and zero point, by value number.
  private var scales: [Int: String] = [:]
  private var zeroPoints: [Int: String] = [:]
  private var codes: [Int: String] = [:]
  private var unit: String?

  init(_ model: QuantizedModel, _ codeType: CodeType) throws(GraphError) {
    self.model = model
    self.codeType = codeType
    let graph = model.description.graph
    shapes = try graph.shapes()
    list = NodeList(reserved: ["input"] + graph.nodes.map(\.name))
    list.input("input", Geometry.dimensions(graph.input))
    quantize("input", 0)
    for index in graph.nodes.indices { add(index) }
    let isAlone = graph.outputs.count == 1
    for output in graph.outputs {
      let name = graph.valueName(output.value)
      list.leave(
        name, shapes[output.value], through: output.function,
        named: isAlone ? "probabilities" : name + ".probabilities")
    }
  }

  // MARK: Between codes and numbers

  func name(_ value: Int) -> String { model.description.graph.valueName(value) }

  func parameters(_ value: Int) -> QuantizationParameters { model.quantization[value] }

  private mutating func scale(_ value: Int) -> String {
    if let name = scales[value] { return name }
    let name = list.constant(name(value) + ".scale", [], [parameters(value).scale])
    scales[value] = name
    return name
  }

  private mutating func zeroPoint(_ value: Int) -> String {
    if let name = zeroPoints[value] { return name }
    let isWide = parameters(value).isSixteenBits
    let name = list.constant(
      name(value) + ".zero_point", [], isWide ? .int16 : codeType.element,
      [isWide ? 0 : Int(parameters(value).zeroPoint) + codeType.offset])
    zeroPoints[value] = name
    return name
  }

  private mutating func one() -> String {
    if let unit { return unit }
    let name = list.constant("step", [], [1])
    unit = name
    return name
  }

  /// A value's codes as real numbers.
  mutating func real(_ value: Int) -> String {
    if let name = reals[value] { return name }
    let inputs = [codes[value]!, scale(value), zeroPoint(value)]
    let name = list.add("DequantizeLinear", inputs, to: list.fresh(name(value) + ".real"))
    reals[value] = name
    return name
  }

  /// A value's codes as whole numbers, counted from the zero point.
  mutating func stepped(_ value: Int) -> String {
    if let name = steps[value] { return name }
    let inputs = [codes[value]!, one(), zeroPoint(value)]
    let name = list.add("DequantizeLinear", inputs, to: list.fresh(name(value) + ".steps"))
    steps[value] = name
    return name
  }

  /// Real numbers become a value's codes.
  mutating func quantize(_ real: String, _ value: Int) {
    let inputs = [real, scale(value), zeroPoint(value)]
    codes[value] = list.add("QuantizeLinear", inputs, to: list.fresh(name(value) + ".codes"))
  }

  /// Steps from the zero point, not yet rounded, become a value's codes.
  ///
  /// - Parameter isWithin: whether they lie within the value's codes already; those of 16 bits may end before their
  ///   type.
  mutating func settle(_ steps: String, _ value: Int, isWithin: Bool = false) {
    var steps = steps
    let own = parameters(value)
    if own.isSixteenBits, !isWithin {
      let limits = [
        list.constant(name(value) + ".least", [], [Float(own.least)]),
        list.constant(name(value) + ".largest", [], [Float(own.largest)]),
      ]
      steps = list.add("Clip", [steps] + limits, to: list.fresh(name(value) + ".limited"))
    }
    let inputs = [steps, one(), zeroPoint(value)]
    codes[value] = list.add("QuantizeLinear", inputs, to: list.fresh(name(value) + ".codes"))
  }

  // MARK: Nodes

  private mutating func add(_ index: Int) {
    let graph = model.description.graph
    let node = graph.nodes[index]
    switch node.operator {
    case .conv2D, .dense: product(index)
    case .averagePool2D(let window): average(index, window)
    case .globalAveragePool:
      let axes = list.constant(node.name + ".axes", [2], .int64, [2, 3])
      let source = stepped(node.inputs[0])
      let isWide = parameters(node.inputs[0]).isSixteenBits
      let exact = isWide ? cast(source, to: .double, node.name + ".exact") : source
      let added = list.add(
        "ReduceSum", [exact, axes], to: list.fresh(node.name + ".sum"), [("keepdims", .integer(0))])
      let sums = isWide ? cast(added, to: .float, node.name + ".rounded") : added
      let shape = shapes[node.inputs[0]]
      let multiplier = averageMultiplier(index, shape[0] * shape[1])
      let factor = list.constant(node.name + ".multiplier", [], [multiplier])
      settle(list.add("Mul", [sums, factor], to: node.name), index + 1)
    case .add(let activation): add(index, activation)
    case .multiply(let activation): multiply(index, activation)
    case .concatenate: concatenate(index)
    case .function(let function): apply(function, index)
    case .resize(let resize) where resize.isLinear: mix(index, resize)
    case .maxPool2D, .upsampleNearest, .resize, .rearrange, .flatten, .reshape: move(index)
    }
  }

  /// A convolution or dense layer: equation (2) between what is dequantized, (3) in the quantization of its result.
  private mutating func product(_ index: Int) {
    let graph = model.description.graph
    let node = graph.nodes[index]
    let inputs = [real(node.inputs[0])] + weights(index)
    // A tensor of the node's name leaves, or is what QuantizeLinear reads.
    let result: String
    switch node.operator {
    case .conv2D(let conv):
      result = list.add(
        "Conv", inputs, to: node.name, Geometry.window(conv.window, dilation: conv.dilation, groups: conv.groups))
    default: result = list.add("Gemm", inputs, to: node.name, [("transB", .integer(1))])
    }
    guard !graph.isOutput(index + 1) else { return }
    quantize(result, index + 1)
    clamp(node.operator.activation, index + 1)
  }

  /// Limits a value's codes to those that an activation allows, where saturation has not done it already: a node in
  /// front of QuantizeLinear would keep ONNX Runtime from fusing, unless it finds that it changes nothing.
  private mutating func clamp(_ activation: Operator.Activation, _ value: Int) {
    let own = parameters(value)
    let range = ReferenceOperators.clamp(activation, own)
    // Those of 16 bits end at the same distance on both sides, and may end earlier than the type.
    guard range != -128...127 || own.isSixteenBits else { return }
    let source = list.add(
      "DequantizeLinear", [codes[value]!, scale(value), zeroPoint(value)],
      to: list.fresh(name(value) + ".unclamped"))
    let base = name(value)
    let clamped: String
    if range == Int16(own.zeroPoint)...(own.isSixteenBits ? .max : 127) {
      clamped = list.add("Relu", [source], to: list.fresh(base + ".clamped"))
    } else {
      let low = activation == .none ? own.dequantize(range.lowerBound) : 0
      let high = activation == .relu6 ? min(6, own.dequantize(own.largest)) : own.dequantize(own.largest)
      let limits = [list.constant(base + ".low", [], [low]), list.constant(base + ".high", [], [high])]
      clamped = list.add("Clip", [source] + limits, to: list.fresh(base + ".clamped"))
    }
    quantize(clamped, value)
  }

  /// A tensor in another type.
  mutating func cast(_ source: String, to element: ONNXElement, _ name: String) -> String {
    list.add("Cast", [source], to: list.fresh(name), [("to", .integer(element.rawValue))])
  }

  /// Names of a node's dequantized weight and bias.
  private mutating func weights(_ index: Int) -> [String] {
    let own = model.parameters[index]!
    let node = model.description.graph.nodes[index]
    let outputs = own.scales.count
    let input = parameters(node.inputs[0]).scale
    let weight = Geometry.places(ofWeight: own.weight.shape).map { Int(own.weight.elements[$0]) }
    let axis: [(String, ONNXAttribute.Value)] = [("axis", .integer(0))]
    let weightInputs = [
      list.constant(node.name + ".weight", Geometry.weight(own.weight.shape), .int8, weight),
      list.constant(node.name + ".weight_scale", [outputs], own.scales),
      list.constant(node.name + ".weight_zero_point", [outputs], .int8, [Int](repeating: 0, count: outputs)),
    ]
    let biasInputs = [
      list.constant(node.name + ".bias", [outputs], .int32, own.bias.elements.map { Int($0) }),
      list.constant(node.name + ".bias_scale", [outputs], own.scales.map { input * $0 }),
    ]
    return [
      list.add("DequantizeLinear", weightInputs, to: list.fresh(node.name + ".weight_real"), axis),
      list.add("DequantizeLinear", biasInputs, to: list.fresh(node.name + ".bias_real"), axis),
    ]
  }
}
