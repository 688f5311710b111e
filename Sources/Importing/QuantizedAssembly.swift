import Models
import Numerics
import ONNXFiles
import Runtime

/// A lowered network and what the file says of its codes, put together as an int8 network; what is left in float is
/// refused, all of it at once.
struct QuantizedAssembly {
  private(set) var nodes: [Graph.Node] = []
  private(set) var parameters: [QuantizedModel.Parameters?] = []
  /// By value number.
  private(set) var quantization = [QuantizationParameters.pixel]
  private(set) var outputs: [Graph.Output] = []
  /// What differs from ONNX Runtime.
  var remarks: [String]

  let notes: QuantizationNotes
  private let builder: GraphBuilder
  private let implied: [Int: QuantizationParameters]
  private var refusals: [UnsupportedNode] = []
  private let opset: Int
  /// The new number of each value of the builder's.
  private var number = [0]
  private var names: Set<String>

  init(_ lowering: Lowering, _ outputs: [Graph.Output]) throws(Refusal) {
    notes = lowering.quantized
    builder = lowering.builder
    implied = ImpliedScales(builder, notes).values
    opset = lowering.opset
    remarks = notes.remarks
    names = Set(builder.nodes.map(\.name))
    let leaving = Set(outputs.map(\.value))
    for index in builder.nodes.indices { add(index, isOutput: leaving.contains(index + 1)) }
    guard refusals.isEmpty else { throw Refusal(nodes: refusals) }
    guard !notes.pixels.isEmpty else {
      throw Refusal("the input is read in float; a network that begins with QuantizeLinear would work")
    }
    makeRoomForSums()
    if !notes.isExact {
      remarks = ["a code may be the neighbour of LiteRT's, which rounds sums and means in other ways"]
    }
    self.outputs = outputs.map { Graph.Output(value: number[$0.value], function: $0.function) }
  }

  /// See `SumRoom`, and what is said of values of 16 bits.
  private mutating func makeRoomForSums() {
    guard quantization.contains(where: \.isSixteenBits) else { return }
    remarks += SumRoom.make(Graph(input: builder.shapes[0], nodes: nodes, outputs: []), &parameters, &quantization)
  }

  private mutating func add(_ index: Int, isOutput: Bool) {
    var node = builder.nodes[index]
    node.inputs = node.inputs.map { number[$0] }
    let source = quantization[node.inputs[0]]
    let isIdentity = Self.isIdentity(builder.parameters[index])
    var own = notes.values[node.name]
    if own == nil { own = inherited(node, ChannelArithmetic(node, builder.parameters[index])) }
    if own == nil, let scale = implied[index + 1] {
      own = scale
      noteNeighbours(node)
    }
    if isOutput { own = .pixel }
    guard let own else {
      refuseFloat(node)
      return append(node, nil, .pixel)
    }
    guard !node.inputs.contains(0) || notes.values["input"] != nil || notes.pixels.values.contains(index + 1) else {
      refuse(node, "it reads the input in float")
      return append(node, nil, own)
    }
    if let real = builder.parameters[index] {
      let layer = weights(node, real, source, own, isIdentity: isIdentity, isOutput: isOutput)
      return append(node, layer, own)
    }
    switch node.operator {
    // Codes of 16 bits are too many for tables of what becomes of each.
    case _ where own.isSixteenBits || node.inputs.contains { quantization[$0].isSixteenBits }: break
    case .add: nudgeAddition(&node, own)
    case .averagePool2D(let window):
      guard !notes.isExact || AverageCertainty.isSure(window, from: source, to: own) else {
        refuse(
          node,
          "its means of \(window.height)x\(window.width) codes may lie between two codes, where ONNX Runtime adds "
            + "rounded numbers and the order of the sum decides",
          advice: "3x3 without a border would work, or the float network and 'glint quantize'")
        return append(node, nil, own)
      }
    case .function(let function) where function.kind != .clip && function.kind != .leakyReLU:
      remarks.append(
        "'\(node.name)' (\(node.operator.name)): a code may be the neighbour of ONNX Runtime's, which has functions of "
          + "its own")
    case .multiply:
      remarks.append(
        "'\(node.name)' (\(node.operator.name)): a code near a tie may be the neighbour of ONNX Runtime's")
    default:
      if node.operator.keepsQuantization || node.operator == .concatenate {
        for place in node.inputs.indices { nudgeMove(&node, place, own) }
      }
    }
    append(node, nil, own)
  }

  private mutating func append(
    _ node: Graph.Node, _ layer: QuantizedModel.Parameters?, _ own: QuantizationParameters
  ) {
    nodes.append(node)
    parameters.append(layer)
    quantization.append(own)
    number.append(nodes.count)
  }

  /// The parameters of a value that the file does not quantize, where its node gives codes that stand for the same
  /// numbers exactly; nil where it computes others.
  private func inherited(_ node: Graph.Node, _ arithmetic: ChannelArithmetic?) -> QuantizationParameters? {
    let source = quantization[node.inputs[0]]
    switch node.operator {
    case _ where node.operator.keepsQuantization: return source
    case .conv2D:
      // Each code stands for another number, and stays.
      guard let arithmetic, let factor = arithmetic.factor, factor > 0, arithmetic.term == 0,
        (source.scale * factor).isNormal
      else { return nil }
      return .init(scale: source.scale * factor, zeroPoint: source.zeroPoint)
    case .concatenate: return node.inputs.allSatisfy { quantization[$0] == source } ? source : nil
    case .function(let function) where function.kind == .negate && !notes.isExact:
      // The code k becomes -1 - k.
      return .init(scale: source.scale, zeroPoint: -1 - source.zeroPoint)
    case .function(let function) where function.kind == .clip:
      let isKept = [function.alpha, function.beta].allSatisfy { limit in
        abs(limit) > 1e30 || source.dequantize(source.quantize(limit)) == limit
      }
      return isKept ? source : nil
    default: return nil
    }
  }

  /// Codes that ONNX Runtime computes with real numbers in between, and rounds at the end alone.
  private mutating func noteNeighbours(_ node: Graph.Node) {
    guard notes.isExact, let maker = notes.makers[node.name]?.node else { return }
    let remark = "'\(maker.title)' (\(maker.operatorType)): a code near a tie may be the neighbour of ONNX Runtime's"
    if !remarks.contains(remark) { remarks.append(remark) }
  }

  private mutating func refuseFloat(_ node: Graph.Node) {
    let index = notes.makers[node.name]?.index
    let isOne = notes.makers.values.count { $0.index == index } < 2
    refuse(
      node,
      isOne
        ? "its result (\(node.operator.name)) stays in float: no QuantizeLinear follows"
        : "it takes several layers (\(node.operator.name) among them), for whose values the file has no scale")
  }

  mutating func refuse(
    _ node: Graph.Node, _ reason: String,
    advice: String = "quantize this layer too, or import the float network and use 'glint quantize'"
  ) {
    let maker = notes.makers[node.name]
    guard !refusals.contains(where: { $0.index == maker?.index }) else { return }
    refusals.append(
      UnsupportedNode(
        index: maker?.index ?? 0, name: maker?.node.title ?? node.name,
        operatorType: maker?.node.operatorType ?? node.operator.name, version: "opset \(opset)", reason: reason,
        advice: advice))
  }

  // MARK: Models

  /// The weights as real numbers.
  var floatParameters: [FloatModel.Parameters?] {
    nodes.indices.map { index in
      parameters[index].map { own in
        let taps = own.weight.shape.count / own.scales.count
        let input = quantization[nodes[index].inputs[0]].scale
        return .init(
          weight: Tensor(
            own.weight.shape, own.weight.elements.enumerated().map { Float($1) * own.scales[$0 / taps] }),
          bias: Tensor(own.bias.shape, own.bias.elements.enumerated().map { Float($1) * (input * own.scales[$0]) }))
      }
    }
  }

  /// The int8 model, with what it makes of a picture as its sample.
  func model(_ description: ModelDescription, _ pixels: [UInt8]) throws(Refusal) -> QuantizedModel {
    var model = QuantizedModel(description: description, parameters: parameters, quantization: quantization)
    do throws(RuntimeError) {
      let interpreter = try Interpreter(model)
      model.golden = [GoldenSample(pixels: pixels, logits: interpreter.invoke(pixels))]
    } catch { throw Refusal(error.description) }
    return model
  }

  // MARK: Scales that agree

  /// A copy of a value under a scale so near that its codes stay the same.
  private mutating func copy(_ value: Int, scale: Float, for name: String) -> Int {
    let old = quantization[value]
    guard scale != old.scale else { return value }
    var title = name + ".copy"
    var count = 2
    while !names.insert(title).inserted {
      title = "\(name).copy\(count)"
      count += 1
    }
    let original = number.lastIndex(of: value) ?? 0
    nodes.append(Graph.Node(title, .reshape(builder.shapes[original]), inputs: [value]))
    parameters.append(nil)
    quantization.append(QuantizationParameters(scale: scale, zeroPoint: old.zeroPoint))
    return nodes.count
  }

  private mutating func nudgeAddition(_ node: inout Graph.Node, _ own: QuantizationParameters) {
    let (first, second) = (quantization[node.inputs[0]], quantization[node.inputs[1]])
    let fit = CodeTables.addition(first, second, own, isUnsigned: notes.unsigned.contains(node.name))
    if fit.wrong > 0 {
      remarks.append(
        "'\(node.name)' (add): \(fit.wrong) of 65,536 pairs of codes give a neighbouring code of ONNX Runtime's")
    }
    node.inputs[0] = copy(node.inputs[0], scale: fit.first, for: node.name)
    node.inputs[1] = copy(node.inputs[1], scale: fit.second, for: node.name)
  }

  private mutating func nudgeMove(_ node: inout Graph.Node, _ place: Int, _ own: QuantizationParameters) {
    let source = quantization[node.inputs[place]]
    guard source != own, let scale = CodeTables.scale(from: source, to: own) else { return }
    node.inputs[place] = copy(node.inputs[place], scale: scale, for: node.name)
  }
}
