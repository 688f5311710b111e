import ONNXFiles
import TFLiteFiles

/// What operators read: values, constants, weights.
extension TFLiteTranslation {
  /// The number of a tensor that an operator reads.
  func tensor(_ step: Step, _ input: Int) throws(Refusal) -> Int {
    guard step.inputs.indices.contains(input), step.inputs[input] >= 0 else { throw Refusal("has no input \(input)") }
    return step.inputs[input]
  }

  func has(_ step: Step, _ input: Int) -> Bool { step.inputs.indices.contains(input) && step.inputs[input] >= 0 }

  /// Extents of what an operator reads, as the file has them.
  func shape(_ step: Step, _ input: Int) throws(Refusal) -> [Int] {
    guard let shape = file.tensors[try tensor(step, input)].shape else {
      throw Refusal("reads a tensor of no fixed shape", advice: "convert the network with a fixed input")
    }
    return shape
  }

  /// What an operator reads, as numbers.
  mutating func read(_ step: Step, _ input: Int) throws(Refusal) -> String {
    let number = try tensor(step, input)
    if let constant = try constantTensor(number) {
      guard let codes = file.tensors[number].quantization, made[number] == nil, constant.element != .float else {
        return initialize(constant, as: names[number])
      }
      guard computesCodes(step) else {
        let name = names[number] + "/real"
        return initialized.contains(name) ? name : initialize(Self.real(constant, codes), as: name)
      }
      return dequantize(initialize(constant, as: names[number]), codes, constant.element)
    }
    return isCode(number) ? dequantize(number) : names[number]
  }

  /// Weights in another order of dimensions.
  mutating func weights(_ step: Step, _ input: Int, order: [Int]) throws(Refusal) -> String {
    let number = try tensor(step, input)
    let name = names[number] + " \(order)"
    guard let tensor = try constantTensor(number) else {
      return node("Transpose", [isCode(number) ? dequantize(number) : names[number]], [("perm", .integers(order))])
    }
    guard let view = TensorView(natural: tensor.dimensions).transposed(order), tensor.dimensions.count == order.count
    else { throw Refusal("weights of \(tensor.dimensions.extents)") }
    let turned = Constant(tensor).picking(view.offsets, view.dimensions)
    let constant = ONNXTensor(name, turned.dimensions, tensor.element, turned.elements)
    guard var codes = file.tensors[number].quantization, made[number] == nil, tensor.element != .float else {
      return initialize(constant, as: name)
    }
    guard codes.zeroPoints.allSatisfy({ $0 == 0 }) else {
      throw Refusal(
        codes.scales.count == 1
          ? "weights of codes whose zero point is \(codes.zeroPoints[0])"
          : "weights with a zero point for each channel",
        advice: "codes around 0 would work, as newer converters write them; convert the network again, or in float")
    }
    if codes.scales.count > 1, let axis = order.firstIndex(of: codes.axis) { codes.axis = axis }
    guard computesCodes(step) else { return initialize(Self.real(constant, codes), as: name) }
    return dequantize(initialize(constant, as: name), codes, tensor.element)
  }

  /// Whole numbers that have to be constant.
  func integers(_ step: Step, _ input: Int, _ what: String) throws(Refusal) -> [Int] {
    let number = try tensor(step, input)
    let data = file.withBytes(of: number) { bytes in
      ONNXElement(file.tensors[number].element).map { ONNXTensor.Elements(littleEndian: bytes[...], $0) }
    }
    guard case .integers(let numbers)?? = data else {
      throw Refusal("its \(what) are computed by the network", advice: "constant ones would work")
    }
    guard numbers.count <= 16 else { throw Refusal("\(numbers.count) \(what)") }
    return numbers
  }

  /// Makes a constant of a constant: the result of an operator that is known already.
  mutating func remember(_ step: Step, _ constant: ONNXTensor) {
    made[step.outputs[0]] = constant
  }

  /// A constant's numbers or codes; nil for what the network computes.
  mutating func constantTensor(_ number: Int) throws(Refusal) -> ONNXTensor? {
    if let tensor = made[number] { return tensor }
    let tensor = file.tensors[number]
    guard tensor.data != nil, let shape = tensor.shape else { return nil }
    guard !tensor.isSparse else {
      throw Refusal("sparse constants", advice: "convert the network without pruning's sparse storage")
    }
    guard let element = ONNXElement(tensor.element) else { throw Refusal("constants of type \(tensor.element)") }
    allowance -= shape.reduce(1, *)
    guard allowance >= 0 else { throw Refusal("constants that share their bytes too often for a file of this size") }
    let elements = file.withBytes(of: number) { ONNXTensor.Elements(littleEndian: $0[...], element) }
    return elements.map { ONNXTensor(names[number], shape, element, $0) }
  }

  private mutating func initialize(_ tensor: ONNXTensor, as name: String) -> String {
    guard initialized.insert(name).inserted else { return name }
    taken.insert(name)
    var tensor = tensor
    tensor.name = name
    graph.initializers.append(tensor)
    return name
  }
}
