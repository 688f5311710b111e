import Models
import Numerics
import ONNXFiles

/// Tensors joined along a dimension, and borders made that way.
extension Lowering {
  mutating func join(_ node: ONNXNode) throws(Refusal) {
    var parts: [Computed] = []
    for index in node.inputs.indices { parts.append(try operand(node, index)) }
    guard let first = parts.first?.view else { throw Refusal("joins nothing") }
    if parts.count == 1 { return alias(node, parts[0], first) }
    guard let axis = first.dimensions.normalized(axis: try node.integer("axis", 1)) else { throw Refusal("its axis") }
    for part in parts {
      var dimensions = part.view.dimensions
      guard dimensions.count == first.dimensions.count else { throw Refusal("of tensors of several ranks") }
      dimensions[axis] = first.dimensions[axis]
      guard dimensions == first.dimensions else {
        throw Refusal(
          "along axis \(axis) of \(first.dimensions.extents) and \(part.view.dimensions.extents)",
          advice: "equal extents along the others would work")
      }
    }
    values[node.outputs[0]] = .computed(try joined(parts, axis: axis, node.title))
  }

  /// A tensor that the network computes, or a constant as one: 1 from some element, times the constant's numbers.
  private mutating func operand(_ node: ONNXNode, _ index: Int) throws(Refusal) -> Computed {
    guard case .constant(let constant)? = values[node.inputs[index]] else { return try computed(node, index) }
    guard constant.count > 0, constant.count <= 1 << 16 else {
      throw Refusal("of a constant of \(constant.dimensions.extents)", advice: "at most 65536 elements would work")
    }
    let numbers = constant.floats
    let shape = try shaped(1, 1, numbers.count)
    let repeated = try rearrange(0, [.init(size: numbers.count, stride: 0)], to: shape, node.title)
    let ones = builder.append(node.title + ".one", .function(.init(.clip, 1, 1)), [repeated], shape)
    let value = builder.channelwise(
      node.title + ".constant", ones, scale: numbers, shift: .init(repeating: 0, count: numbers.count))
    return Computed(value: value, view: TensorView(natural: constant.dimensions))
  }

  /// Tensors one behind the other along a dimension. In memory what follows the dimension lies side by side, so that
  /// they are joined like channels.
  mutating func joined(_ parts: [Computed], axis: Int, _ title: String) throws(Refusal) -> Computed {
    guard parts.count <= 64 else { throw Refusal("of \(parts.count) tensors", advice: "at most 64 would work") }
    let first = parts[0].view
    let order = try memoryOrder(parts.map(\.view), joining: axis)
    let place = order.firstIndex(of: axis)!
    let outer = order[..<place].reduce(1) { $0 * first.dimensions[$1] }
    let inner = order[(place + 1)...].reduce(1) { $0 * first.dimensions[$1] }
    var values: [Int] = []
    // Pictures stay pictures.
    let picture =
      inner == 1
      ? parts.lazy.map { [builder] in builder.shapes[$0.value] }.first { $0.rank == 3 && $0[0] * $0[1] == outer } : nil
    let (height, width) = picture.map { ($0[0], $0[1]) } ?? (outer, 1)
    var dimensions = first.dimensions
    dimensions[axis] = 0
    for part in parts {
      let extent = part.view.dimensions[axis]
      values.append(try arranged(part, order, as: try shaped(height, width, extent * inner), title))
      dimensions[axis] += extent
    }
    let value = builder.append(
      title, .concatenate, values, try shaped(height, width, dimensions[axis] * inner))
    let back = dimensions.indices.map { order.firstIndex(of: $0)! }
    guard let view = TensorView(natural: order.map { dimensions[$0] }).transposed(back) else {
      throw Refusal("an order that cannot be had")
    }
    return Computed(value: value, view: view)
  }

  /// The dimensions in the order in which tensors that are to be joined lie in memory, or most of them.
  private func memoryOrder(_ views: [TensorView], joining axis: Int) throws(Refusal) -> [Int] {
    let rank = views[0].dimensions.count
    let natural = Array(0..<rank)
    var orders = [natural]
    if rank == 4 { orders = views[0].dimensions[0] == 1 ? [[0, 2, 3, 1], natural] : [natural] }
    // What is joined last in memory, others in the file's order or the other way around.
    orders.append(natural.filter { $0 != axis } + [axis])
    if rank == 3 { orders.append([0, 2, 1]) }
    func moved(_ order: [Int]) -> Int { views.count { $0.transposed(order)?.isNatural != true } }
    return orders.min { moved($0) < moved($1) }!
  }

  // MARK: Borders

  /// A border of zeros: a depthwise convolution of 1x1 that changes nothing else. A convolution that follows takes the
  /// border over. Other borders are joined to their tensor.
  mutating func pad(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let rank = source.view.dimensions.count
    let mode = try node.text("mode", "constant")
    guard ["constant", "edge", "reflect", "wrap"].contains(mode) else { throw Refusal("mode \(mode)") }
    let fill = try number(node, "value", input: 2, 0)
    let pads = try pads(node, source.view.dimensions)
    guard pads.contains(where: { $0 != 0 }) else { return alias(node, source, source.view) }
    guard fill.isFinite else { throw Refusal("pads with \(fill)", advice: "a number would work") }
    let others = pads.indices.filter { $0 % rank < 2 }
    if mode == "constant", rank == 4, source.view.dimensions[0] == 1, others.allSatisfy({ pads[$0] == 0 }),
      pads.allSatisfy({ $0 >= 0 })
    {
      guard fill == 0 else {
        let number = Constant([], .floats([fill]))
        return try expand(
          node, constants: [("fill", number), ("pads", Constant(integers: pads))],
          [
            ("Sub", [node.inputs[0], "fill"], "less"), ("Pad", ["less", "pads"], "bordered"),
            ("Add", ["bordered", "fill"], ""),
          ])
      }
      let (value, shape) = try picture(source, node)
      let window = Operator.Window(
        1, 1, padding: .init(top: pads[2], left: pads[3], bottom: pads[6], right: pads[7]))
      let channels = shape[2]
      let (height, width) = (shape[0] + pads[2] + pads[6], shape[1] + pads[3] + pads[7])
      let own = GraphBuilder.Parameters(
        weight: Tensor([channels, 1, 1, 1], filledWith: 1), bias: Tensor([channels], filledWith: 0))
      let conv = Operator.Convolution(outputChannels: channels, window: window, groups: channels)
      let result = builder.append(node.title, .conv2D(conv), [value], try shaped(height, width, channels), own)
      return set(node, result, TensorView(height: height, width: width, channels: channels))
    }
    var result = source
    for axis in 0..<rank {
      result = try bordered(result, axis: axis, pads[axis], pads[axis + rank], mode, fill, node.title)
    }
    values[node.outputs[0]] = .computed(result)
  }

  /// Pads by axis, those before all axes first.
  private mutating func pads(_ node: ONNXNode, _ dimensions: [Int]) throws(Refusal) -> [Int] {
    let rank = dimensions.count
    guard let given = try axes(node, "pads", input: 1) else { throw Refusal("says no pads") }
    var pads = given
    if let axes = try constant(node, 3, "axes")?.integers {
      pads = [Int](repeating: 0, count: 2 * rank)
      guard given.count == 2 * axes.count else { throw Refusal("\(given.count) pads for \(axes.count) axes") }
      for (place, axis) in axes.enumerated() {
        guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("pads axis \(axis)") }
        pads[axis] = given[place]
        pads[axis + rank] = given[place + axes.count]
      }
    }
    guard pads.count == 2 * rank, pads.allSatisfy({ (-4096...4096).contains($0) }) else {
      throw Refusal("pads \(pads) for \(rank) axes", advice: "at most 4096 at each side would work")
    }
    return pads
  }

  /// A border before and behind along one dimension; where negative, less of the tensor.
  private mutating func bordered(
    _ source: Computed, axis: Int, _ before: Int, _ after: Int, _ mode: String, _ fill: Float, _ title: String
  ) throws(Refusal) -> Computed {
    let whole = source.view.dimensions[axis]
    let extent = whole + min(before, 0) + min(after, 0)
    guard extent > 0 else { throw Refusal("leaves nothing of \(whole)") }
    let middle = try sliced(source, axis: axis, from: max(-before, 0), count: extent, title)
    func piece(_ me: inout Lowering, _ count: Int, isFirst: Bool) throws(Refusal) -> Computed? {
      guard count > 0 else { return nil }
      let (start, step): (Int, Int)
      switch mode {
      case "reflect": (start, step) = (isFirst ? count : extent - 2, -1)
      case "wrap": (start, step) = (isFirst ? extent - count : 0, 1)
      default: (start, step) = (isFirst ? 0 : extent - 1, 0)
      }
      let end = start + (count - 1) * step
      guard (0..<extent).contains(start), (0..<extent).contains(end) else {
        throw Refusal("a border of \(count) of \(extent) by \(mode)", advice: "a narrower one would work")
      }
      var piece = try me.sliced(middle, axis: axis, from: start, count: count, step: step, title)
      if mode == "constant" { piece = me.constant(fill, like: piece, title) }
      return piece
    }
    let parts = [try piece(&self, before, isFirst: true), middle, try piece(&self, after, isFirst: false)].compactMap {
      $0
    }
    return parts.count == 1 ? middle : try joined(parts, axis: axis, title)
  }

  /// A tensor of one number everywhere.
  private mutating func constant(_ number: Float, like source: Computed, _ title: String) -> Computed {
    applied(.init(.clip, number, number), to: source, title + ".border")
  }

  /// What a layer that only adds a border reads, and the border.
  func paddingLayer(_ value: Int) -> (value: Int, padding: Operator.Padding)? {
    guard case .conv2D(let conv)? = builder.node(of: value)?.operator, conv.window.height == 1, conv.window.width == 1,
      conv.window.stride == 1, conv.window.padding != .none, conv.groups == conv.outputChannels,
      conv.activation == .none, let own = builder.parameters[value - 1],
      own.weight.elements.allSatisfy({ $0 == 1 }), own.bias.elements.allSatisfy({ $0 == 0 })
    else { return nil }
    return (builder.nodes[value - 1].inputs[0], conv.window.padding)
  }
}
