import Numerics

extension QuantizedModel {
  /// The same network with values of 8 bits where it has 16, to measure the time that these take. Biases keep their
  /// codes, which belong to the scales of 16 bits, so that its answers mean nothing.
  public func inEightBits() -> QuantizedModel {
    var result = self
    for value in sixteenBitValues {
      let range = quantization[value].dequantize(quantization[value].largest)
      result.quantization[value] = QuantizationParameters(covering: -range, range)
    }
    return result
  }

  /// The largest code of 16 bits that each value may have, by number, so that no sum of a layer that reads it leaves 32
  /// bits, whatever the picture: `|bias| + sum |w| * largest < 2^31` for each channel. What moves through operators
  /// that compute nothing counts as read by those behind them. Below 128 where 16 bits would be no more than 8.
  public func largestCodes() -> [Int] { Self.largestCodes(description.graph, parameters) }

  /// The same of a graph and its layers; `parameters` has one entry a node.
  public static func largestCodes(_ graph: Graph, _ parameters: [Parameters?]) -> [Int] {
    var result = [Int](repeating: Int(Int16.max), count: graph.nodes.count + 1)
    for index in graph.nodes.indices.reversed() {
      let node = graph.nodes[index]
      if node.operator.keepsQuantization {
        result[node.inputs[0]] = min(result[node.inputs[0]], result[index + 1])
      }
      guard let parameters = parameters[index] else { continue }
      result[node.inputs[0]] = min(result[node.inputs[0]], parameters.largestCode)
    }
    return result
  }
}

extension QuantizedModel.Parameters {
  /// The largest code that an input may have, on either side of 0.
  fileprivate var largestCode: Int {
    let taps = weight.shape.count / scales.count
    var result = Int(Int16.max)
    for channel in scales.indices {
      let magnitude = weight.elements[channel * taps..<(channel + 1) * taps].reduce(0) { $0 + Int($1.magnitude) }
      let room = Int(Int32.max) - Int(bias.elements[channel].magnitude)
      if magnitude > 0 { result = min(result, max(0, room / magnitude)) }
    }
    return result
  }
}
