import Models
import ONNXFiles

/// Nodes that read constants alone, and shapes, are computed while importing: at a fixed input each shape is known.
extension Lowering {
  /// Whether the node was computed; its results are constants then.
  mutating func fold(_ node: ONNXNode) throws(Refusal) -> Bool {
    switch node.operatorType {
    case "Constant": values[node.outputs[0]] = .constant(try literal(node))
    case "Shape", "Size":
      guard let name = node.inputs.first, let dimensions = dimensions(of: name) else { return false }
      if node.operatorType == "Size" {
        values[node.outputs[0]] = .constant(Constant([], .integers([dimensions.reduce(1, *)])))
        return true
      }
      let bounds = 0...dimensions.count
      func bound(_ name: String, _ fallback: Int) throws(Refusal) -> Int {
        let place = try node.integer(name, fallback)
        return min(max(place < 0 ? place + dimensions.count : place, bounds.lowerBound), bounds.upperBound)
      }
      let (start, end) = (try bound("start", 0), try bound("end", dimensions.count))
      values[node.outputs[0]] = .constant(Constant(integers: Array(dimensions[start..<max(start, end)])))
    default:
      guard let operands = constants(node), let result = try folded(node, operands) else { return false }
      // Few bytes can ask for many constants, and many nodes for many times as many.
      foldedElements += result.count
      guard foldedElements <= Constant.mostFolded else { throw Refusal("makes \(result.count) constants") }
      values[node.outputs[0]] = .constant(result)
    }
    return true
  }

  private func dimensions(of name: String) -> [Int]? {
    switch values[name] {
    case .constant(let constant)?: constant.dimensions
    case .computed(let computed)?: computed.view.dimensions
    case .refused?, nil: nil
    }
  }

  /// The node's inputs where all are constants; nil for one that is left out.
  private func constants(_ node: ONNXNode) -> [Constant?]? {
    guard !node.inputs.isEmpty else { return nil }
    var operands: [Constant?] = []
    for name in node.inputs {
      if name.isEmpty {
        operands.append(nil)
      } else {
        guard case .constant(let constant)? = values[name] else { return nil }
        operands.append(constant)
      }
    }
    return operands.first! == nil ? nil : operands
  }

  private func literal(_ node: ONNXNode) throws(Refusal) -> Constant {
    switch node.attributes.first?.value {
    case .tensor(let tensor)?: return Constant(tensor)
    case .float(let number)?: return Constant([], .floats([number]))
    case .floats(let numbers)?: return Constant([numbers.count], .floats(numbers))
    case .integer(let number)?: return Constant([], .integers([number]))
    case .integers(let numbers)?: return Constant(integers: numbers)
    default: throw Refusal("a constant that is neither numbers nor a plain tensor")
    }
  }

  /// The result of an operator over constants, nil where it is none that is folded.
  private func folded(_ node: ONNXNode, _ operands: [Constant?]) throws(Refusal) -> Constant? {
    let first = operands[0]!
    let second = operands.count > 1 ? operands[1] : nil
    // Of nothing, only a list keeps its extents small.
    guard operands.allSatisfy({ $0.map { $0.count > 0 || $0.dimensions.count == 1 } ?? true }) else {
      throw Refusal("reads a constant without elements")
    }
    switch node.operatorType {
    case "Identity", "Dropout": return first
    case "Cast": return try cast(first, to: try node.integer("to", 1))
    case "Reshape":
      guard let shape = try node.integers("shape") ?? second?.integers else { throw Refusal("has no shape") }
      let keepsZero = try node.integer("allowzero", 0) != 0
      return first.reshaped(try ShapeRules.reshaped(first.dimensions, to: shape, keepsZero: keepsZero))
    case "Flatten":
      return first.reshaped(try ShapeRules.flattened(first.dimensions, axis: try node.integer("axis", 1)))
    case "Squeeze":
      return first.reshaped(
        try ShapeRules.squeezed(first.dimensions, axes: try node.integers("axes") ?? second?.integers))
    case "Unsqueeze":
      let axes = try node.integers("axes") ?? second?.integers ?? []
      return first.reshaped(try ShapeRules.unsqueezed(first.dimensions, axes: axes))
    case "Transpose":
      let order = try node.integers("perm") ?? Array(first.dimensions.indices.reversed())
      guard order.sorted() == Array(first.dimensions.indices) else { throw Refusal("perm \(order)") }
      return try moved(first) { (view) throws(Refusal) in
        guard let turned = view.transposed(order) else { throw Refusal("perm \(order)") }
        return turned
      }
    case "ConstantOfShape":
      guard let shape = first.integers else { throw Refusal("has no shape") }
      let count = try elementCount(shape)
      guard case .tensor(let value)? = node["value"] else {
        return Constant(shape, .floats([Float](repeating: 0, count: count)))
      }
      guard value.count == 1 else { throw Refusal("a value of \(value.count) numbers") }
      return Constant(value).picking([Int](repeating: 0, count: count), shape)
    case "Expand":
      guard let shape = second?.integers, let result = Broadcasting.shape(first.dimensions, shape) else {
        throw Refusal("has no shape that fits")
      }
      _ = try elementCount(result)
      return first.picking(Broadcasting.places(of: first.dimensions, in: result), result)
    case "Concat": return try concatenated(operands.compactMap { $0 }, axis: try node.integer("axis", 0))
    case "Gather":
      guard let places = second else { throw Refusal("has no indices") }
      return try gathered(first, places, axis: try node.integer("axis", 0))
    case "Slice": return try sliced(node, first, operands)
    case "Neg": return try ConstantArithmetic.apply("Sub", Constant([], .integers([0])).like(first), first)
    case "Floor", "Ceil", "Sqrt", "Exp", "Abs", "Round", "Sign", "Not", "Sigmoid":
      return ConstantArithmetic.apply(node.operatorType, first)
    case "Relu": return try ConstantArithmetic.apply("Max", first, Constant([], .integers([0])).like(first))
    case "Clip": return try clipped(node, first, operands)
    case "ReduceMean", "ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceL2":
      return try reduced(node, first)
    case "BatchNormalization": return try normalized(node, first, operands)
    case "Tile":
      guard let times = second?.integers, times.count == first.dimensions.count else {
        throw Refusal("has no number of times for each dimension")
      }
      return try tiled(first, times)
    case "Add", "Sub", "Mul", "Div", "Mod", "Min", "Max", "Pow", "Equal", "Greater", "Less", "GreaterOrEqual",
      "LessOrEqual", "And", "Or", "Xor":
      guard let second, operands.count == 2 else { return nil }
      return try ConstantArithmetic.apply(node.operatorType, first, second)
    case "Where":
      guard let yes = second, operands.count == 3, let no = operands[2],
        let partly = Broadcasting.shape(first.dimensions, yes.dimensions),
        let shape = Broadcasting.shape(partly, no.dimensions), let chosen = first.integers
      else { throw Refusal("operands that do not go together") }
      _ = try elementCount(shape)
      let condition = Broadcasting.places(of: first.dimensions, in: shape)
      let (a, b) = (yes.floats, no.floats)
      let (left, right) = (
        Broadcasting.places(of: yes.dimensions, in: shape), Broadcasting.places(of: no.dimensions, in: shape)
      )
      if let a = yes.integers, let b = no.integers {
        return Constant(
          shape, .integers(condition.indices.map { chosen[condition[$0]] != 0 ? a[left[$0]] : b[right[$0]] }))
      }
      return Constant(
        shape, .floats(condition.indices.map { chosen[condition[$0]] != 0 ? a[left[$0]] : b[right[$0]] }))
    case "Range":
      guard operands.count == 3, let start = first.integers?.first, let end = second?.integers?.first,
        let step = operands[2]?.integers?.first, step != 0
      else { throw Refusal("of numbers that are not whole") }
      var numbers: [Int] = []
      var next = start
      while step > 0 ? next < end : next > end {
        guard numbers.count < Constant.mostFolded else { throw Refusal("of too many numbers") }
        numbers.append(next)
        let (sum, overflow) = next.addingReportingOverflow(step)
        guard !overflow else { break }
        next = sum
      }
      return Constant(integers: numbers)
    default: return try node.elementFunction().map { function in first.mapped { function($0) } }
    }
  }
}
