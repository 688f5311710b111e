import Graphs
import Tensors

/// Weights to int8, symmetric, one scale per output channel; biases to int32.
public enum WeightQuantizer {
  /// The parameters of one node.
  ///
  /// `scale[c] = max |w[c]| / 127` and `q = round_half_even(w / scale[c])`; the bias is stored with scale
  /// `inputScale * scale[c]`. The scale of a channel is raised where its bias would not leave room for the sums of an
  /// int32 accumulator, and a channel without weights gets a scale that keeps its bias exact to 20 bits.
  ///
  /// - Parameters:
  ///   - parameters: float weight and bias of the node.
  ///   - inputScale: the scale of the value that the node reads.
  public static func quantize(_ parameters: FloatModel.Parameters, inputScale: Float) -> QuantizedModel.Parameters {
    let channels = parameters.bias.shape.count
    let size = parameters.weight.shape.count / channels
    var weight: [Int8] = []
    weight.reserveCapacity(parameters.weight.shape.count)
    var bias: [Int32] = []
    var scales: [Float] = []
    for channel in 0..<channels {
      let row = parameters.weight.elements[(channel * size)..<((channel + 1) * size)]
      let scale = scale(of: row, bias: parameters.bias.elements[channel], inputScale: inputScale)
      scales.append(scale)
      for value in row {
        weight.append(Int8(max(-127, min(127, (value / scale).rounded(.toNearestOrEven)))))
      }
      let code = (Double(parameters.bias.elements[channel]) / (Double(inputScale) * Double(scale)))
        .rounded(.toNearestOrEven)
      bias.append(Int32(max(-biasLimit, min(biasLimit, code))))
    }
    return .init(
      weight: Tensor(parameters.weight.shape, weight), bias: Tensor(parameters.bias.shape, bias), scales: scales)
  }

  /// |bias| stays below 2^29. Adding 127 * 255 for each of up to 2^15 weights (1.06e9 < 2^30) and as much again for the
  /// zero point's share stays below 2^31.
  private static let biasLimit = Double(1 << 29)

  private static func scale(of row: ArraySlice<Float>, bias: Float, inputScale: Float) -> Float {
    let largest = row.reduce(Float(0)) { max($0, abs($1)) }
    let fromWeights = largest / 127
    let fromBias = Float(Double(abs(bias)) / (Double(inputScale) * biasLimit))
    let scale = max(fromWeights, fromBias)
    // Weights so small that their steps vanish against any sum count as none.
    if scale > 0x1p-60 { return scale }
    let forBias = Float(Double(abs(bias)) / (Double(inputScale) * Double(1 << 20)))
    return forBias > 0x1p-60 ? forBias : 1
  }
}
