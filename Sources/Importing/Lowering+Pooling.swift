import Models
import Numerics
import ONNXFiles

/// Pooling.
extension Lowering {
  mutating func pool(_ node: ONNXNode) throws(Refusal) {
    let isMax = node.operatorType == "MaxPool"
    let source = try computed(node, 0)
    guard !node.hasOutput(1) || uses[node.outputs[1]] == nil else {
      throw Refusal("its indices are read", advice: "MaxPool without them would work")
    }
    let (value, shape) = try picture(source, node)
    guard let kernel = try node.integers("kernel_shape"), kernel.count == 2 else { throw Refusal("no kernel_shape") }
    guard kernel.allSatisfy({ (1...4096).contains($0) }) else { throw Refusal("a window of \(kernel)") }
    let dilations = try node.integers("dilations", count: 2, [1, 1])
    let dilation = max(kernel[0] > 1 ? dilations[0] : 1, kernel[1] > 1 ? dilations[1] : 1)
    guard zip(kernel, dilations).allSatisfy({ $0 == 1 || $1 == dilation }) else {
      throw Refusal("dilations \(dilations)", advice: "the same down and across would work")
    }
    let sliding = try Sliding(node, kernel: kernel, dilation: dilation)
    let (window, skips) = try sliding.window(over: shape)
    guard let positions = window.positions(height: shape[0], width: shape[1], dilation: dilation) else {
      throw Refusal("a window of \(kernel[0])x\(kernel[1]) over \(shape)")
    }
    let result = try shaped(positions.height, positions.width, shape[2])
    if !isMax, dilation > 1 || sliding.hasPadding, try node.integer("count_include_pad", 0) != 0 || dilation > 1 {
      let countsBorder = try node.integer("count_include_pad", 0) != 0
      // Zeros that count are those of a convolution: each tap has the same share, but where a window was made to reach
      // beyond the border that counts.
      let (down, across) = sliding.counts(window, over: shape, result, countsBorder: countsBorder)
      let share = 1 / Float(max(1, down.max()! * across.max()!))
      let own = GraphBuilder.Parameters(
        weight: Tensor([shape[2], kernel[0], kernel[1], 1], filledWith: share),
        bias: Tensor([shape[2]], filledWith: 0))
      let conv = Operator.Convolution(
        outputChannels: shape[2], window: window, dilation: dilation, groups: shape[2])
      let sums = builder.append(node.title, .conv2D(conv), [value], result, own)
      guard Set(down).count == 1, Set(across).count == 1 else {
        guard result.count <= 1 << 16 else {
          throw Refusal(
            "means of windows that are cut off", advice: "a smaller picture, or a border that counts, would work")
        }
        let factors = down.flatMap { row in across.map { row * $0 > 0 ? 1 / (share * Float(row * $0)) : 0 } }
        let view = TensorView(height: result[0], width: result[1], channels: result[2])
        try affine(
          node, 0, Computed(value: sums, view: view), scale: Constant([result[0], result[1]], .floats(factors)),
          shift: Constant([], .floats([0])))
        guard case .computed(let whole)? = values[node.outputs[0]] else { return }
        return try setSkipping(node, try picture(whole, node).value, skips)
      }
      return try setSkipping(node, sums, skips)
    }
    if isMax, dilation > 1 { return try dilatedMaxPool(node, source, window, dilation: dilation, sliding.strides) }
    let pad = window.padding
    guard pad.top < kernel[0], pad.bottom < kernel[0], pad.left < kernel[1], pad.right < kernel[1] else {
      throw Refusal("padding as wide as its window", advice: "less would work")
    }
    if !isMax, pad == .none, kernel == [shape[0], shape[1]] {
      let view = TensorView(height: 1, width: 1, channels: shape[2])
      return set(node, builder.append(node.title, .globalAveragePool, [value], [shape[2]]), view)
    }
    let op: Operator = isMax ? .maxPool2D(window) : .averagePool2D(window)
    try setSkipping(node, builder.append(node.title, op, [value], result), skips)
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

  /// Max pooling whose taps lie apart: along rows, then along columns, each as a picture that has every window's taps
  /// side by side.
  ///
  /// Beyond an edge stand the rows that lie next to it, in the order in which they follow each other there: taps that
  /// far apart meet what the window holds anyway.
  private mutating func dilatedMaxPool(
    _ node: ONNXNode, _ source: Computed, _ window: Operator.Window, dilation: Int, _ strides: [Int]
  ) throws(Refusal) {
    var result = source
    let pads = [(window.padding.top, window.padding.bottom), (window.padding.left, window.padding.right)]
    for (index, kernel) in [window.height, window.width].enumerated() {
      let axis = index + 2
      let extent = result.view.dimensions[axis]
      guard extent >= dilation else {
        throw Refusal("taps \(dilation) apart over \(extent) rows or columns", advice: "a larger --input would work")
      }
      var pieces: [Computed] = []
      var before = pads[index].0
      while before > 0 {
        let count = (before - 1) % dilation + 1
        pieces.append(try sliced(result, axis: axis, from: dilation - count, count: count, node.title))
        before -= count
      }
      pieces.append(result)
      var after = pads[index].1
      while after > 0 {
        let count = min(after, dilation)
        pieces.append(try sliced(result, axis: axis, from: extent - dilation, count: count, node.title))
        after -= count
      }
      if pieces.count > 1 { result = try joined(pieces, axis: axis, node.title) }
      let size = result.view.dimensions[axis]
      let positions = (size - (kernel - 1) * dilation - 1) / strides[index] + 1
      guard positions > 0 else { throw Refusal("a window of \(kernel) over \(size) rows or columns") }
      // Elements between a row and the next, or a column and the next.
      let others = [2, 3].filter { $0 != axis }
      let order = [0, axis] + others + [1]
      let inner = result.view.count / size
      let value = try arranged(result, order, as: try shaped(size, 1, inner), node.title)
      let taps = try rearrange(
        value,
        [
          .init(size: positions, stride: strides[index] * inner), .init(size: kernel, stride: dilation * inner),
          .init(size: inner, stride: 1),
        ],
        to: try shaped(positions, kernel, inner), node.title)
      let pooled = builder.append(
        index == 0 ? node.title + ".rows" : node.title, .maxPool2D(.init(1, kernel)), [taps],
        try shaped(positions, 1, inner))
      var dimensions = result.view.dimensions
      dimensions[axis] = positions
      let back = dimensions.indices.map { order.firstIndex(of: $0)! }
      guard let view = TensorView(natural: order.map { dimensions[$0] }).transposed(back) else {
        throw Refusal("an order that cannot be had")
      }
      result = Computed(value: pooled, view: view)
    }
    values[node.outputs[0]] = .computed(result)
  }
}

extension Sliding {
  /// How many rows and columns each window's mean is of: those of the picture, or with them the border that the node
  /// names.
  func counts(
    _ window: Operator.Window, over shape: Shape, _ result: Shape, countsBorder: Bool
  ) -> (down: [Int], across: [Int]) {
    func along(_ axis: Int, _ padding: Int, _ kernel: Int) -> [Int] {
      let (begin, end) = countsBorder ? (-ownPadding(axis), shape[axis] + ownPadding(axis + 2)) : (0, shape[axis])
      return (0..<result[axis]).map { place in
        (0..<kernel).count { (begin..<end).contains(place * window.stride - padding + $0 * dilation) }
      }
    }
    return (along(0, window.padding.top, window.height), along(1, window.padding.left, window.width))
  }
}
