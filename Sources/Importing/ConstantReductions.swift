import ONNXFiles

/// Constants limited, repeated, and put together over dimensions.
extension Lowering {
  /// Within the limits that the node's settings or inputs name.
  func clipped(_ node: ONNXNode, _ constant: Constant, _ operands: [Constant?]) throws(Refusal) -> Constant {
    var result = constant
    for (name, input, join) in [("min", 1, "Max"), ("max", 2, "Min")] {
      if let limit = input < operands.count ? operands[input] : nil {
        result = try ConstantArithmetic.apply(join, result, limit)
      } else if node[name] != nil {
        result = try ConstantArithmetic.apply(join, result, Constant([], .floats([try node.float(name, 0)])))
      }
    }
    return result
  }

  /// The constant so many times along each dimension.
  func tiled(_ constant: Constant, _ times: [Int]) throws(Refusal) -> Constant {
    var shape: [Int] = []
    for (extent, count) in zip(constant.dimensions, times) {
      guard count >= 0, count <= Constant.mostFolded else { throw Refusal("\(count) times") }
      shape.append(extent * count)
    }
    _ = try elementCount(shape)
    // Each dimension as two, of which the first repeats.
    let split = constant.dimensions.flatMap { [1, $0] }
    let repeated = zip(times, constant.dimensions).flatMap { [$0, $1] }
    return constant.picking(Broadcasting.places(of: split, in: repeated), shape)
  }

  /// Batch normalization, which networks with standardized weights apply to their weights; in training, by the figures
  /// of the constant itself.
  func normalized(_ node: ONNXNode, _ constant: Constant, _ operands: [Constant?]) throws(Refusal) -> Constant {
    let given = operands.dropFirst().compactMap { $0 }
    guard given.count == 4, constant.dimensions.count > 1,
      given.allSatisfy({ $0.count == constant.dimensions[1] }),
      node.outputs.dropFirst().allSatisfy({ uses[$0] == nil })
    else { throw Refusal("normalizes a constant by figures that do not fit it") }
    let along = [constant.dimensions[1]] + [Int](repeating: 1, count: constant.dimensions.count - 2)
    let (scale, shift) = (given[0], given[1])
    var (mean, variance) = (given[2], given[3])
    if try node.integer("training_mode", 0) != 0 {
      let over = constant.dimensions.indices.filter { $0 != 1 }
      mean = try reduced(constant, "ReduceMean", over: Set(over))
      let apart = try ConstantArithmetic.apply("Sub", constant, mean)
      variance = try reduced(ConstantArithmetic.apply("Mul", apart, apart), "ReduceMean", over: Set(over))
    }
    let epsilon = try node.float("epsilon", 1e-5)
    let factors = zip(scale.floats, variance.floats).map { $0 / ($1 + epsilon).squareRoot() }
    let centred = try ConstantArithmetic.apply("Sub", constant, mean.reshaped(along))
    let scaled = try ConstantArithmetic.apply("Mul", centred, Constant(along, .floats(factors)))
    return try ConstantArithmetic.apply("Add", scaled, shift.reshaped(along))
  }

  /// A sum, product, mean, norm or extreme over some dimensions.
  func reduced(_ node: ONNXNode, _ constant: Constant) throws(Refusal) -> Constant {
    let dimensions = constant.dimensions
    let axes = try axes(node, "axes", input: 1) ?? []
    if axes.isEmpty, try node.integer("noop_with_empty_axes", 0) != 0 { return constant }
    var over: Set<Int> = []
    for axis in axes.isEmpty ? Array(dimensions.indices) : axes {
      guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("over axis \(axis)") }
      over.insert(axis)
    }
    let result = try reduced(constant, node.operatorType, over: over)
    guard try node.integer("keepdims", 1) == 0 else { return result }
    return result.reshaped(dimensions.indices.filter { !over.contains($0) }.map { dimensions[$0] })
  }

  /// The same with extents of 1 in place of the dimensions.
  private func reduced(_ constant: Constant, _ op: String, over: Set<Int>) throws(Refusal) -> Constant {
    let dimensions = constant.dimensions
    let shape = dimensions.indices.map { over.contains($0) ? 1 : dimensions[$0] }
    let count = shape.reduce(1, *)
    guard constant.count > 0 else { throw Refusal("of no numbers") }
    let share = Double(constant.count / count)
    let slots = Broadcasting.places(of: shape, in: dimensions)
    if let whole = constant.integers, op != "ReduceMean", op != "ReduceL2" {
      var result = [Int?](repeating: nil, count: count)
      for (slot, number) in zip(slots, whole) {
        guard let old = result[slot] else {
          result[slot] = number
          continue
        }
        switch op {
        case "ReduceProd": result[slot] = old &* number
        case "ReduceMax": result[slot] = max(old, number)
        case "ReduceMin": result[slot] = min(old, number)
        default: result[slot] = old &+ number
        }
      }
      return Constant(shape, .integers(result.compactMap { $0 }))
    }
    var result = [Double?](repeating: nil, count: count)
    for (slot, number) in zip(slots, constant.floats) {
      let number = op == "ReduceL2" ? Double(number) * Double(number) : Double(number)
      guard let old = result[slot] else {
        result[slot] = number
        continue
      }
      switch op {
      case "ReduceProd": result[slot] = old * number
      case "ReduceMax": result[slot] = max(old, number)
      case "ReduceMin": result[slot] = min(old, number)
      default: result[slot] = old + number
      }
    }
    let numbers = result.map { Float(op == "ReduceMean" ? $0! / share : op == "ReduceL2" ? $0!.squareRoot() : $0!) }
    return Constant(shape, .floats(numbers))
  }
}
