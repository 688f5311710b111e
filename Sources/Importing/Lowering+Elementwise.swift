import Models
import Numerics
import ONNXFiles

/// Batch normalization, and arithmetic with constants.
extension Lowering {
  mutating func normalization(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    guard try node.integer("training_mode", 0) == 0, try node.integer("spatial", 1) == 1,
      !(1..<5).contains(where: node.hasOutput)
    else { throw Refusal("is in training", advice: "export the network for inference") }
    let dimensions = source.view.dimensions
    guard dimensions.count >= 2 else { throw Refusal("reads \(dimensions.extents)") }
    var figures: [[Double]] = []
    for (index, what) in ["scales", "offsets", "means", "variances"].enumerated() {
      guard let given = try realConstant(node, index + 1, what), given.count == dimensions[1] else {
        throw Refusal("has no \(what) for \(dimensions[1]) channels")
      }
      figures.append(given.floats.map(Double.init))
    }
    let epsilon = Double(try node.float("epsilon", 1e-5))
    let factors = zip(figures[0], figures[3]).map { $0 / ($1 + epsilon).squareRoot() }
    let shifts = figures[1].indices.map { figures[1][$0] - figures[2][$0] * factors[$0] }
    let shape = [dimensions[1]] + [Int](repeating: 1, count: dimensions.count - 2)
    try affine(
      node, 0, source, scale: Constant(shape, .floats(factors.map { Float($0) })),
      shift: Constant(shape, .floats(shifts.map { Float($0) })), exact: (factors, shifts))
  }

  mutating func arithmetic(_ node: ONNXNode) throws(Refusal) {
    let one = Constant([], .floats([1])), zero = Constant([], .floats([0]))
    let type = node.operatorType
    if type == "Neg" { return try affine(node, 0, computed(node, 0), scale: one.mapped { -$0 }, shift: zero) }
    guard node.inputs.count == 2 else {
      guard type == "Sum" || type == "Mean", let first = node.inputs.first else {
        throw Refusal("of \(node.inputs.count) tensors")
      }
      if node.inputs.count == 1 {
        if case .constant? = values[first] { throw Refusal("of a constant that is not folded") }
        let source = try computed(node, 0)
        return alias(node, source, source.view)
      }
      return try expand(node, chain: "Add")
    }
    switch (values[node.inputs[0]], values[node.inputs[1]]) {
    case (.constant(let constant)?, .constant?), (.refused?, .constant(let constant)?),
      (.constant(let constant)?, .refused?):
      throw Refusal("of \(constant.dimensions.extents) constants that are not folded")
    case (_, .constant(let constant)?):
      let source = try computed(node, 0)
      switch type {
      case "Add", "Sum": try affine(node, 0, source, scale: one, shift: constant)
      case "Sub": try affine(node, 0, source, scale: one, shift: constant.mapped { -$0 })
      case "Mul": try affine(node, 0, source, scale: constant, shift: zero)
      default:
        guard !constant.floats.contains(0) else { throw Refusal("divides by 0") }
        try affine(node, 0, source, scale: constant.mapped { 1 / $0 }, shift: zero)
      }
    case (.constant(let constant)?, _):
      let source = try computed(node, 1)
      switch type {
      case "Add", "Sum": try affine(node, 1, source, scale: one, shift: constant)
      case "Sub": try affine(node, 1, source, scale: one.mapped { -$0 }, shift: constant)
      case "Mul": try affine(node, 1, source, scale: constant, shift: zero)
      default:
        let quotient = applied(.init(.reciprocal), to: source, node.title + ".reciprocal")
        try affine(node, 1, quotient, scale: constant, shift: zero)
      }
    default: try arithmeticOfTwo(node)
    }
  }

  /// x * scale + shift with constants: joined with the layer before, where that is linear and nobody else reads it;
  /// otherwise a depthwise layer of its own.
  ///
  /// - Parameters:
  ///   - input: which input of the node the network computes.
  ///   - exact: the same numbers in double precision.
  mutating func affine(
    _ node: ONNXNode, _ input: Int, _ source: Computed, scale: Constant, shift: Constant,
    exact: (scale: [Double], shift: [Double])? = nil
  ) throws(Refusal) {
    var source = source
    for constant in [scale, shift] {
      guard let shape = Broadcasting.shape(constant.dimensions, source.view.dimensions) else {
        throw Refusal(
          "a constant of \(constant.dimensions.extents) with a tensor of \(source.view.dimensions.extents)",
          advice: "extents that are equal or 1 would work")
      }
      source = try expanded(source, to: shape, node.title)
    }
    let factors = exact?.scale ?? scale.floats.map(Double.init)
    let terms = exact?.shift ?? shift.floats.map(Double.init)
    guard (factors + terms).allSatisfy({ $0.isFinite }) else { throw Refusal("a constant that is not finite") }
    var value = source.value
    var scaleList: [Double], shiftList: [Double]
    if builder.channels(of: value) > 1 << 16, builder.foldTarget(value) == nil {
      value = builder.reshape(value, to: [builder.shapes[value].count, 1, 1], node.title)
    }
    let shape = builder.shapes[value]
    let channels = shape[shape.rank - 1]
    if let scales = byChannel(factors, scale.dimensions, source.view, channels),
      let shifts = byChannel(terms, shift.dimensions, source.view, channels)
    {
      (scaleList, shiftList) = (scales, shifts)
    } else {
      guard source.view.count <= 1 << 16 else {
        throw Refusal("a constant for each of \(source.view.count) elements", advice: "one a channel would work")
      }
      (scaleList, shiftList) = (
        byPlace(factors, scale.dimensions, source.view), byPlace(terms, shift.dimensions, source.view)
      )
      value = builder.reshape(value, to: [1, 1, source.view.count], node.title)
    }
    if mayChange(source, node, input), let target = builder.foldTarget(value) {
      builder.fold(scale: scaleList, shift: shiftList, into: target)
      counts.intoWeights += 1
    } else {
      value = builder.channelwise(
        node.title, value, scale: scaleList.map { Float($0) }, shift: shiftList.map { Float($0) })
    }
    set(node, value, source.view)
  }

  /// A constant's number for each element of a view, by its place in memory.
  private func byPlace(_ numbers: [Double], _ dimensions: [Int], _ view: TensorView) -> [Double] {
    var result = [Double](repeating: 0, count: view.count)
    for (place, number) in zip(view.offsets, Broadcasting.places(of: dimensions, in: view.dimensions)) {
      result[place] = numbers[number]
    }
    return result
  }

  /// A constant's number for each of the channels, which lie side by side in memory; nil where it is none a channel.
  private func byChannel(
    _ numbers: [Double], _ dimensions: [Int], _ view: TensorView, _ channels: Int
  ) -> [Double]? {
    if numbers.count == 1 { return [Double](repeating: numbers[0], count: channels) }
    if let picture = view.picture, picture.channels == channels, numbers.count == channels,
      dimensions.count >= 3, dimensions[dimensions.count - 3] == channels
    {
      return numbers
    }
    guard view.count <= 1 << 22 else { return nil }
    let all = byPlace(numbers, dimensions, view)
    return all.indices.allSatisfy { all[$0] == all[$0 % channels] } ? Array(all[..<channels]) : nil
  }
}

extension Constant {
  /// Each number changed.
  func mapped(_ change: (Float) -> Float) -> Constant { Constant(dimensions, .floats(floats.map(change))) }
}
