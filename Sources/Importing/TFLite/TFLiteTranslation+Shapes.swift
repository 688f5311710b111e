import ONNXFiles
import TFLiteFiles

/// What moves, joins and cuts tensors, and the arithmetic on their shapes.
extension TFLiteTranslation {
  mutating func concatenation(_ step: Step) throws(Refusal) -> [String] {
    var inputs: [String] = []
    for input in step.inputs.indices { inputs.append(try read(step, input)) }
    return [try activated(node("Concat", inputs, [("axis", .integer(step.integer("axis")))]), step)]
  }

  mutating func view(_ step: Step) throws(Refusal) -> [String] {
    let source = try read(step, 0)
    switch step.name {
    case "RESHAPE":
      if has(step, 1) { return [node("Reshape", [source, try read(step, 1)], [("allowzero", .integer(1))])] }
      let shape = constant(integers: step.integers("new_shape"))
      return [node("Reshape", [source, shape], [("allowzero", .integer(1))])]
    case "SQUEEZE":
      let axes = step.integers("squeeze_dims")
      return [node("Squeeze", axes.isEmpty ? [source] : [source, constant(integers: axes)])]
    case "EXPAND_DIMS": return [node("Unsqueeze", [source, constant(integers: try integers(step, 1, "axes"))])]
    case "TRANSPOSE": return [node("Transpose", [source], [("perm", .integers(try integers(step, 1, "axes")))])]
    case "TILE": return [node("Tile", [source, try read(step, 1)])]
    case "BROADCAST_TO": return [node("Expand", [source, try read(step, 1)])]
    default:
      guard let element = TFLiteElement(rawValue: step.integer("out_data_type")), let type = ONNXElement(element) else {
        throw Refusal("to a type that is not read")
      }
      return [node("Cast", [source], [("to", .integer(type.rawValue))])]
    }
  }

  /// Parts along an axis.
  mutating func split(_ step: Step) throws(Refusal) -> [String] {
    let place = step.name == "SPLIT" ? 1 : 0
    let extents = try shape(step, place)
    let given =
      step.name == "UNPACK" ? [step.integer("axis")] : try integers(step, step.name == "SPLIT" ? 0 : 2, "axes")
    guard given.count == 1, let axis = extents.normalized(axis: given[0]) else { throw Refusal("along axis \(given)") }
    let count = step.outputs.count
    var sizes = [Int](repeating: extents[axis] / count, count: count)
    if step.name == "SPLIT_V" { sizes = try integers(step, 1, "sizes") }
    // One size may be left open, for what is left.
    if let open = sizes.firstIndex(of: -1) { sizes[open] = extents[axis] + 1 - sizes.reduce(2, +) }
    guard sizes.count == count, sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, +) == extents[axis] else {
      throw Refusal("\(extents[axis]) elements in parts of \(sizes)")
    }
    // Channels of pictures are told best where they come first.
    let isPicture = extents.count == 4 && step.name != "UNPACK"
    var source = try read(step, place)
    if isPicture { source = channelsFirst(source) }
    let parts = nodes(
      "Split", [source, constant(integers: sizes)], [("axis", .integer(isPicture ? [0, 2, 3, 1][axis] : axis))],
      count: count)
    if isPicture { return parts.map { channelsLast($0) } }
    return step.name == "UNPACK" ? parts.map { node("Squeeze", [$0, constant(integers: [axis])]) } : parts
  }

  /// SLICE and STRIDED_SLICE.
  mutating func slice(_ step: Step) throws(Refusal) -> [String] {
    let extents = try shape(step, 0)
    var (starts, ends) = (try integers(step, 1, "starts"), try integers(step, 2, "ends"))
    let rank = starts.count
    var steps = [Int](repeating: 1, count: rank)
    var dropped: [Int] = []
    guard ends.count == rank, rank <= extents.count else { throw Refusal("starts \(starts) and ends \(ends)") }
    let (least, most) = (-(1 << 31), 1 << 31 - 1)
    if step.name == "SLICE" {
      ends = zip(starts, ends).map { $1 == -1 ? most : $0 + $1 }
    } else {
      steps = try integers(step, 3, "steps")
      guard step.integer("ellipsis_mask") == 0, step.integer("new_axis_mask") == 0, step.integer("offset") == 0,
        steps.count == rank, steps.allSatisfy({ $0 != 0 })
      else { throw Refusal("a slice with an ellipsis, a new axis or a step of 0", advice: "plain slices would work") }
      for axis in 0..<rank {
        if step.integer("begin_mask") >> axis & 1 != 0 { starts[axis] = steps[axis] > 0 ? 0 : most }
        if step.integer("end_mask") >> axis & 1 != 0 { ends[axis] = steps[axis] > 0 ? most : least }
        if step.integer("shrink_axis_mask") >> axis & 1 != 0 {
          dropped.append(axis)
          (ends[axis], steps[axis]) = (starts[axis] == -1 ? most : starts[axis] + 1, 1)
        }
      }
    }
    let source = try read(step, 0)
    // What keeps an axis whole says nothing.
    let kept = (0..<rank).filter { starts[$0] != 0 || ends[$0] < extents[$0] || steps[$0] != 1 }
    var value = source
    if !kept.isEmpty {
      let isPicture = extents.count == 4
      if isPicture { value = channelsFirst(value) }
      let axes = isPicture ? kept.map { [0, 2, 3, 1][$0] } : kept
      value = node(
        "Slice",
        [
          value, constant(integers: kept.map { starts[$0] }), constant(integers: kept.map { ends[$0] }),
          constant(integers: axes), constant(integers: kept.map { steps[$0] }),
        ])
      if isPicture { value = channelsLast(value) }
    }
    return [dropped.isEmpty ? value : node("Squeeze", [value, constant(integers: dropped)])]
  }

  /// PACK: tensors side by side along a new axis.
  mutating func pack(_ step: Step) throws(Refusal) -> [String] {
    let axis = step.integer("axis")
    var parts: [String] = []
    for input in step.inputs.indices {
      parts.append(node("Unsqueeze", [try read(step, input), constant(integers: [axis])]))
    }
    return [node("Concat", parts, [("axis", .integer(axis))])]
  }

  mutating func gather(_ step: Step) throws(Refusal) -> [String] {
    guard step.integer("batch_dims") == 0 else { throw Refusal("batches of indices") }
    return [node("Gather", [try read(step, 0), try read(step, 1)], [("axis", .integer(step.integer("axis")))])]
  }

  mutating func product(_ step: Step) throws(Refusal) -> [String] {
    var operands: [String] = []
    for (input, isTurned) in [step.integer("adj_x") != 0, step.integer("adj_y") != 0].enumerated() {
      let value = try read(step, input)
      let rank = try shape(step, input).count
      guard rank >= 2 else { throw Refusal("of a tensor of \(rank) dimensions") }
      let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
      operands.append(isTurned ? node("Transpose", [value], [("perm", .integers(order))]) : value)
    }
    return [node("MatMul", operands)]
  }
}
