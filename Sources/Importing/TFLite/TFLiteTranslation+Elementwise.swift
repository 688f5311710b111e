import ONNXFiles
import TFLiteFiles

/// Which nodes an operator becomes; what works element by element, and what joins elements to one.
extension TFLiteTranslation {
  /// Operators that have one node that says the same, whatever lies where.
  private static let alike = [
    "LOGISTIC": "Sigmoid", "TANH": "Tanh", "RELU": "Relu", "HARD_SWISH": "HardSwish", "ELU": "Elu", "ABS": "Abs",
    "NEG": "Neg", "EXP": "Exp", "LOG": "Log", "SQRT": "Sqrt", "FLOOR": "Floor", "CEIL": "Ceil", "ROUND": "Round",
    "SIN": "Sin", "COS": "Cos", "SIGN": "Sign", "MAXIMUM": "Max", "MINIMUM": "Min", "POW": "Pow", "ADD": "Add",
    "SUB": "Sub", "MUL": "Mul", "DIV": "Div", "ADD_N": "Sum", "SHAPE": "Shape", "QUANTIZE": "Identity",
  ]

  /// Adds the nodes of an operator; the names of its results.
  mutating func nodes(of step: Step) throws(Refusal) -> [String] {
    if step.isCustom { throw Self.unknown(step) }
    let tensors = step.outputs + step.inputs.filter { $0 >= 0 }
    if tensors.contains(where: { isCode($0) && file.tensors[$0].element == .int16 }) {
      throw Refusal("codes of 16 bits", advice: "codes of 8 bits would work")
    }
    if let type = Self.alike[step.name] {
      var inputs: [String] = []
      for input in step.inputs.indices { inputs.append(try read(step, input)) }
      return [try activated(node(type, inputs), step)]
    }
    switch step.name {
    case "CONV_2D": return try convolution(step)
    case "DEPTHWISE_CONV_2D": return try depthwise(step)
    case "TRANSPOSE_CONV": return try transposedConvolution(step)
    case "FULLY_CONNECTED": return try dense(step)
    case "AVERAGE_POOL_2D", "MAX_POOL_2D": return try pool(step)
    case "PAD", "PADV2", "MIRROR_PAD": return try pad(step)
    case "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR": return try resize(step)
    case "SPACE_TO_DEPTH", "DEPTH_TO_SPACE": return try blocks(step)
    case "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN": return try reduction(step)
    case "SOFTMAX", "LOG_SOFTMAX": return try softmax(step)
    case "DEQUANTIZE": return try dequantization(step)
    case "CONCATENATION": return try concatenation(step)
    case "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "TILE", "BROADCAST_TO", "CAST": return try view(step)
    case "SPLIT", "SPLIT_V", "UNPACK": return try split(step)
    case "SLICE", "STRIDED_SLICE": return try slice(step)
    case "PACK": return try pack(step)
    case "GATHER": return try gather(step)
    case "BATCH_MATMUL": return try product(step)
    default: return [try function(step)]
    }
  }

  /// The clamp or function that an operator has built in.
  mutating func activated(_ value: String, _ step: Step) throws(Refusal) -> String {
    switch step.integer("fused_activation_function") {
    case 0: return value
    case 1: return node("Relu", [value])
    case 2: return clip(value, -1, 1)
    case 3: return clip(value, 0, 6)
    case 4: return node("Tanh", [value])
    default: throw Refusal("an activation of a kind that is not known")
    }
  }

  private mutating func clip(_ value: String, _ low: Float, _ high: Float) -> String {
    node("Clip", [value, constant(number: low), constant(number: high)])
  }

  /// Functions whose settings or forms differ.
  private mutating func function(_ step: Step) throws(Refusal) -> String {
    switch step.name {
    case "RELU6": return clip(try read(step, 0), 0, 6)
    case "RELU_N1_TO_1": return clip(try read(step, 0), -1, 1)
    case "RELU_0_TO_1": return clip(try read(step, 0), 0, 1)
    case "LEAKY_RELU": return node("LeakyRelu", [try read(step, 0)], [("alpha", .float(step.float("alpha")))])
    case "GELU":
      let kind = step.integer("approximate") != 0 ? "tanh" : "none"
      return node("Gelu", [try read(step, 0)], [("approximate", .text(kind))])
    case "PRELU": return try slopes(step)
    case "RSQRT": return node("Pow", [try read(step, 0), constant(number: -0.5)])
    case "SQUARE":
      let value = try read(step, 0)
      return node("Mul", [value, value])
    case "SQUARED_DIFFERENCE":
      let value = node("Sub", [try read(step, 0), try read(step, 1)])
      return node("Mul", [value, value])
    case "L2_NORMALIZATION":
      return try activated(node("LpNormalization", [try read(step, 0)], [("axis", .integer(-1))]), step)
    default: throw Self.unknown(step)
    }
  }

  /// PRELU: slopes by channel belong after the batch in ONNX's order, as in other files.
  private mutating func slopes(_ step: Step) throws(Refusal) -> String {
    guard try shape(step, 0).count == 4 else { return node("PRelu", [try read(step, 0), try read(step, 1)]) }
    let extents = try shape(step, 1)
    guard extents.count <= 4 else { throw Refusal("slopes of \(extents.extents)") }
    let four = [Int](repeating: 1, count: 4 - extents.count) + extents
    let slopes = node("Reshape", [try read(step, 1), constant(integers: four)])
    let channels = node("Transpose", [slopes], [("perm", .integers([0, 3, 1, 2]))])
    let kept = node("Reshape", [channels, constant(integers: [four[3], four[1], four[2]])])
    return channelsLast(node("PRelu", [channelsFirst(try read(step, 0)), kept]))
  }

  private mutating func softmax(_ step: Step) throws(Refusal) -> [String] {
    var value = try read(step, 0)
    if step.name == "SOFTMAX" {
      let beta = step.float("beta")
      guard beta > 0 else { throw Refusal("a softmax of beta \(beta)") }
      if beta != 1 { value = node("Mul", [value, constant(number: beta)]) }
    }
    return [node(step.name == "SOFTMAX" ? "Softmax" : "LogSoftmax", [value], [("axis", .integer(-1))])]
  }

  private mutating func reduction(_ step: Step) throws(Refusal) -> [String] {
    let type = ["MEAN": "ReduceMean", "SUM": "ReduceSum", "REDUCE_MAX": "ReduceMax"][step.name] ?? "ReduceMin"
    let axes = constant(integers: try integers(step, 1, "axes"))
    return [node(type, [try read(step, 0), axes], [("keepdims", .integer(step.integer("keep_dims")))])]
  }

  /// DEQUANTIZE: of a constant, its numbers; weights of 16 or 8 bits lie behind it.
  private mutating func dequantization(_ step: Step) throws(Refusal) -> [String] {
    let number = try tensor(step, 0)
    guard let constant = try constantTensor(number) else { return [node("Identity", [try read(step, 0)])] }
    let codes = file.tensors[number].quantization
    guard constant.element.isFloat || codes != nil else { throw Refusal("of whole numbers without a scale") }
    remember(step, codes.map { Self.real(constant, $0) } ?? constant)
    return []
  }

  /// Why an operator is not read, and what is near it.
  private static func unknown(_ step: Step) -> Refusal {
    let advice: String
    switch step.name {
    case "TFLite_Detection_PostProcess", "NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5", "TOPK_V2", "ARG_MAX",
      "ARG_MIN", "GATHER_ND", "WHERE":
      advice = "convert the network without what comes after its last layer"
    case "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND":
      advice = "newer converters write a convolution with dilation instead; convert the network again"
    case "L2_POOL_2D": advice = "AVERAGE_POOL_2D and MAX_POOL_2D would work"
    case "LSTM", "RNN", "SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN", "WHILE", "IF", "CALL",
      "BIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_RNN", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE":
      advice = "Glint runs convolutional networks"
    case "DENSIFY": advice = "convert the network without pruning's sparse storage"
    default: advice = step.isCustom ? "convert the network with TensorFlow Lite's own operators alone" : ""
    }
    return Refusal(step.isCustom ? "a custom operator" : "Glint has no such operator", advice: advice)
  }
}
