import Evaluation
import ModelFiles
import Models
import Numerics

/// What could be done about the largest losses of quantization, in words.
public enum Suggestions {
  /// At most ten suggestions; none where the two models are no float network and its int8 version.
  public static func list(_ comparison: Comparison, of second: LoadedModel) -> [String] {
    guard case .int8 = second, let network = comparison.network, !comparison.layers.isEmpty else { return [] }
    return list(network, isEqualized: comparison.isEqualized, layers: comparison.layers)
  }

  /// - Parameters:
  ///   - float: the network that was quantized, equalized where int8 is.
  ///   - isEqualized: whether int8 was made after equalization.
  ///   - layers: how its layers did.
  private static func list(_ float: FloatModel, isEqualized: Bool, layers: [Comparison.Layer]) -> [String] {
    var result = wideChannels(float, isEqualized: isEqualized)
    let measured = layers.compactMap { layer in layer.alone.map { (layer, $0) } }
    if let worst = measured.max(by: { $0.1.logitError < $1.1.logitError }), worst.1.logitError > 0.02 {
      result.append(
        "\(worst.0.name) loses most: alone it puts the logits off by \(percent(worst.1.logitError)); learned rounding "
          + "(--method with +round+bias) works on such a layer")
    }
    for layer in layers.map(\.statistics) where layer.clipped > 0.01 {
      result.append(
        """
        \(layer.name): \(percent(layer.clipped)) of its values are clipped; a wider range (min-max, entropy) would \
        help
        """
      )
    }
    for layer in layers.map(\.statistics) {
      guard let used = layer.usedLevels, used < 0.4, layer.sqnr < 30 else { continue }
      result.append(
        "\(layer.name) uses \(percent(used)) of the 256 levels; a narrower range (mse, percentile) would help")
    }
    result += deadChannels(float)
    return Array(result.prefix(10))
  }

  /// Channels whose weights are far larger than their layer's median make one scale for all serve nobody else.
  private static func wideChannels(_ float: FloatModel, isEqualized: Bool) -> [String] {
    let equalizable = Set(CrossLayerEqualization.pairs(float.description.graph).map(\.first))
    var found: [(ratio: Float, text: String)] = []
    for (index, node) in float.description.graph.nodes.enumerated() {
      guard let ranges = ranges(float.parameters[index]), !float.description.graph.isOutput(index + 1) else { continue }
      let alive = ranges.filter { $0 > 0 }.sorted()
      guard alive.count >= 4, let widest = ranges.indices.max(by: { ranges[$0] < ranges[$1] }) else { continue }
      let ratio = ranges[widest] / alive[alive.count / 2]
      guard ratio >= 8 else { continue }
      let advice =
        equalizable.contains(index) && !isEqualized
        ? "equalization would help" : "finer ranges or learned rounding may help; equalization cannot"
      found.append(
        (ratio, "\(node.name) channel \(widest): weights \(Int(ratio.rounded())) times the median, \(advice)"))
    }
    return found.sorted { $0.ratio > $1.ratio }.prefix(4).map(\.text)
  }

  private static func deadChannels(_ float: FloatModel) -> [String] {
    float.description.graph.nodes.enumerated().compactMap { index, node in
      guard let dead = ranges(float.parameters[index])?.count(where: { $0 == 0 }), dead > 0 else { return nil }
      return
        "\(node.name): \(dead) of its channels \(dead == 1 ? "has" : "have") no weights at all and could be left out"
    }
  }

  /// The largest weight of each output channel.
  private static func ranges(_ parameters: FloatModel.Parameters?) -> [Float]? {
    guard let parameters else { return nil }
    let taps = parameters.weight.shape.count / parameters.weight.shape[0]
    return (0..<parameters.weight.shape[0]).map { channel in
      parameters.weight.elements[channel * taps..<(channel + 1) * taps].reduce(0) { max($0, abs($1)) }
    }
  }

}
