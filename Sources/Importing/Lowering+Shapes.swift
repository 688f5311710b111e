import Models
import Numerics
import ONNXFiles

/// What moves nothing or only joins: views, concatenation, enlargement, and the functions at the end.
extension Lowering {
  /// Operators that change nothing while a network is used.
  mutating func passing(_ node: ONNXNode) throws(Refusal) {
    let source = try anyComputed(node, 0)
    switch node.operatorType {
    case "Dropout":
      guard !node.hasOutput(1) || uses[node.outputs[1]] == nil else { throw Refusal("its mask is read") }
    case "Cast":
      let type = ONNXElement(rawValue: try node.integer("to", 1))
      guard type?.isFloat ?? false else {
        throw Refusal("to whole numbers", advice: "a network in float without conversions would work")
      }
    case "Expand":
      guard let shape = try constant(node, 1, "shape")?.integers,
        Broadcasting.shape(shape, source.view.dimensions) == source.view.dimensions
      else { throw Refusal("enlarges its tensor", advice: "Resize by whole factors would work") }
    default: break
    }
    alias(node, source, source.view)
  }

  mutating func reshaping(_ node: ONNXNode) throws(Refusal) {
    let source = try anyComputed(node, 0)
    let view = source.view
    if node.operatorType == "Transpose" {
      let order = try node.integers("perm") ?? Array(view.dimensions.indices.reversed())
      guard order.sorted() == Array(view.dimensions.indices) else { throw Refusal("perm \(order)") }
      guard let turned = view.transposed(order) else {
        throw Refusal("\(order) of a tensor of \(view.dimensions.extents) that was joined before")
      }
      return alias(node, source, turned)
    }
    let dimensions: [Int]
    switch node.operatorType {
    case "Reshape":
      guard let shape = try axes(node, "shape", input: 1) else {
        throw Refusal("has no shape")
      }
      dimensions = try ShapeRules.reshaped(
        view.dimensions, to: shape, keepsZero: try node.integer("allowzero", 0) != 0)
    case "Flatten":
      dimensions = try ShapeRules.flattened(view.dimensions, axis: try node.integer("axis", 1))
    case "Squeeze":
      dimensions = try ShapeRules.squeezed(view.dimensions, axes: try axes(node, "axes", input: 1))
    default:
      dimensions = try ShapeRules.unsqueezed(view.dimensions, axes: try axes(node, "axes", input: 1) ?? [])
    }
    alias(node, source, view.reshaped(dimensions))
  }

  /// Concatenation along the channels.
  mutating func join(_ node: ONNXNode) throws(Refusal) {
    guard (1...64).contains(node.inputs.count) else { throw Refusal("of \(node.inputs.count) tensors") }
    var parts: [Computed] = []
    for index in node.inputs.indices { parts.append(try computed(node, index)) }
    if parts.count == 1 { return alias(node, parts[0], parts[0].view) }
    let first = parts[0].view
    guard let axis = first.dimensions.normalized(axis: try node.integer("axis", 1)) else { throw Refusal("its axis") }
    let refusal = Refusal(
      "along axis \(axis) of \(first.dimensions.extents)", advice: "joining channels of pictures of one size would work"
    )
    var values: [Int] = []
    var total = 0
    var positions: Int?
    for part in parts {
      let dimensions = part.view.dimensions
      guard dimensions.count == first.dimensions.count,
        dimensions.indices.allSatisfy({ $0 == axis || dimensions[$0] == first.dimensions[$0] }),
        let groups = part.view.groups
      else { throw refusal }
      // The axis has to run through elements side by side, the others over them in Glint's order.
      let channels = dimensions[axis]
      guard TensorView([channels], axes: groups[axis]).isNatural,
        positions == nil || positions == part.view.count / channels
      else { throw refusal }
      positions = part.view.count / channels
      let others = dimensions.indices.filter { $0 != axis }
      guard
        TensorView(others.map { dimensions[$0] }, axes: others.flatMap { groups[$0] }).axes
          == TensorView([positions!], axes: [.init(size: positions!, stride: channels)]).axes
      else { throw refusal }
      let shape = builder.shapes[part.value]
      let pictured: Shape = shape.rank == 3 && shape[2] == channels ? shape : [positions!, 1, channels]
      values.append(builder.reshape(part.value, to: pictured, node.title))
      total += channels
    }
    guard total <= 1 << 16 else { throw Refusal("\(total) channels", advice: "65536 would work") }
    let shape = builder.shapes[values[0]]
    for index in values.indices {
      let own = builder.shapes[values[index]]
      values[index] = builder.reshape(values[index], to: [shape[0], shape[1], own[2]], node.title)
    }
    let value = builder.append(node.title, .concatenate, values, try shaped(shape[0], shape[1], total))
    var dimensions = first.dimensions
    dimensions[axis] = total
    // The same order of axes as the parts have, with more channels.
    let order = dimensions.indices.filter { $0 != axis } + [axis]
    let natural = TensorView(natural: order.map { dimensions[$0] })
    guard let view = natural.transposed(dimensions.indices.map { order.firstIndex(of: $0)! }) else { throw refusal }
    set(node, value, view)
  }

  /// What turns the last numbers into probabilities.
  mutating func ending(_ node: ONNXNode) throws(Refusal) {
    let source = try computed(node, 0)
    let dimensions = source.view.dimensions
    if node.operatorType != "Sigmoid" {
      guard let axis = dimensions.normalized(axis: try node.integer("axis", opset < 13 ? 1 : -1)) else {
        throw Refusal("its axis")
      }
      let share = opset < 13 ? dimensions[axis...].reduce(1, *) : dimensions[axis]
      guard share == source.view.count else {
        throw Refusal(
          "over \(share) of \(source.view.count) numbers",
          advice: "one over all numbers at the end of a classifier would work; export a detector without it")
      }
    }
    var result = source
    result.function = node.operatorType == "Sigmoid" ? .sigmoid : .softmax
    values[node.outputs[0]] = .computed(result)
    counts.folded += 1
  }

  /// An operator that is not in any table, and what is near it.
  static func unknown(_ type: String) -> Refusal {
    let advice: String
    switch type {
    case "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Softplus", "Softsign", "Tanh", "Mish", "Swish",
      "ThresholdedRelu":
      advice = "Relu, Clip from 0 to 6 and HardSwish would work"
    case "ConvTranspose": advice = "Resize by a whole factor and a convolution would work"
    case "LpPool", "MaxRoiPool", "MaxUnpool": advice = "MaxPool and AveragePool would work"
    case "InstanceNormalization", "LayerNormalization", "GroupNormalization", "LRN", "LpNormalization":
      advice = "batch normalization would work"
    case "Split", "Slice", "Gather", "GatherND": advice = "convolutions of their own for each part would work"
    case "DepthToSpace", "SpaceToDepth": advice = "Resize by a whole factor, or a convolution with a stride, would work"
    case "NonMaxSuppression", "TopK", "ArgMax", "ArgMin", "Exp", "Sqrt", "Pow", "Where", "Max", "Min", "GatherElements":
      advice = "export the network without what comes after its last layer"
    case "QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger",
      "DynamicQuantizeLinear", "QLinearAdd", "QLinearGlobalAveragePool":
      advice = "import the float network, and quantize it with 'glint quantize'"
    case "LSTM", "GRU", "RNN", "Loop", "If", "Scan", "Attention": advice = "Glint runs convolutional networks"
    default: advice = ""
    }
    return Refusal("Glint has no such operator", advice: advice)
  }
}
