import Models
import Numerics
import ONNXFiles

/// QuantizeLinear and DequantizeLinear.
extension Lowering {
  /// Whether a node is of codes and scales, in ONNX's own set or in ONNX Runtime's.
  static func speaksOfCodes(_ node: ONNXNode) -> Bool {
    switch node.operatorType {
    case "QuantizeLinear", "DequantizeLinear": true
    default: integerOperators[node.operatorType] != nil
    }
  }

  /// Lowers a node that speaks of codes; false for all others.
  mutating func lowerCodes(_ node: ONNXNode) throws(Refusal) -> Bool {
    switch node.operatorType {
    case "QuantizeLinear": try quantize(node)
    case "DequantizeLinear": try dequantize(node)
    default: return try lowerIntegerOperator(node)
    }
    return true
  }

  /// The name of the node that makes a value of Glint's.
  func maker(_ value: Int) -> String { builder.node(of: value)?.name ?? "input" }

  /// Whether a value has codes.
  func isQuantized(_ value: Int) -> Bool { quantized.values[maker(value)] != nil }

  /// Whether a value has the same scale and zero point as what its node reads.
  func keepsCodes(_ value: Int) -> Bool {
    guard let node = builder.node(of: value) else { return false }
    let source = node.inputs[0]
    return quantized.values[node.name] == quantized.values[maker(source)] ?? inherited(source)
  }

  /// Remembers which node of the file made Glint's nodes from `first` on.
  mutating func noteMaker(_ node: ONNXNode, _ first: Int) {
    for own in builder.nodes[first...] where quantized.makers[own.name] == nil {
      quantized.makers[own.name] = (quantized.index, node)
    }
  }

  /// Remembers the integer weights of a layer that was lowered from dequantized ones.
  mutating func noteQuantized(_ node: ONNXNode) throws(Refusal) {
    guard let output = node.outputs.first, case .computed(let result)? = values[output] else { return }
    let isTurned = node.operatorType == "ConvTranspose"
    guard isTurned || ["Conv", "Gemm", "MatMul"].contains(node.operatorType), node.inputs.count > 1,
      let codes = quantized.constants[node.inputs[1]], let value = layer(result.value, isBehindMoves: isTurned),
      let own = builder.parameters[value - 1]
    else { return }
    let name = maker(value)
    // With zero points, each product would need the sum of the inputs too.
    guard codes.zeroPoints.allSatisfy({ $0 == 0 }) else {
      let isOne = Set(codes.zeroPoints).count == 1
      throw Refusal(
        isOne
          ? "its weights are asymmetric, with the zero point \(codes.zeroPoints[0])"
          : "its weights have a zero point for each channel",
        advice: "quantize weights symmetrically (zero point 0, or 128 for uint8)")
    }
    // A transposed convolution makes the channels of each phase by itself.
    let groups = isTurned ? try node.integer("group", 1) : 1
    let perGroup = isTurned ? codes.dimensions[1] : own.bias.shape.count
    let outputs = perGroup * groups
    let phases = own.bias.shape.count / outputs
    let channels = (0..<own.bias.shape.count).map { $0 / (phases * perGroup) * perGroup + $0 % perGroup }
    let isTransposed = try node.integer("transB", 0) != 0
    let outputAxis = node.operatorType == "Conv" || isTransposed ? 0 : 1
    guard codes.scales.count == 1 || codes.axis == outputAxis && codes.scales.count == perGroup else {
      throw Refusal(
        "its weights have \(codes.scales.count) scales along axis \(codes.axis)",
        advice: "one scale, or one for each output channel, would work")
    }
    guard codes.element != .int16, codes.element != .uint16 else {
      throw Refusal("its weights have codes of 16 bits", advice: "weights of 8 bits would work")
    }
    guard codes.numbers.allSatisfy({ (-127...127).contains($0) }) else {
      throw Refusal("a weight has the code -128", advice: "quantize weights to -127...127")
    }
    let bias = node.inputs.count > 2 ? quantized.constants[node.inputs[2]] : nil
    let isWhole = bias?.element == .int32 && bias!.zeroPoints.allSatisfy { $0 == 0 }
    quantized.layers[name] = .init(
      scales: channels.map { codes.scales[codes.scales.count == 1 ? 0 : $0 % perGroup] },
      bias: isWhole && bias!.numbers.count == outputs ? channels.map { bias!.numbers[$0] } : nil, real: own)
  }

  /// The layer that makes a value, or of whose result it is a rearrangement; nil where there is none.
  private func layer(_ value: Int, isBehindMoves: Bool) -> Int? {
    var value = value
    while let node = builder.node(of: value) {
      if builder.parameters[value - 1] != nil { return value }
      guard isBehindMoves, node.inputs.count == 1 else { return nil }
      value = node.inputs[0]
    }
    return nil
  }

  // MARK: Scales

  /// The scales of a node that quantizes or dequantizes, its zero points, and the type of its codes.
  private func scales(
    _ node: ONNXNode
  ) throws(Refusal) -> (scales: [Float], zeroPoints: [Int], element: ONNXElement?, axis: Int) {
    guard let given = try constant(node, 1, "scales"), case .floats(let scales) = given.elements, !scales.isEmpty,
      scales.allSatisfy({ $0.isNormal && $0 > 0 })
    else { throw Refusal("its scale is no positive number") }
    guard try node.integer("block_size", 0) == 0 else {
      throw Refusal("scales of blocks", advice: "one scale, or one for each output channel, would work")
    }
    let zero = try constant(node, 2, "zero points")
    let zeroPoints = zero?.integers ?? [Int](repeating: 0, count: scales.count)
    guard zeroPoints.count == scales.count else { throw Refusal("\(zeroPoints.count) zero points for its scales") }
    let said = ONNXElement(rawValue: try node.integer("output_dtype", 0))
    let element = zero == nil ? said : quantized.elements[node.inputs[2]]
    return (scales, zeroPoints, element, try node.integer("axis", 1))
  }

  /// The parameters of activations, whose codes are int8, or uint8 and then moved by 128.
  ///
  /// - Parameter value: the value of Glint's that is dequantized, whose type counts where the node names none.
  private func parameters(
    _ node: ONNXNode, of value: Int? = nil
  ) throws(Refusal) -> (QuantizationParameters, isUnsigned: Bool) {
    let (scales, zeroPoints, named, _) = try scales(node)
    let isSigned = value.map { isQuantized($0) && !quantized.unsigned.contains(maker($0)) } ?? false
    let isWide = value.flatMap { quantized.values[maker($0)] }?.isSixteenBits ?? false
    let element = named ?? (isWide ? .int16 : isSigned ? .int8 : .uint8)
    guard scales.count == 1 else {
      throw Refusal("\(scales.count) scales for what the network computes", advice: "one scale would work")
    }
    if element == .int16 || element == .uint16 {
      return (try Self.sixteenBits(scales[0], zeroPoints[0], element), false)
    }
    let isUnsigned = element == .uint8
    guard isUnsigned || element == .int8 else {
      throw Refusal("codes that are neither of 8 bits nor of 16", advice: "int8 or uint8 would work")
    }
    let zeroPoint = zeroPoints[0] - (isUnsigned ? 128 : 0)
    guard (-128...127).contains(zeroPoint) else { throw Refusal("a zero point of \(zeroPoints[0])") }
    return (QuantizationParameters(scale: scales[0], zeroPoint: Int8(zeroPoint)), isUnsigned)
  }

  // MARK: QuantizeLinear

  private mutating func quantize(_ node: ONNXNode) throws(Refusal) {
    if case .constant(let constant)? = node.inputs.first.flatMap({ values[$0] }) {
      return try quantize(constant, node)
    }
    var source = try anyComputed(node, 0)
    if source.function != .identity {
      // Probabilities at the end are not rounded to codes.
      guard !endings.contains(node.outputs[0]) else { return alias(node, source, source.view) }
      source = try computed(node, 0)
    }
    let (own, isUnsigned) = try parameters(node)
    if try quantizePixels(node, source, own, isUnsigned) { return }
    var value = source.value
    if let before = quantized.values[maker(value)] ?? inherited(value) {
      guard before != own else { return alias(node, source, source.view) }
      let moves = builder.node(of: value)?.operator.keepsQuantization ?? false
      if isQuantized(value) || !moves || !isExclusive(source, node) {
        value = builder.append(node.title, .reshape(builder.shapes[value]), [value], builder.shapes[value])
      }
    } else if !isExclusive(source, node) {
      throw Refusal(
        "what it reads is read in float by another node as well", advice: "one QuantizeLinear for all would work")
    }
    note(own, isUnsigned, value)
    if value == source.value { alias(node, source, source.view) } else { set(node, value, source.view) }
  }

  private func isExclusive(_ source: Computed, _ node: ONNXNode) -> Bool {
    source.isExclusive && uses[node.inputs[0]] == 1
  }

  /// Gives a value its parameters.
  mutating func note(_ parameters: QuantizationParameters, _ isUnsigned: Bool, _ value: Int) {
    let name = maker(value)
    quantized.values[name] = parameters
    if isUnsigned { quantized.unsigned.insert(name) }
  }

  /// Weights that are quantized while the network runs, as trainers for quantization leave them.
  private mutating func quantize(_ constant: Constant, _ node: ONNXNode) throws(Refusal) {
    let (scales, zeroPoints, element, axis) = try scales(node)
    let (low, high) = element == .int8 ? (-128, 127) : (0, 255)
    guard element == nil || element == .int8 || element == .uint8 else { throw Refusal("codes of other than 8 bits") }
    let places = try channels(constant.dimensions, scales.count, axis)
    let numbers = constant.floats.enumerated().map { index, number in
      let channel = places(index)
      let code = (number / scales[channel]).rounded(.toNearestOrEven) + Float(zeroPoints[channel])
      return Int(max(Float(low), min(Float(high), code)))
    }
    values[node.outputs[0]] = .constant(Constant(constant.dimensions, .integers(numbers)))
    quantized.elements[node.outputs[0]] = element ?? .uint8
    counts.folded += 1
  }

  /// For each element of a constant, the place of its scale.
  private func channels(
    _ dimensions: [Int], _ count: Int, _ given: Int
  ) throws(Refusal) -> (Int) -> Int {
    guard count > 1 else { return { _ in 0 } }
    guard let axis = dimensions.normalized(axis: given), dimensions[axis] == count else {
      throw Refusal("\(count) scales along axis \(given) of \(dimensions.extents)")
    }
    let inner = dimensions[(axis + 1)...].reduce(1, *)
    return { $0 / inner % count }
  }

  // MARK: DequantizeLinear

  private mutating func dequantize(_ node: ONNXNode) throws(Refusal) {
    guard case .constant(let constant)? = node.inputs.first.flatMap({ values[$0] }) else {
      let source = try anyComputed(node, 0)
      guard source.function == .identity else { return alias(node, source, source.view) }
      let (own, isUnsigned) = try parameters(node, of: source.value)
      if source.value == 0, quantized.pixels.isEmpty { return try readPixelCodes(node, source, own, isUnsigned) }
      guard quantized.values[maker(source.value)] ?? inherited(source.value) == own else {
        throw Refusal(
          "its scale or zero point is not that of the codes that it reads",
          advice: "one scale and zero point for both would work")
      }
      return alias(node, source, source.view)
    }
    guard let numbers = constant.integers else { throw Refusal("its codes are no whole numbers") }
    let (scales, given, _, axis) = try scales(node)
    let place = try channels(constant.dimensions, scales.count, axis)
    let element = quantized.elements[node.inputs[0]]
    // uint8 around 128 is int8 around 0.
    let isMoved = element == .uint8 && given.allSatisfy { $0 == 128 }
    let zeroPoints = isMoved ? given.map { _ in 0 } : given
    let codes = numbers.enumerated().map { index, code in code - given[place(index)] }
    let real = codes.enumerated().map { index, code in scales[place(index)] * Float(code) }
    values[node.outputs[0]] = .constant(Constant(constant.dimensions, .floats(real)))
    quantized.constants[node.outputs[0]] = .init(
      numbers: codes, dimensions: constant.dimensions, scales: scales, zeroPoints: zeroPoints,
      axis: constant.dimensions.normalized(axis: axis) ?? 0, element: element)
    counts.folded += 1
  }

  /// The parameters of a value whose node only moves the codes of another.
  func inherited(_ value: Int) -> QuantizationParameters? {
    var value = value
    while let node = builder.node(of: value), quantized.values[node.name] == nil, node.operator.keepsQuantization {
      value = node.inputs[0]
    }
    return quantized.values[maker(value)]
  }
}
