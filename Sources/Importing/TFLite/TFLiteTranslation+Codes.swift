import ONNXFiles
import TFLiteFiles

/// Codes of 8 bits, and what they are worth.
extension TFLiteTranslation {
  /// Whether a tensor that the network computes holds codes.
  func isCode(_ number: Int) -> Bool {
    let tensor = file.tensors[number]
    return tensor.data == nil && tensor.quantization != nil && [.int8, .uint8, .int16].contains(tensor.element)
  }

  /// Whether an operator reads or makes codes, apart from its weights.
  func computesCodes(_ step: Step) -> Bool {
    (step.outputs + step.inputs.filter { $0 >= 0 }).contains(where: isCode)
  }

  /// What codes are worth.
  static func real(_ tensor: ONNXTensor, _ codes: TFLiteModel.Quantization) -> ONNXTensor {
    guard case .integers(let numbers) = tensor.elements else { return tensor }
    let inner = codes.scales.count == 1 ? max(numbers.count, 1) : tensor.dimensions[(codes.axis + 1)...].reduce(1, *)
    let floats = numbers.enumerated().map { place, code in
      let channel = place / inner % codes.scales.count
      return Float(code - codes.zeroPoints[channel]) * codes.scales[channel]
    }
    return ONNXTensor(tensor.name, tensor.dimensions, .float, .floats(floats))
  }

  func codesName(_ number: Int) -> String { names[number] + "/codes" }

  private mutating func parameters(_ codes: TFLiteModel.Quantization, _ element: ONNXElement) -> [String] {
    let shape = codes.scales.count == 1 ? [] : [codes.scales.count]
    return [
      constant(ONNXTensor("", shape, .float, .floats(codes.scales))),
      constant(ONNXTensor("", shape, element, .integers(codes.zeroPoints))),
    ]
  }

  mutating func quantize(_ value: String, as number: Int) {
    guard let codes = file.tensors[number].quantization, let element = ONNXElement(file.tensors[number].element) else {
      return
    }
    let inputs = [value] + parameters(codes, element)
    graph.nodes.append(ONNXNode("QuantizeLinear", inputs, [codesName(number)]))
  }

  /// What the codes of a constant are worth, by a node.
  mutating func dequantize(
    _ name: String, _ codes: TFLiteModel.Quantization, _ element: ONNXElement
  ) -> String {
    let inputs = [name] + parameters(codes, element)
    return node("DequantizeLinear", inputs, codes.scales.count == 1 ? [] : [("axis", .integer(codes.axis))])
  }

  /// What codes that the network computes are worth.
  mutating func dequantize(_ number: Int) -> String {
    guard let codes = file.tensors[number].quantization, let element = ONNXElement(file.tensors[number].element) else {
      return names[number]
    }
    return node("DequantizeLinear", [codesName(number)] + parameters(codes, element))
  }

  mutating func dequantize(_ number: Int, as name: String) {
    let value = dequantize(number)
    graph.nodes[graph.nodes.count - 1].outputs = graph.nodes[graph.nodes.count - 1].outputs.map {
      $0 == value ? name : $0
    }
  }
}

extension ONNXElement {
  /// The same type in ONNX; nil where it is not read.
  init?(_ element: TFLiteElement) {
    switch element {
    case .float32: self = .float
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .float64: self = .double
    case .int8: self = .int8
    case .uint8: self = .uint8
    case .int16: self = .int16
    case .uint16: self = .uint16
    case .int32: self = .int32
    case .int64: self = .int64
    case .bool: self = .bool
    case .string, .complex64, .complex128, .uint64, .uint32, .resource, .variant, .int4, .int2, .uint4, .float8e4m3,
      .float8e5m2:
      return nil
    }
  }
}
