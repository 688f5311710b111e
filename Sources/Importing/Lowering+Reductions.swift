import Models
import Numerics
import ONNXFiles

/// Means, sums and extremes over dimensions, and what is made of them.
extension Lowering {
  /// A mean, sum or extreme over some dimensions: pooling over all places of a picture whose channels are the others.
  mutating func reduce(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let dimensions = source.view.dimensions
    let axes = try axes(node, "axes", input: 1)
    if axes?.isEmpty ?? true, try node.integer("noop_with_empty_axes", 0) != 0 {
      return alias(node, source, source.view)
    }
    var reduced: Set<Int> = []
    for axis in axes?.isEmpty ?? true ? Array(dimensions.indices) : axes! {
      guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("over axis \(axis)") }
      reduced.insert(axis)
    }
    guard batch == 1 || !reduced.contains(0) || dimensions[0] != 1 else {
      throw Refusal("over the \(batch) pictures of a batch", advice: "along other axes would work")
    }
    let keeps = try node.integer("keepdims", 1) != 0
    let left = dimensions.indices.compactMap { axis in
      reduced.contains(axis) ? (keeps ? 1 : nil) : dimensions[axis]
    }
    let count = reduced.reduce(1) { $0 * dimensions[$1] }
    guard count > 1 else { return alias(node, source, source.view.reshaped(left)) }
    let kept = dimensions.indices.filter { !reduced.contains($0) }
    let channels = source.view.count / count
    let view = TensorView(natural: left)
    var value = source.value
    // The mean does not ask how rows and columns lie, so that a picture stays as it is.
    let shape = builder.shapes[value]
    let isThere = shape.rank == 3 && shape[2] == channels && lieSideBySide(kept, source.view)
    if !isThere {
      value = try arranged(source, reduced.sorted() + kept, as: try shaped(count, 1, channels), node.title)
    }
    let places = builder.shapes[value]
    switch node.operatorType {
    case "ReduceMean": set(node, builder.append(node.title, .globalAveragePool, [value], [channels]), view)
    case "ReduceSum":
      guard channels <= 1 << 16 else { throw Refusal("\(channels) sums", advice: "at most 65536 would work") }
      let mean = builder.append(node.title + ".mean", .globalAveragePool, [value], [channels])
      let sum = builder.channelwise(
        node.title, mean, scale: .init(repeating: Float(count), count: channels),
        shift: .init(repeating: 0, count: channels))
      set(node, sum, view)
    default:
      guard places[0] <= 4096, places[1] <= 4096 else {
        throw Refusal("an extreme of \(count) numbers", advice: "one over at most 4096 rows and columns would work")
      }
      let isLeast = node.operatorType == "ReduceMin"
      if isLeast { value = builder.append(node.title + ".turned", .function(.init(.negate)), [value], places) }
      value = builder.append(
        node.title, .maxPool2D(.init(places[0], places[1])), [value], [1, 1, channels])
      if isLeast {
        value = builder.append(node.title + ".back", .function(.init(.negate)), [value], [1, 1, channels])
      }
      set(node, value, view)
    }
  }

  /// A norm, or another sum of a function of each number, perhaps with a function of the sum.
  mutating func reduceBySum(_ node: ONNXNode) throws(Refusal) {
    let source = node.inputs[0]
    let (before, after): (Step?, String?) =
      switch node.operatorType {
      case "ReduceL1": (("Abs", [source], "each"), nil)
      case "ReduceL2": (("Mul", [source, source], "each"), "Sqrt")
      case "ReduceSumSquare": (("Mul", [source, source], "each"), nil)
      default: (nil, "Log")
      }
    let summands = [before == nil ? source : "each"] + node.inputs.dropFirst()
    let sum = after == nil ? "" : "sum"
    let steps = [before, ("ReduceSum", summands, sum), after.map { ($0, ["sum"], "") }].compactMap { $0 }
    try expand(node, steps, attributes: [sum: node.attributes])
  }

  /// Whether dimensions run through the elements side by side in memory, in their order.
  private func lieSideBySide(_ kept: [Int], _ view: TensorView) -> Bool {
    guard let groups = view.groups else { return false }
    let channels = kept.reduce(1) { $0 * view.dimensions[$1] }
    return TensorView([channels], axes: kept.flatMap { groups[$0] }) == TensorView(natural: [channels])
  }

  // MARK: Softmax

  /// A softmax, or its logarithm, that something reads: e^(x - m) / sum e^(x - m) along one dimension. Of two numbers
  /// it is the sigmoid of their difference.
  mutating func softmax(_ source: Computed, axis: Int, isLogarithm: Bool, _ title: String) throws(Refusal) -> Computed {
    let dimensions = source.view.dimensions
    let order = dimensions.indices.filter { $0 != axis } + [axis]
    let classes = dimensions[axis]
    let rows = source.view.count / classes
    let shape = try shaped(rows, 1, classes)
    let x = try arranged(source, order, as: shape, title)
    guard
      let view = TensorView(natural: order.map { dimensions[$0] }).transposed(
        dimensions.indices.map { order.firstIndex(of: $0)! })
    else { throw Refusal("an order that cannot be had") }
    func mixed(_ me: inout Lowering, _ value: Int, _ name: String, _ factor: (Int, Int) -> Float) -> Int {
      let weights = (0..<classes * classes).map { factor($0 / classes, $0 % classes) }
      let own = GraphBuilder.Parameters(
        weight: Tensor([classes, 1, 1, classes], weights), bias: Tensor([classes], filledWith: 0))
      return me.builder.append(
        "\(title).\(name)", .conv2D(.init(outputChannels: classes, window: .init(1, 1))), [value], shape, own)
    }
    func map(_ me: inout Lowering, _ value: Int, _ name: String, _ kind: Operator.Function.Kind) -> Int {
      me.builder.append("\(title).\(name)", .function(.init(kind)), [value], me.builder.shapes[value])
    }
    if classes == 2 {
      let difference = mixed(&self, x, "difference") { isLogarithm == ($0 == $1) ? -1 : 1 }
      // ln sigmoid(d) = -softplus(-d)
      guard isLogarithm else { return Computed(value: map(&self, difference, "sigmoid", .sigmoid), view: view) }
      return Computed(value: map(&self, map(&self, difference, "softplus", .softplus), "turned", .negate), view: view)
    }
    guard classes <= 4096 else { throw Refusal("over \(classes) numbers in the middle of the network") }
    var largest = builder.reshape(x, to: try shaped(rows, classes, 1), title)
    largest = builder.append(title + ".largest", .maxPool2D(.init(1, classes)), [largest], try shaped(rows, 1, 1))
    largest = map(&self, largest, "turned", .negate)
    largest = try rearrange(largest, [.init(size: rows, stride: 1), .init(size: classes, stride: 0)], to: shape, title)
    let shifted = builder.append(title + ".shifted", .add(.none), [x, largest], shape)
    let powers = map(&self, shifted, "powers", .exp)
    let sums = mixed(&self, powers, "sums") { _, _ in 1 }
    if isLogarithm {
      let logarithms = map(&self, map(&self, sums, "logarithms", .log), "less", .negate)
      return Computed(value: builder.append(title, .add(.none), [shifted, logarithms], shape), view: view)
    }
    let shares = map(&self, sums, "reciprocals", .reciprocal)
    return Computed(value: builder.append(title, .multiply(.none), [powers, shares], shape), view: view)
  }
}
