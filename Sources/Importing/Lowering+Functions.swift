import Models
import Numerics
import ONNXFiles

/// Functions of one number, each a table in int8.
extension Lowering {
  /// A function as a node of its own.
  mutating func apply(_ function: Operator.Function, _ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    set(
      node, builder.append(node.title, .function(function), [source.value], builder.shapes[source.value]), source.view)
  }

  mutating func clamp(_ node: ONNXNode, _ activation: Operator.Activation) throws(Refusal) {
    let source = try computed(node, 0)
    if mayChange(source, node, 0), builder.join(activation, with: source.value) {
      counts.activations += 1
      return set(node, source.value, source.view)
    }
    try apply(activation == .relu ? .relu : .init(.clip, 0, 6), node)
  }

  mutating func clip(_ node: ONNXNode) throws(Refusal) {
    let unlimited = Float.greatestFiniteMagnitude
    let low = max(try number(node, "min", input: 1, -unlimited), -unlimited)
    let high = min(try number(node, "max", input: 2, unlimited), unlimited)
    switch (low, high) {
    case (0, 6): try clamp(node, .relu6)
    case (0, unlimited): try clamp(node, .relu)
    case (-unlimited, unlimited): try passing(node)
    // ONNX: where the limits are the wrong way around, all is the upper one.
    default: try apply(.init(.clip, min(low, high), high), node)
    }
  }

  /// x^p for one constant p.
  mutating func power(_ node: ONNXNode) throws(Refusal) {
    guard let exponent = try constant(node, 1, "exponents")?.single else {
      throw Refusal("exponents that differ", advice: "one number would work")
    }
    switch exponent {
    case 1: try passing(node)
    case 0.5: try apply(.init(.sqrt), node)
    case -1: try apply(.init(.reciprocal), node)
    default: try apply(.init(.power, exponent), node)
    }
  }

  /// x from 0 on, and a factor below: one function where the factor is one, two layers where it is one a channel.
  mutating func parametricReLU(_ node: ONNXNode) throws(Refusal) {
    guard let slope = try realConstant(node, 1, "slopes") else { throw Refusal("has no slopes") }
    let slopes = slope.floats
    guard let first = slopes.first else { throw Refusal("has no slopes") }
    if slopes.allSatisfy({ $0 == first }) { return try apply(.init(.leakyReLU, first), node) }
    if isQuantized(try computed(node, 0).value) {
      // relu(x) + a min(x, 0): one of both is 0, so that the sum of their codes is rounded once.
      try expand(
        node, constants: [("slope", slope), ("none", Constant([], .floats([0])))],
        [
          ("Relu", [node.inputs[0]], "above"), ("Min", [node.inputs[0], "none"], "under"),
          ("Mul", ["under", "slope"], "below"), ("Add", ["above", "below"], ""),
        ])
      if case .computed(let below)? = values["\(node.outputs[0])#below"] {
        quantized.alternatives.insert(maker(below.value))
      }
      return
    }
    if slopes.allSatisfy({ $0 <= 1 }) {
      // relu((1 - a) x) + a x
      return try expand(
        node, constants: [("rest", slope.mapped { 1 - $0 }), ("slope", slope)],
        [
          ("Mul", [node.inputs[0], "rest"], "scaled"), ("Relu", ["scaled"], "above"),
          ("Mul", [node.inputs[0], "slope"], "below"), ("Add", ["above", "below"], ""),
        ])
    }
    // relu(x) - a relu(-x)
    try expand(
      node, constants: [("slope", slope.mapped { -$0 })],
      [
        ("Relu", [node.inputs[0]], "above"), ("Neg", [node.inputs[0]], "turned"), ("Relu", ["turned"], "under"),
        ("Mul", ["under", "slope"], "below"), ("Add", ["above", "below"], ""),
      ])
  }

  /// The larger or smaller of several tensors: max(a, b) = a + relu(b - a), and one of them may be a constant.
  mutating func extreme(_ node: ONNXNode) throws(Refusal) {
    let isMax = node.operatorType == "Max"
    guard node.inputs.count > 1 else { return try passing(node) }
    guard node.inputs.count == 2 else { return try expand(node, chain: node.operatorType) }
    for (place, other) in [(0, 1), (1, 0)] {
      guard case .constant(let limit)? = values[node.inputs[place]], let number = limit.single,
        Broadcasting.shape(limit.dimensions, try anyComputed(node, other).view.dimensions)
          == (try anyComputed(node, other).view.dimensions)
      else { continue }
      var clamped = node
      clamped.inputs = [node.inputs[other]]
      if isMax, number == 0 { return try clamp(clamped, .relu) }
      let most = Float.greatestFiniteMagnitude
      return try apply(isMax ? .init(.clip, number, most) : .init(.clip, -most, number), clamped)
    }
    let (a, b) = (node.inputs[0], node.inputs[1])
    // min(a, b) = a - relu(a - b)
    try expand(
      node,
      [
        ("Sub", isMax ? [b, a] : [a, b], "difference"), ("Relu", ["difference"], "excess"),
        (isMax ? "Add" : "Sub", [a, "excess"], ""),
      ])
  }
}

extension Constant {
  /// The number, where there is one alone or all are equal.
  var single: Float? {
    let numbers = floats
    return numbers.first.flatMap { first in numbers.allSatisfy { $0 == first } ? first : nil }
  }
}

extension ONNXNode {
  /// The function that the node applies to each element of its first input, nil where it is none.
  func elementFunction() throws(Refusal) -> Operator.Function? {
    switch operatorType {
    case "Abs": return .init(.absolute)
    case "Celu": return .init(.celu, try float("alpha", 1))
    case "Elu": return .init(.elu, try float("alpha", 1))
    case "Erf": return .init(.erf)
    case "Exp": return .init(.exp)
    case "Gelu":
      return .init(try text("approximate", "none") == "tanh" ? .geluTanh : .gelu)
    case "HardSigmoid": return .init(.hardSigmoid, try float("alpha", 0.2), try float("beta", 0.5))
    case "HardSwish": return .init(.hardSwish)
    case "LeakyRelu": return .init(.leakyReLU, try float("alpha", 0.01))
    case "Log": return .init(.log)
    case "Mish": return .init(.mish)
    case "Reciprocal": return .init(.reciprocal)
    case "Selu": return .init(.selu, try float("alpha", 1.673_263_2), try float("gamma", 1.050_701))
    case "Softplus": return .init(.softplus)
    case "Softsign": return .init(.softsign)
    case "Sqrt": return .init(.sqrt)
    case "Swish": return .init(.silu, try float("alpha", 1))
    case "Tanh": return .init(.tanh)
    case "ThresholdedRelu": return .init(.thresholdedReLU, try float("alpha", 1))
    default: return nil
    }
  }
}
