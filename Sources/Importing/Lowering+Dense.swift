import Models
import Numerics
import ONNXFiles

/// Products with matrices of weights.
extension Lowering {
  mutating func gemm(_ node: ONNXNode) throws(Refusal) {
    var source = try computed(node, 0)
    guard let matrix = try constant(node, 1, "weights"), matrix.dimensions.count == 2 else {
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
    if let given = try constant(node, 2, "biases") {
      guard Broadcasting.shape(given.dimensions, [1, outputs]) == [1, outputs] else {
        throw Refusal("biases of \(given.dimensions.extents) for \(outputs) results")
      }
      let floats = given.floats
      bias = Broadcasting.places(of: given.dimensions, in: [1, outputs]).map { floats[$0] * beta }
    }
    try product(node, source, matrix, isTransposed: isTransposed, scale: alpha, bias: bias)
  }

  mutating func matrixProduct(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    guard let matrix = try constant(node, 1, "factors on the right"), matrix.dimensions.count == 2 else {
      throw Refusal("a product of more than matrices", advice: "one with a constant matrix on the right would work")
    }
    try product(
      node, source, matrix, isTransposed: false, scale: 1,
      bias: [Float](repeating: 0, count: matrix.dimensions[1]))
  }

  /// The last dimension times a matrix: a dense layer, or a convolution of 1x1 where other dimensions are not 1.
  private mutating func product(
    _ node: ONNXNode, _ source: Computed, _ matrix: Constant, isTransposed: Bool, scale: Float, bias: [Float]
  ) throws(Refusal) {
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
      guard source.view.isNatural else {
        throw Refusal("\(rows) rows of a tensor whose axes were exchanged", advice: "one row would work")
      }
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
