import ONNXFiles

/// Numbers that are known while a network is imported: weights, and shapes computed from shapes.
struct Constant {
  var dimensions: [Int]
  var elements: ONNXTensor.Elements

  /// The most elements that folding makes in all: what shapes, masks and tables of anchors need.
  static let mostFolded = 1 << 24

  /// The most weights that a layer may get beyond those of the file, where zeros or repetitions fill it.
  static let mostWeights = 1 << 24

  init(_ dimensions: [Int], _ elements: ONNXTensor.Elements) {
    self.dimensions = dimensions
    self.elements = elements
  }

  init(_ tensor: ONNXTensor) { self.init(tensor.dimensions, tensor.elements) }

  init(integers: [Int]) { self.init([integers.count], .integers(integers)) }

  var count: Int {
    switch elements {
    case .floats(let numbers): numbers.count
    case .integers(let numbers): numbers.count
    }
  }

  /// The numbers as floats, whatever they are.
  var floats: [Float] {
    switch elements {
    case .floats(let numbers): numbers
    case .integers(let numbers): numbers.map(Float.init)
    }
  }

  /// The numbers, where they are whole.
  var integers: [Int]? { if case .integers(let numbers) = elements { numbers } else { nil } }

  /// Elements picked by their places.
  func picking(_ places: [Int], _ dimensions: [Int]) -> Constant {
    switch elements {
    case .floats(let numbers): Constant(dimensions, .floats(places.map { numbers[$0] }))
    case .integers(let numbers): Constant(dimensions, .integers(places.map { numbers[$0] }))
    }
  }

  /// The same elements under other dimensions.
  func reshaped(_ dimensions: [Int]) -> Constant { Constant(dimensions, elements) }
}

extension Lowering {
  /// A constant input that has to be real numbers, nil where it is left out: whole ones may be codes without their
  /// scale, and no program multiplies them with real numbers.
  func realConstant(_ node: ONNXNode, _ index: Int, _ what: String) throws(Refusal) -> Constant? {
    let constant = try constant(node, index, what)
    guard constant?.integers == nil else {
      throw Refusal(
        "its \(what) are whole numbers, and its input real ones",
        advice: "floats, or codes behind DequantizeLinear would work")
    }
    return constant
  }
}

/// ONNX's rule for operands of different shapes: aligned at the end, an extent of 1 repeats.
enum Broadcasting {
  /// The shape of the result, nil where the shapes do not go together.
  static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let (left, right) = (padded(a, rank), padded(b, rank))
    var result: [Int] = []
    for (x, y) in zip(left, right) {
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result
  }

  /// For each element of `shape` in order, the place of the operand's element.
  static func places(of operand: [Int], in shape: [Int]) -> [Int] {
    let extents = padded(operand, shape.count)
    var stride = 1
    var strides = [Int](repeating: 0, count: shape.count)
    for axis in shape.indices.reversed() {
      strides[axis] = extents[axis] == 1 ? 0 : stride
      stride *= extents[axis]
    }
    var places = [0]
    for axis in shape.indices {
      places = places.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } }
    }
    return places
  }

  private static func padded(_ shape: [Int], _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.count) + shape
  }
}
