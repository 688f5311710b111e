import Models
import Numerics

/// Whole weights of layers: those of the file, or those that give the codes which arithmetic with constants gives.
extension QuantizedAssembly {
  /// Whether a layer's weights change nothing: of one tap a channel, all 1.
  static func isIdentity(_ own: FloatModel.Parameters?) -> Bool {
    guard let own, own.weight.shape.count == own.bias.shape.count else { return false }
    return own.weight.elements.allSatisfy { $0 == 1 } && own.bias.elements.allSatisfy { $0 == 0 }
  }

  /// The whole weights of a layer; nil and a refusal where it has none.
  mutating func weights(
    _ node: Graph.Node, _ real: FloatModel.Parameters, _ source: QuantizationParameters,
    _ own: QuantizationParameters, isIdentity: Bool, isOutput: Bool
  ) -> QuantizedModel.Parameters? {
    let channels = real.bias.shape.count
    if isIdentity, notes.layers[node.name] == nil {
      // Equation (3) with a weight of 1 is equation (R), whose source the weight's scale may stand for.
      let isWide = source.isSixteenBits || own.isSixteenBits
      let scale = isOutput || isWide ? 1 : (CodeTables.scale(from: source, to: own) ?? source.scale) / source.scale
      return .init(
        weight: Tensor(real.weight.shape, filledWith: 1), bias: Tensor([channels], filledWith: 0),
        scales: .init(repeating: scale, count: channels))
    }
    guard let layer = notes.layers[node.name] else {
      if real.weight.shape.count == channels {
        return isOutput ? factors(node, real) : lines(node, real, source, own)
      }
      refuse(node, "its weights are float")
      return nil
    }
    guard layer.real.weight == real.weight else {
      refuse(node, "arithmetic in float changes its result before it is quantized")
      return nil
    }
    let taps = real.weight.shape.count / channels
    var codes: [Int8] = []
    codes.reserveCapacity(real.weight.shape.count)
    for (index, weight) in real.weight.elements.enumerated() {
      codes.append(Int8(max(-127, min(127, (weight / layer.scales[index / taps]).rounded(.toNearestOrEven)))))
    }
    var bias: [Int32] = []
    for channel in 0..<channels {
      if let given = layer.bias, layer.real.bias == real.bias {
        bias.append(Int32(clamping: given[channel]))
      } else {
        let steps = Double(real.bias.elements[channel]) / Double(source.scale * layer.scales[channel])
        bias.append(Int32(max(-0x1p31, min(0x1p31 - 1, steps.rounded(.toNearestOrEven)))))
      }
    }
    if layer.bias == nil, real.bias.elements.contains(where: { $0 != 0 }) {
      remarks.append("'\(node.name)': its bias is float, and is rounded to whole steps")
    }
    return .init(weight: Tensor(real.weight.shape, codes), bias: Tensor([channels], bias), scales: layer.scales)
  }

  /// Arithmetic with constants on codes: a weight for each channel, fitted so that each code becomes what float
  /// arithmetic makes of it.
  private mutating func lines(
    _ node: Graph.Node, _ real: FloatModel.Parameters, _ source: QuantizationParameters,
    _ own: QuantizationParameters
  ) -> QuantizedModel.Parameters? {
    var result = QuantizedModel.Parameters(weight: Tensor([0], []), bias: Tensor([0], []), scales: [])
    var (weights, biases): ([Int8], [Int32]) = ([], [])
    var wrong = 0
    if source.isSixteenBits || own.isSixteenBits {
      let layer = SixteenBitFit.layer(real, from: source)
      if layer == nil { refuse(node, "a factor or term of it is beyond the scales around it") }
      return layer
    }
    for (factor, term) in zip(real.weight.elements, real.bias.elements) {
      let fit = CodeTables.affine(factor: factor, term: term, from: source, to: own)
      guard fit.wrong <= 256 else {
        refuse(node, "its factor \(factor) and term \(term) are beyond the scales around it")
        return nil
      }
      wrong = max(wrong, fit.wrong)
      weights.append(Int8(fit.weight))
      biases.append(Int32(fit.bias))
      result.scales.append(fit.scale)
    }
    if wrong > 0 {
      remarks.append("'\(node.name)': up to \(wrong) of 256 codes of a channel become a neighbouring code")
    }
    result.weight = Tensor(real.weight.shape, weights)
    result.bias = Tensor(real.bias.shape, biases)
    return result
  }

  /// Factors at the end, behind which numbers are real again.
  private mutating func factors(_ node: Graph.Node, _ real: FloatModel.Parameters) -> QuantizedModel.Parameters? {
    guard real.bias.elements.allSatisfy({ $0 == 0 }), real.weight.elements.allSatisfy({ abs($0).isNormal }) else {
      refuse(node, "arithmetic in float follows the last codes")
      return nil
    }
    return .init(
      weight: Tensor(real.weight.shape, real.weight.elements.map { $0 < 0 ? -1 : 1 }),
      bias: Tensor(real.bias.shape, filledWith: 0), scales: real.weight.elements.map { abs($0) })
  }
}
