import Models
import Numerics
import ONNXFiles

/// From the nodes of an ONNX graph to Glint's, one after the other.
///
/// Each value of the file is a constant, or what a node of Glint's computes seen through a view, or something that a
/// node made which cannot be imported; the last is no reason to stop, since all of them are named at the end.
struct Lowering {
  /// A value that the network computes.
  struct Computed {
    /// The number of Glint's value.
    var value: Int
    /// How the file's tensor lies in it.
    var view: TensorView
    /// What turns it into the file's numbers at the end of the network.
    var function = Graph.Function.identity
    /// Whether the file has the logarithm of what the function gives.
    var isLogarithm = false
    /// Whether only this name stands for Glint's value, so that its node may still be changed.
    var isExclusive = true
  }

  enum Value {
    case constant(Constant)
    case computed(Computed)
    case refused
  }

  let opset: Int
  var builder: GraphBuilder
  var values: [String: Value] = [:]
  /// How often each name is read.
  var uses: [String: Int] = [:]
  /// Names of what leaves the network, perhaps as codes or in another shape.
  var endings: Set<String> = []
  /// Sigmoids that something reads: the number of each one's value by that of what it is computed from.
  private var sigmoids: [Int: Int] = [:]
  var refusals: [UnsupportedNode] = []
  /// Elements of all constants that were computed.
  var foldedElements = 0
  /// What became of the file's nodes, for people.
  var counts = LoweringCounts()
  /// What the file says of codes and scales.
  var quantized = QuantizationNotes()
  /// How pixels become what the network reads.
  var convention: PixelConvention?
  /// As in `InputPlan`.
  var batch = 1

  /// Lowers the nodes that the outputs need; those of others are left out.
  mutating func lower(_ graph: ONNXGraph) {
    let recognition = FunctionRecognition(graph)
    let read = Self.live(graph).count
    var graph = graph
    for index in graph.nodes.indices {
      if let function = recognition.recognized(graph.nodes[index]) { graph.nodes[index] = function }
    }
    let live = Self.live(graph)
    for (index, node) in graph.nodes.enumerated() where live.contains(index) {
      for name in Set(node.inputs) where !name.isEmpty {
        uses[name, default: 0] += node.inputs.count { $0 == name }
      }
    }
    for output in graph.outputs { uses[output.name, default: 0] += 1 }
    quantized.readTypes(graph)
    endings = Self.leaving(graph)
    counts.unread = graph.nodes.count - read
    // What one function takes the place of.
    counts.folded += read - live.count
    for (index, node) in graph.nodes.enumerated() where live.contains(index) {
      quantized.index = index
      do throws(Refusal) {
        try lower(node)
      } catch {
        refusals.append(
          UnsupportedNode(
            index: index, name: node.title,
            operatorType: (node.domain.isEmpty ? "" : node.domain + ".") + node.operatorType, version: "opset \(opset)",
            reason: error.reason, advice: error.advice))
        for name in node.outputs { values[name] = .refused }
        standIn(for: node)
      }
    }
  }

  /// After a node that was refused: a value of the shape that it would make, where that is plain, so that what follows
  /// is tried as well and all that is in the way is named at once. Such a network is never written.
  private mutating func standIn(for node: ONNXNode) {
    guard let name = node.outputs.first, !name.isEmpty else { return }
    var shapes: [[Int]] = []
    for input in node.inputs {
      switch values[input] {
      case .computed(let computed)?: shapes.append(computed.view.dimensions)
      case .constant(let constant)?: shapes.append(constant.dimensions)
      default: break
      }
    }
    guard var shape = shapes.first, shapes.count == node.inputs.count else { return }
    switch node.operatorType {
    case "Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Pow":
      for other in shapes.dropFirst() {
        guard let joined = Broadcasting.shape(shape, other) else { return }
        shape = joined
      }
    case "Concat":
      guard let given = try? node.integer("axis", 1), let axis = shape.normalized(axis: given),
        shapes.allSatisfy({ $0.count == shape.count })
      else { return }
      shape[axis] = shapes.reduce(0) { $0 + $1[axis] }
    case "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Softplus", "Softsign", "Tanh", "Mish", "Swish", "Clip",
      "HardSigmoid", "Sigmoid", "Softmax", "LogSoftmax", "Exp", "Log", "Sqrt", "Abs", "Erf", "LRN",
      "InstanceNormalization", "LayerNormalization", "GroupNormalization", "BatchNormalization", "Cast":
      break
    default: return
    }
    guard let checked = Shape(checking: shape), checked.count > 0, checked.count <= Graph.mostElements else { return }
    let view =
      shape.count == 4 && shape[0] == 1
      ? TensorView(height: shape[2], width: shape[3], channels: shape[1]) : TensorView(natural: shape)
    let value = builder.append("stand-in", .concatenate, [], [1, 1, checked.count])
    values[name] = .computed(Computed(value: value, view: view, isExclusive: false))
  }

  /// The nodes whose results some output needs.
  static func live(_ graph: ONNXGraph) -> Set<Int> {
    var maker: [String: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { maker[name] = index }
    }
    var live: Set<Int> = []
    var open = graph.outputs.compactMap { maker[$0.name] }
    while let index = open.popLast() {
      guard live.insert(index).inserted else { continue }
      open += graph.nodes[index].inputs.compactMap { maker[$0] }
    }
    return live
  }

  mutating func lower(_ node: ONNXNode) throws(Refusal) {
    guard node.domain.isEmpty || node.domain == "ai.onnx" || Self.speaksOfCodes(node) else {
      throw Refusal("an operator of the set '\(node.domain)'", advice: "export with ONNX's own operators alone")
    }
    guard let first = node.outputs.first, !first.isEmpty else { throw Refusal("makes nothing that has a name") }
    var readsRefused = false
    for name in node.inputs where !name.isEmpty {
      guard let value = values[name] else { throw Refusal("reads '\(name)', which nothing before it makes") }
      if case .refused = value { readsRefused = true }
    }
    if try fold(node) {
      counts.folded += 1
      return
    }
    // What reads a refused value cannot be tried, but an operator that is never lowered is named all the same.
    if readsRefused {
      guard Self.lowered.contains(node.operatorType) || Self.speaksOfCodes(node) else {
        throw Self.unknown(node.operatorType)
      }
      for name in node.outputs { values[name] = .refused }
      return
    }
    let made = builder.nodes.count
    defer { noteMaker(node, made) }
    if try lowerCodes(node) { return }
    try lowerComputed(node)
    try noteQuantized(node)
  }

  /// The operators that are lowered, at least in some forms.
  static let lowered: Set<String> = [
    "Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Celu", "Clip", "Concat", "Conv", "ConvTranspose",
    "DepthToSpace", "Div", "Dropout", "Elu", "Erf", "Exp", "Expand", "Flatten", "Gather", "Gelu", "Gemm",
    "GlobalAveragePool", "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Log", "LogSoftmax",
    "MatMul", "Max", "MaxPool", "Mean", "Min", "Mish", "Mul", "Neg", "PRelu", "Pad", "Pow", "Reciprocal", "ReduceL1",
    "ReduceL2", "ReduceLogSum", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "ReduceSumSquare", "Relu",
    "Reshape", "Resize", "Selu", "Shape", "Sigmoid", "Size", "Slice",
    "Softmax", "Softplus", "Softsign", "SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Swish", "Tanh",
    "ThresholdedRelu", "Transpose", "Unsqueeze", "Upsample",
  ]

  mutating func lowerComputed(_ node: ONNXNode) throws(Refusal) {
    if let function = try node.elementFunction() { return try apply(function, node) }
    if try overRow(node) { return }
    switch node.operatorType {
    case "Conv": try convolution(node)
    case "ConvTranspose": try transposedConvolution(node)
    case "MaxPool", "AveragePool": try pool(node)
    case "GlobalAveragePool", "GlobalMaxPool": try globalPool(node)
    case "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin": try reduce(node)
    case "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum": try reduceBySum(node)
    case "Gemm": try gemm(node)
    case "MatMul": try matrixProduct(node)
    case "BatchNormalization": try normalization(node)
    case "Add", "Sub", "Mul", "Div", "Sum", "Neg": try arithmetic(node)
    case "Mean":
      let share = Constant([], .floats([1 / Float(node.inputs.count)]))
      try expand(node, constants: [("share", share)], [("Sum", node.inputs, "sum"), ("Mul", ["sum", "share"], "")])
    case "Max", "Min": try extreme(node)
    case "Pow": try power(node)
    case "Relu": try clamp(node, .relu)
    case "Clip": try clip(node)
    case "PRelu": try parametricReLU(node)
    case "Concat": try join(node)
    case "Split": try split(node)
    case "Slice": try slice(node)
    case "Gather": try gather(node)
    case "SpaceToDepth", "DepthToSpace": try spaceAndDepth(node)
    case "Resize", "Upsample": try enlarge(node)
    case "Pad": try pad(node)
    case "Sigmoid", "Softmax", "LogSoftmax": try ending(node)
    case "Identity", "Dropout", "Cast", "Expand": try passing(node)
    case "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze": try reshaping(node)
    default: throw Self.unknown(node.operatorType)
    }
  }

  // MARK: Reading and making values

  /// A value that the network computes, as an operator in its middle reads it: behind a sigmoid, its numbers.
  mutating func computed(_ node: ONNXNode, _ index: Int) throws(Refusal) -> Computed {
    var computed = try anyComputed(node, index)
    switch computed.function {
    case .identity: return computed
    case .sigmoid:
      let known = sigmoids[computed.value]
      let value = known ?? applied(.init(.sigmoid), to: computed, node.inputs[index]).value
      sigmoids[computed.value] = value
      // Where nothing else reads the sigmoid, its node may still get a scale.
      let isAlone = known == nil && uses[node.inputs[index]] == 1
      (computed.value, computed.function, computed.isExclusive) = (value, .identity, isAlone)
      return computed
    case .softmax:
      throw Refusal(
        "reads what softmax made, which is possible only at the network's end",
        advice: "export the network without what follows softmax")
    }
  }

  /// The same, also behind a sigmoid or softmax.
  func anyComputed(_ node: ONNXNode, _ index: Int) throws(Refusal) -> Computed {
    guard index < node.inputs.count else { throw Refusal("has no input \(index)") }
    switch values[node.inputs[index]] {
    case .computed(let computed)?: return computed
    case .constant?: throw Refusal("its input \(index) is a constant, where the network's own value belongs")
    case .refused?, nil: throw Refusal("its input \(index) is missing")
    }
  }

  /// A constant input, nil where it is left out.
  func constant(_ node: ONNXNode, _ index: Int, _ what: String) throws(Refusal) -> Constant? {
    guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
    guard case .constant(let constant)? = values[node.inputs[index]] else {
      throw Refusal("its \(what) are computed by the network", advice: "they have to be constants")
    }
    return constant
  }

  /// Whether the node that made an input may be changed: nobody else reads its value.
  func mayChange(_ computed: Computed, _ node: ONNXNode, _ index: Int) -> Bool {
    computed.isExclusive && uses[node.inputs[index]] == 1
      && (!isQuantized(computed.value) || node.operatorType == "Conv" && keepsCodes(computed.value))
  }

  /// The shape of a result, from extents that a file may have made large.
  func shaped(_ height: Int, _ width: Int, _ channels: Int) throws(Refusal) -> Shape {
    guard let shape = Shape(checking: [height, width, channels]), shape.count <= Graph.mostElements else {
      throw Refusal("a result of \(height)x\(width)x\(channels), which is too large", advice: "try a smaller --input")
    }
    return shape
  }

  /// Names the result of a node.
  mutating func set(_ node: ONNXNode, _ value: Int, _ view: TensorView) {
    values[node.outputs[0]] = .computed(Computed(value: value, view: view))
  }

  /// Names another view of a value.
  mutating func alias(_ node: ONNXNode, _ source: Computed, _ view: TensorView) {
    var result = source
    result.view = view
    result.isExclusive = source.isExclusive && uses[node.inputs[0]] == 1
    values[node.outputs[0]] = .computed(result)
    counts.folded += 1
  }
}

/// What became of the file's nodes.
struct LoweringCounts {
  /// Computed while importing, or a view of something else.
  var folded = 0
  /// Batch normalizations and arithmetic with constants that went into the weights before them.
  var intoWeights = 0
  /// Clamps that joined the node before them.
  var activations = 0
  /// Nodes whose results no output needs.
  var unread = 0
}
