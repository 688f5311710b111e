import FloatRuntime
import Inference
import Models
import Numerics

extension LayerByLayer {
  /// What each output channel of a layer does alone to the logits.
  ///
  /// - Parameters:
  ///   - node: a layer with weights.
  ///   - pictures: each takes the rest of the network once a channel.
  func channelEffects(of node: Int, on pictures: [[UInt8]]) throws -> ChannelEffects {
    let (value, channels) = (node + 1, int8.parameters[node]!.scales.count)
    var squares = [Double](repeating: 0, count: channels)
    var logitCount = 0
    for pixels in pictures {
      let exact = try reader.values(pixels)
      _ = runFirst(pixels)
      for before in 1..<value {
        guard case .codes(let codes) = exact[before] else { continue }
        float.replace(before, by: codes.map(int8.quantization[before].dequantize))
      }
      float.computeOnly(value)
      let plain = inFirstCodes(Array(float.elements(of: value)), value)
      let result: [Float]
      switch exact[value] {
      case .codes(let codes): result = codes.map(int8.quantization[value].dequantize)
      case .reals(let reals): result = reals
      }
      float.replace(value, by: plain)
      let base = goOn(after: value)
      logitCount += base.count
      for channel in 0..<channels {
        var mixed = plain
        for at in stride(from: channel, to: plain.count, by: channels) { mixed[at] = result[at] }
        guard mixed != plain else { continue }
        float.replace(value, by: mixed)
        for (own, other) in zip(goOn(after: value), base) {
          squares[channel] += (Double(own) - Double(other)) * (Double(own) - Double(other))
        }
      }
    }
    return ChannelEffects(squaredError: squares.map { $0 / Double(max(1, logitCount)) }, images: pictures.count)
  }
}
