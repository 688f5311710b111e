import Models
import Numerics
import ONNXFiles

/// Views made real: a rearrangement gives a tensor's elements the order that an operator reads them in.
extension Lowering {
  typealias Axis = Operator.Arrangement.Axis

  /// A value with the elements that axes of another meet.
  mutating func rearrange(
    _ value: Int, _ axes: [Axis], offset: Int = 0, to shape: Shape, _ title: String
  ) throws(Refusal) -> Int {
    guard axes.count <= Operator.Arrangement.mostAxes else {
      throw Refusal("exchanges \(axes.count) axes", advice: "at most \(Operator.Arrangement.mostAxes) would work")
    }
    let axes = axes.isEmpty ? [Axis(size: 1, stride: 1)] : axes
    return builder.append(
      title + ".order", .rearrange(.init(shape: shape, axes: axes, offset: offset)), [value], shape)
  }

  /// The tensor with its elements in memory in the file's own order.
  mutating func natural(_ source: Computed, _ title: String) throws(Refusal) -> Computed {
    guard !source.view.isNatural else { return source }
    let inner = source.view.dimensions.last ?? 1
    let shape = try shaped(source.view.count / inner, 1, inner)
    let value = try rearrange(source.value, source.view.axes.map(Axis.init), to: shape, title)
    return Computed(value: value, view: TensorView(natural: source.view.dimensions))
  }

  /// A tensor each of whose dimensions has axes of its own.
  mutating func separable(_ source: Computed, _ title: String) throws(Refusal) -> Computed {
    source.view.groups == nil ? try natural(source, title) : source
  }

  /// The value whose elements in memory are those of a tensor with its dimensions in another order.
  mutating func arranged(
    _ source: Computed, _ order: [Int], as shape: Shape, _ title: String
  ) throws(Refusal) -> Int {
    let source = try separable(source, title)
    guard let turned = source.view.transposed(order) else { throw Refusal("an order of axes that cannot be had") }
    if turned.isNatural { return builder.reshape(source.value, to: shape, title) }
    return try rearrange(source.value, turned.axes.map(Axis.init), to: shape, title)
  }

  /// An output's tensor in an order that can be told: a picture in Glint's, a list of one's numbers in the file's.
  ///
  /// - Parameter channelsLast: whether the file's own pictures are in Glint's order already.
  mutating func ordered(
    _ source: Computed, _ title: String, channelsLast: Bool
  ) throws(Refusal) -> Computed {
    if source.view.picture != nil || source.view.isNatural && (channelsLast || source.view.dimensions.count != 4) {
      return source
    }
    var result: Computed
    let extents = source.view.dimensions
    let isPicture = extents.count == 4 && extents[0] == 1
    // Channels that come second in a list's shape lie last in Glint's memory.
    let moved = extents.count == 3 ? [0, 2, 1] : []
    if !moved.isEmpty, source.view.transposed(moved)?.isNatural ?? false { return source }
    if isPicture, channelsLast {
      let shape = try shaped(extents[1], extents[2], extents[3])
      result = Computed(
        value: try arranged(source, [0, 1, 2, 3], as: shape, title), view: TensorView(natural: extents))
    } else if isPicture {
      let shape = try shaped(extents[2], extents[3], extents[1])
      result = Computed(
        value: try arranged(source, [0, 2, 3, 1], as: shape, title),
        view: TensorView(height: extents[2], width: extents[3], channels: extents[1]))
    } else {
      result = try natural(source, title)
    }
    (result.function, result.isLogarithm) = (source.function, source.isLogarithm)
    return result
  }

  /// The number of a value shaped `[height, width, channels]` where the file has `[1, channels, height, width]`.
  mutating func picture(_ computed: Computed, _ node: ONNXNode) throws(Refusal) -> (value: Int, shape: Shape) {
    let extents = computed.view.dimensions
    guard extents.count == 4, extents[0] == 1 else {
      throw Refusal("reads a tensor of \(extents.extents)", advice: "1 x channels x height x width would work")
    }
    let shape = try shaped(extents[2], extents[3], extents[1])
    if computed.view.picture != nil { return (builder.reshape(computed.value, to: shape, node.title), shape) }
    return (try arranged(computed, [0, 2, 3, 1], as: shape, node.title), shape)
  }

  /// The axes that meet the elements of a tensor in the order in which another of equal or larger extents lies in
  /// memory, repeating those of a dimension of one step; nil where the axes of the two do not go together.
  static func axes(of other: TensorView, along base: TensorView) -> [Axis]? {
    let rank = base.dimensions.count
    let padded = other.reshaped([Int](repeating: 1, count: rank - other.dimensions.count) + other.dimensions)
    guard let baseGroups = base.groups, let otherGroups = padded.groups else { return nil }
    var steps: [(size: Int, along: Int, stride: Int)] = []
    for axis in 0..<rank {
      if padded.dimensions[axis] == 1 {
        steps += baseGroups[axis].map { ($0.size, $0.stride, 0) }
        continue
      }
      // Axes of both cut into pieces of one size, innermost first.
      var (left, right) = (baseGroups[axis], otherGroups[axis])
      while let one = left.last, let two = right.last {
        let size = min(one.size, two.size)
        guard one.size % size == 0, two.size % size == 0 else { return nil }
        steps.append((size, one.stride, two.stride))
        left.removeLast()
        right.removeLast()
        if one.size > size { left.append(.init(size: one.size / size, stride: one.stride * size)) }
        if two.size > size { right.append(.init(size: two.size / size, stride: two.stride * size)) }
      }
      guard left.isEmpty, right.isEmpty else { return nil }
    }
    var merged: [Axis] = []
    for step in steps.sorted(by: { $0.along > $1.along }) {
      if let last = merged.last, last.stride == step.size * step.stride {
        merged[merged.count - 1] = Axis(size: last.size * step.size, stride: step.stride)
      } else {
        merged.append(Axis(size: step.size, stride: step.stride))
      }
    }
    return merged
  }

  /// The tensor repeated to larger extents, pictures with their channels last.
  mutating func expanded(_ source: Computed, to shape: [Int], _ title: String) throws(Refusal) -> Computed {
    guard source.view.dimensions != shape else { return source }
    guard let whole = Shape(checking: shape), whole.count <= Graph.mostElements else {
      throw Refusal("repeated to \(shape.extents)", advice: "try a smaller --input")
    }
    let count = whole.count
    if count == source.view.count {
      var result = source
      result.view = source.view.reshaped(shape)
      return result
    }
    let isPicture = shape.count == 4 && shape[0] == 1
    let base =
      isPicture ? TensorView(height: shape[2], width: shape[3], channels: shape[1]) : TensorView(natural: shape)
    let own: Shape =
      isPicture ? try shaped(shape[2], shape[3], shape[1]) : try shaped(count / (shape.last ?? 1), 1, shape.last ?? 1)
    let source = try separable(source, title)
    guard let axes = Self.axes(of: source.view, along: base) else { throw Refusal("to \(shape.extents)") }
    return Computed(value: try rearrange(source.value, axes, to: own, title), view: base)
  }

  /// Some of the steps of one dimension.
  mutating func sliced(
    _ source: Computed, axis: Int, from start: Int, count: Int, step: Int = 1, _ title: String
  ) throws(Refusal) -> Computed {
    let extent = source.view.dimensions[axis]
    if count == extent, step == 1 { return source }
    var source = try separable(source, title)
    // Of several axes, as after a shuffle, the outermost has less where the part begins and ends with whole ones of it.
    func inner() -> Int { source.view.groups![axis].dropFirst().reduce(1) { $0 * $1.size } }
    if inner() > 1, step != 1 || start % inner() != 0 || count % inner() != 0 { source = try natural(source, title) }
    let each = inner()
    var dimensions = source.view.dimensions
    dimensions[axis] = count
    var steps: [(size: Int, along: Int, stride: Int)] = []
    var dimension: [Int] = []
    var offset = 0
    for (index, group) in source.view.groups!.enumerated() {
      for (place, one) in group.enumerated() {
        let isIt = index == axis && place == 0
        steps.append((isIt ? count / each : one.size, one.stride, isIt ? one.stride * step : one.stride))
        dimension.append(index)
        if isIt { offset = start / each * one.stride }
      }
    }
    // Memory keeps its order, with less in it; elements that are shuffled get that of pictures.
    let isPicture = dimensions.count == 4 && dimensions[0] == 1
    func rank(_ place: Int) -> Int { isPicture && dimension[place] == 1 ? 4 : dimension[place] }
    let order = steps.indices.sorted {
      each == 1 ? steps[$0].along > steps[$1].along : (rank($0), $0) < (rank($1), $1)
    }
    var strides = [Int](repeating: 1, count: steps.count)
    var total = 1
    for index in order.reversed() {
      strides[index] = total
      total *= steps[index].size
    }
    let view = TensorView(dimensions, axes: zip(steps, strides).map { .init(size: $0.size, stride: $1) })
    let inner = order.last.map { steps[$0].size } ?? 1
    let extents = view.picture ?? (height: total / inner, width: 1, channels: inner)
    let shape = try shaped(extents.height, extents.width, extents.channels)
    let axes = order.map { Axis(size: steps[$0].size, stride: steps[$0].stride) }
    return Computed(value: try rearrange(source.value, axes, offset: offset, to: shape, title), view: view)
  }
}

extension Operator.Arrangement.Axis {
  init(_ axis: TensorView.Axis) { self.init(size: axis.size, stride: axis.stride) }
}
