import Models
import Numerics
import ONNXFiles

/// Batch normalization, arithmetic and clamps.
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
      guard let given = try constant(node, index + 1, what), given.count == dimensions[1] else {
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
      guard type == "Sum", node.inputs.count == 1 else {
        throw Refusal("of \(node.inputs.count) tensors", advice: "several additions of two would work")
      }
      return alias(node, try computed(node, 0), try computed(node, 0).view)
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
      default: throw Refusal("divides by what the network computes", advice: "Glint has no such operator")
      }
    default: try arithmeticOfTwo(node)
    }
  }

  /// Sums of what the network computes; of products only x * HardSigmoid(x).
  private mutating func arithmeticOfTwo(_ node: ONNXNode) throws(Refusal) {
    if node.operatorType == "Mul" {
      for (gate, other) in [(0, 1), (1, 0)] {
        guard case .gate(let source)? = values[node.inputs[gate]] else { continue }
        let factor = try computed(node, other)
        guard factor.value == source.value, factor.view == source.view else { break }
        let value = builder.append(node.title, .function(.init(.hardSwish)), [source.value], builder.shapes[source.value])
        counts.folded += 1
        return set(node, value, source.view)
      }
    }
    guard ["Add", "Sub", "Sum"].contains(node.operatorType) else {
      throw Refusal(
        "a \(node.operatorType == "Mul" ? "product" : "quotient") of two values that the network computes",
        advice: "x * HardSigmoid(x) and arithmetic with constants would work")
    }
    let (left, right) = (try computed(node, 0), try computed(node, 1))
    guard left.view.dimensions == right.view.dimensions else {
      throw Refusal(
        "of tensors of \(left.view.dimensions.extents) and \(right.view.dimensions.extents)",
        advice: "equal shapes would work")
    }
    guard left.view.axes == right.view.axes else {
      throw Refusal("of two tensors of which one has its axes exchanged", advice: "export without Transpose")
    }
    var second = builder.reshape(right.value, to: builder.shapes[left.value], node.title)
    let isDifference = node.operatorType == "Sub"
    if isDifference || second == left.value {
      // Graph nodes read two values; a sum with itself and a difference have a factor of their own.
      let channels = builder.shapes[second].rank == 3 ? builder.shapes[second][2] : builder.shapes[second].count
      second = builder.channelwise(
        node.title + ".factor", second, scale: .init(repeating: isDifference ? -1 : 1, count: channels),
        shift: .init(repeating: 0, count: channels))
      second = builder.reshape(second, to: builder.shapes[left.value], node.title)
    }
    let value = builder.append(node.title, .add(.none), [left.value, second], builder.shapes[left.value])
    set(node, value, left.view)
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
    let dimensions = source.view.dimensions
    for constant in [scale, shift] {
      guard Broadcasting.shape(constant.dimensions, dimensions) == dimensions else {
        throw Refusal(
          "a constant of \(constant.dimensions.extents) with a tensor of \(dimensions.extents)",
          advice: "one that does not enlarge it would work")
      }
    }
    let factors = exact?.scale ?? scale.floats.map(Double.init)
    let terms = exact?.shift ?? shift.floats.map(Double.init)
    guard (factors + terms).allSatisfy({ $0.isFinite }) else { throw Refusal("a constant that is not finite") }
    var value = source.value
    var scaleList: [Double], shiftList: [Double]
    if builder.shapes[value].rank == 1, builder.shapes[value].count > 1 << 16, !builder.isLinear(value) {
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
    if mayChange(source, node, input), builder.isLinear(value) {
      builder.fold(scale: scaleList, shift: shiftList, into: value)
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

  // MARK: Clamps

  mutating func clamp(_ node: ONNXNode, _ activation: Operator.Activation) throws(Refusal) {
    let source = try computed(node, 0)
    var value = source.value
    if mayChange(source, node, 0), builder.join(activation, with: value) {
      counts.activations += 1
    } else {
      value = builder.identity(node.title, value, activation: activation)
    }
    set(node, value, source.view)
  }

  mutating func clip(_ node: ONNXNode) throws(Refusal) {
    let low = try number(node, "min", input: 1, -.infinity)
    let high = try number(node, "max", input: 2, .infinity)
    let unlimited = Float.greatestFiniteMagnitude
    switch (low, high) {
    case (0, 6): try clamp(node, .relu6)
    case (0, unlimited...): try clamp(node, .relu)
    case (...(-unlimited), unlimited...): try passing(node)
    default: throw Refusal("limits \(low) to \(high)", advice: "0 to 6, or 0 without an upper limit, would work")
    }
  }

  mutating func hardSwish(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    set(node, builder.append(node.title, .function(.init(.hardSwish)), [source.value], builder.shapes[source.value]), source.view)
  }

  mutating func gate(_ node: ONNXNode) throws(Refusal) {
    let (alpha, beta) = (try node.float("alpha", 0.2), try node.float("beta", 0.5))
    let source = try computed(node, 0)
    guard abs(alpha - 1.0 / 6) < 1e-6, beta == 0.5, let name = node.outputs.first, uses[name] == 1 else {
      throw Refusal("HardSigmoid by itself", advice: "x * HardSigmoid(x) with alpha 1/6 would work")
    }
    values[name] = .gate(source)
  }
}

extension Constant {
  /// Each number changed.
  func mapped(_ change: (Float) -> Float) -> Constant { Constant(dimensions, .floats(floats.map(change))) }
}
