import Models
import Numerics
import ONNXFiles

/// Products with matrices of weights.
extension Lowering {
  mutating func gemm(_ node: ONNXNode) throws(Refusal) {
    var source = try computed(node, 0)
    guard let matrix = try realConstant(node, 1, "weights"), matrix.dimensions.count == 2 else {
      throw Refusal("has no matrix of weights")
    }
    if try node.integer("transA", 0) != 0 {
      guard source.view.dimensions.count == 2, let view = source.view.transposed([1, 0]) else {
        throw Refusal("transA over \(source.view.dimensions.extents)")
      }
      source.view = view
    }
    guard source.view.dimensions.count == 2 else { throw Refusal("reads \(source.view.dimensions.extents)") }
    let (alpha, beta) = (try node.float("alpha", 1), try node.float("beta", 1))
    let isTransposed = try node.integer("transB", 0) != 0
    let outputs = matrix.dimensions[isTransposed ? 0 : 1]
    var bias = [Float](repeating: 0, count: outputs)
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      guard case .constant(let given)? = values[node.inputs[2]],
        Broadcasting.shape(given.dimensions, [1, outputs]) == [1, outputs]
      else {
        // Biases of a row each, or such that the network computes, are a sum of their own.
        return try expand(
          node, constants: [("beta", Constant([], .floats([beta])))],
          [
            ("Gemm", Array(node.inputs[..<2]), "product"), ("Mul", [node.inputs[2], "beta"], "biases"),
            ("Add", ["product", "biases"], ""),
          ], attributes: ["product": node.attributes])
      }
      let floats = try realConstant(node, 2, "biases")?.floats ?? []
      bias = Broadcasting.places(of: given.dimensions, in: [1, outputs]).map { floats[$0] * beta }
    }
    try product(node, source, matrix, isTransposed: isTransposed, scale: alpha, bias: bias)
  }

  mutating func matrixProduct(_ node: ONNXNode) throws(Refusal) {
    if case .constant? = node.inputs.first.flatMap({ values[$0] }),
      let matrix = try realConstant(node, 0, "factors on the left")
    {
      return try productFromLeft(node, matrix)
    }
    let source = try computed(node, 0)
    guard var matrix = try realConstant(node, 1, "factors on the right") else { throw Refusal("has no factors") }
    if matrix.dimensions.count > 2 { return try productOfBatch(node, source, matrix) }
    let isVector = matrix.dimensions.count == 1
    if isVector { matrix = matrix.reshaped(matrix.dimensions + [1]) }
    try product(
      node, source, matrix, isTransposed: false, scale: 1,
      bias: [Float](repeating: 0, count: matrix.dimensions[1]))
    if isVector, case .computed(var result)? = values[node.outputs[0]] {
      result.view = result.view.reshaped(result.view.dimensions.dropLast())
      values[node.outputs[0]] = .computed(result)
    }
  }

  /// Several constant matrices, each with its part of a tensor, along one dimension.
  private mutating func productOfBatch(
    _ node: ONNXNode, _ source: Computed, _ matrices: Constant
  ) throws(Refusal) {
    let rank = max(source.view.dimensions.count, matrices.dimensions.count)
    func padded(_ dimensions: [Int]) -> [Int] { [Int](repeating: 1, count: rank - dimensions.count) + dimensions }
    var whole = source
    whole.view = source.view.reshaped(padded(source.view.dimensions))
    let extents = padded(matrices.dimensions)
    let batches = (0..<rank - 2).filter { extents[$0] > 1 }
    guard batches.count <= 1, (batches.first.map { extents[$0] } ?? 1) <= 64 else {
      throw Refusal("matrices in more than one dimension", advice: "at most 64 in one would work")
    }
    let (axis, count) = batches.first.map { ($0, extents[$0]) } ?? (0, 1)
    let repeats = whole.view.dimensions[axis] == 1
    guard repeats || count == 1 || whole.view.dimensions[axis] == count else {
      throw Refusal("matrices of \(matrices.dimensions.extents) over \(source.view.dimensions.extents)")
    }
    let size = extents[rank - 2] * extents[rank - 1]
    var parts: [Computed] = []
    for index in 0..<count {
      let part =
        repeats || count == 1
        ? whole : try sliced(whole, axis: axis, from: index, count: 1, node.title)
      let matrix = matrices.picking(Array(index * size..<(index + 1) * size), Array(extents.suffix(2)))
      try product(
        node, part, matrix, isTransposed: false, scale: 1, bias: [Float](repeating: 0, count: extents[rank - 1]))
      guard case .computed(let result)? = values[node.outputs[0]] else { return }
      parts.append(result)
    }
    if count > 1 { values[node.outputs[0]] = .computed(try joined(parts, axis: axis, node.title)) }
  }

  /// A constant matrix on the left: the transposed product, seen transposed.
  private mutating func productFromLeft(_ node: ONNXNode, _ matrix: Constant) throws(Refusal) {
    let source = try separable(try computed(node, 1), node.title)
    let rank = source.view.dimensions.count
    guard matrix.dimensions.count == 2, rank >= 2 else {
      throw Refusal("a product of more than matrices", advice: "one with a constant matrix would work")
    }
    var order = Array(0..<rank)
    order.swapAt(rank - 2, rank - 1)
    var turned = source
    turned.view = source.view.transposed(order)!
    try product(
      node, turned, matrix, isTransposed: true, scale: 1, bias: [Float](repeating: 0, count: matrix.dimensions[0]))
    guard case .computed(var result)? = values[node.outputs[0]], let view = result.view.transposed(order) else {
      return
    }
    result.view = view
    values[node.outputs[0]] = .computed(result)
  }

  /// The last dimension times a matrix: a dense layer, or a convolution of 1x1 where other dimensions are not 1.
  private mutating func product(
    _ node: ONNXNode, _ source: Computed, _ matrix: Constant, isTransposed: Bool, scale: Float, bias: [Float]
  ) throws(Refusal) {
    var source = source
    // A list alone is one row.
    if source.view.dimensions.count == 1 { source.view = source.view.reshaped([1] + source.view.dimensions) }
    let dimensions = source.view.dimensions
    let outputs = matrix.dimensions[isTransposed ? 0 : 1]
    let inputs = matrix.dimensions[isTransposed ? 1 : 0]
    guard dimensions.last == inputs, outputs > 0, dimensions.count > 1 else {
      throw Refusal("a matrix of \(matrix.dimensions.extents) over a tensor of \(dimensions.extents)")
    }
    let rows = source.view.count / inputs
    let factors = matrix.floats
    func factor(_ output: Int, _ input: Int) -> Float {
      scale * (isTransposed ? factors[output * inputs + input] : factors[input * outputs + output])
    }
    let view = TensorView(natural: Array(dimensions.dropLast()) + [outputs])
    var weight = [Float](repeating: 0, count: inputs * outputs)
    guard rows == 1 else {
      source = try natural(source, node.title)
      for output in 0..<outputs {
        for input in 0..<inputs { weight[output * inputs + input] = factor(output, input) }
      }
      let value = builder.reshape(source.value, to: [rows, 1, inputs], node.title)
      let own = GraphBuilder.Parameters(
        weight: Tensor([outputs, 1, 1, inputs], weight), bias: Tensor([outputs], bias))
      let conv = Operator.Convolution(outputChannels: outputs, window: .init(1, 1))
      return set(node, builder.append(node.title, .conv2D(conv), [value], try shaped(rows, 1, outputs), own), view)
    }
    // The file's order of a flattened picture becomes Glint's in the columns of the matrix.
    let places = source.view.offsets
    for output in 0..<outputs {
      for input in 0..<inputs { weight[output * inputs + places[input]] = factor(output, input) }
    }
    let value = builder.reshape(source.value, to: [inputs], node.title)
    let own = GraphBuilder.Parameters(weight: Tensor([outputs, inputs], weight), bias: Tensor([outputs], bias))
    set(node, builder.append(node.title, .dense(.init(outputs: outputs)), [value], [outputs], own), view)
  }
}
