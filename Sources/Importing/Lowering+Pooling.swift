import Models
import Numerics
import ONNXFiles

/// Pooling, and means over whole pictures.
extension Lowering {
  mutating func pool(_ node: ONNXNode) throws(Refusal) {
    let isMax = node.operatorType == "MaxPool"
    let source = try computed(node, 0)
    guard !node.hasOutput(1) else { throw Refusal("its indices are read", advice: "MaxPool without them would work") }
    guard try node.integers("dilations")?.allSatisfy({ $0 == 1 }) ?? true else {
      throw Refusal("a pool with dilation", advice: "one without would work")
    }
    let (value, shape) = try picture(source, node)
    guard let kernel = try node.integers("kernel_shape"), kernel.count == 2 else { throw Refusal("no kernel_shape") }
    guard kernel.allSatisfy({ (1...4096).contains($0) }) else { throw Refusal("a window of \(kernel)") }
    let sliding = try Sliding(node, kernel: kernel, dilation: 1)
    let window = try sliding.window(over: shape)
    guard let positions = window.positions(height: shape[0], width: shape[1]) else {
      throw Refusal("a window of \(kernel[0])x\(kernel[1]) over \(shape)")
    }
    let result = try shaped(positions.height, positions.width, shape[2])
    let view = TensorView(height: result[0], width: result[1], channels: result[2])
    if !isMax, try node.integer("count_include_pad", 0) != 0, sliding.hasPadding {
      guard !sliding.roundsUp else {
        throw Refusal(
          "count_include_pad with ceil_mode", advice: "one of them, or padding that needs no rounding, would work")
      }
      // Zeros that count are those of a convolution: each tap has the same share.
      let share = 1 / Float(kernel[0] * kernel[1])
      let own = GraphBuilder.Parameters(
        weight: Tensor([shape[2], kernel[0], kernel[1], 1], filledWith: share),
        bias: Tensor([shape[2]], filledWith: 0))
      let conv = Operator.Convolution(outputChannels: shape[2], window: window, groups: shape[2])
      return set(node, builder.append(node.title, .conv2D(conv), [value], result, own), view)
    }
    let pad = window.padding
    guard pad.top < kernel[0], pad.bottom < kernel[0], pad.left < kernel[1], pad.right < kernel[1] else {
      throw Refusal("padding as wide as its window", advice: "less would work")
    }
    if !isMax, pad == .none, kernel == [shape[0], shape[1]] {
      return set(node, builder.append(node.title, .globalAveragePool, [value], [shape[2]]), view)
    }
    let op: Operator = isMax ? .maxPool2D(window) : .averagePool2D(window)
    set(node, builder.append(node.title, op, [value], result), view)
  }

  mutating func globalPool(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let (value, shape) = try picture(source, node)
    let view = TensorView(height: 1, width: 1, channels: shape[2])
    guard node.operatorType == "GlobalMaxPool" else {
      return set(node, builder.append(node.title, .globalAveragePool, [value], [shape[2]]), view)
    }
    let window = Operator.Window(shape[0], shape[1])
    set(node, builder.append(node.title, .maxPool2D(window), [value], [1, 1, shape[2]]), view)
  }

  /// A mean over rows and columns, whichever dimensions they are in the file.
  mutating func mean(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let view = source.view
    let dimensions = view.dimensions
    let axes = try axes(node, "axes", input: 1)
    if axes?.isEmpty ?? true, try node.integer("noop_with_empty_axes", 0) != 0 { return alias(node, source, view) }
    var reduced: Set<Int> = []
    for axis in axes ?? Array(dimensions.indices) {
      guard let axis = dimensions.normalized(axis: axis) else { throw Refusal("a mean over axis \(axis)") }
      reduced.insert(axis)
    }
    let keeps = try node.integer("keepdims", 1) != 0
    let left = dimensions.indices.compactMap { axis in
      reduced.contains(axis) ? (keeps ? 1 : nil) : dimensions[axis]
    }
    guard reduced.contains(where: { dimensions[$0] > 1 }) else { return alias(node, source, view.reshaped(left)) }
    // What stays has to be the channels, which lie side by side.
    let kept = dimensions.indices.filter { !reduced.contains($0) }
    let groups = view.groups
    let channels = kept.reduce(1) { $0 * dimensions[$1] }
    guard let groups, TensorView([channels], axes: kept.flatMap { groups[$0] }) == TensorView(natural: [channels])
    else {
      throw Refusal("a mean over axes \(reduced.sorted())", advice: "one over rows and columns would work")
    }
    let shape: Shape = [view.count / channels, 1, channels]
    let picture = builder.shapes[source.value]
    // The mean does not ask how rows and columns lie, so that a picture stays as it is.
    let value =
      picture.rank == 3 && picture[2] == channels
      ? source.value : builder.reshape(source.value, to: shape, node.title)
    set(node, builder.append(node.title, .globalAveragePool, [value], [channels]), TensorView(natural: left))
  }
}
