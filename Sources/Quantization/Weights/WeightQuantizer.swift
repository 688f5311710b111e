import FoundationEssentials
import Models
import Numerics

/// Weights to int8, symmetric, one scale per output channel; biases to int32.
public enum WeightQuantizer {
  /// The parameters of one node.
  ///
  /// The method chooses `scale[c]`, and `q = round_half_even(w / scale[c])`; the bias is stored with scale
  /// `inputScale * scale[c]`. The scale of a channel is raised where its bias would not leave room for the sums of an
  /// int32 accumulator, and a channel without weights gets a scale that keeps its bias exact to 20 bits.
  ///
  /// - Parameters:
  ///   - parameters: float weight and bias of the node.
  ///   - inputScale: the scale of the value that the node reads.
  ///   - method: how the scales are chosen.
  ///   - learned: which weights are rounded up instead of to the nearest, or all codes, and by how much biases shift.
  public static func quantize(
    _ parameters: FloatModel.Parameters, inputScale: Float, method: WeightMethod = .maximum,
    learned: LearnedParameters.Node? = nil
  ) -> QuantizedModel.Parameters {
    quantize(
      parameters, scales: scales(of: parameters, inputScale: inputScale, method: method), inputScale: inputScale,
      learned: learned)
  }

  /// As above, with scales that are known.
  static func quantize(
    _ parameters: FloatModel.Parameters, scales: [Float], inputScale: Float, learned: LearnedParameters.Node?
  ) -> QuantizedModel.Parameters {
    let channels = parameters.bias.shape.count
    let size = parameters.weight.shape.count / channels
    var weight = [Int8](repeating: 0, count: parameters.weight.shape.count)
    if let codes = learned?.codes { weight = codes.map { Int8(bitPattern: $0) } }
    for channel in 0..<channels where learned?.codes == nil {
      for at in channel * size..<(channel + 1) * size {
        let exact = parameters.weight.elements[at] / scales[channel]
        let rounded: Float
        if let up = learned?.roundedUp {
          rounded = exact.rounded(.down) + (up[at / 8] >> (at % 8) & 1 == 1 ? 1 : 0)
        } else {
          rounded = exact.rounded(.toNearestOrEven)
        }
        weight[at] = Int8(max(-127, min(127, rounded)))
      }
    }
    let bias = (0..<channels).map { channel in
      code(
        of: parameters.bias.elements[channel] + (learned?.biasShift?[channel] ?? 0), inputScale: inputScale,
        scale: scales[channel])
    }
    return .init(
      weight: Tensor(parameters.weight.shape, weight), bias: Tensor(parameters.bias.shape, bias), scales: scales)
  }

  /// The scale of each output channel's weights. Learned biases have no say, so that learning does not move the grid
  /// that it learned on.
  static func scales(of parameters: FloatModel.Parameters, inputScale: Float, method: WeightMethod) -> [Float] {
    let channels = parameters.bias.shape.count
    let size = parameters.weight.shape.count / channels
    return (0..<channels).map { channel in
      scale(
        method.scale(parameters.weight.elements[channel * size..<(channel + 1) * size]),
        bias: parameters.bias.elements[channel], inputScale: inputScale)
    }
  }

  /// |bias| stays below 2^29. Adding 127 * 255 for each of up to 2^15 weights (1.06e9 < 2^30) and as much again for the
  /// zero point's share stays below 2^31.
  private static let biasLimit = Double(1 << 29)

  private static func code(of bias: Float, inputScale: Float, scale: Float) -> Int32 {
    let code = (Double(bias) / (Double(inputScale) * Double(scale))).rounded(.toNearestOrEven)
    return Int32(max(-biasLimit, min(biasLimit, code)))
  }

  private static func scale(_ fromWeights: Float, bias: Float, inputScale: Float) -> Float {
    let fromBias = Float(Double(abs(bias)) / (Double(inputScale) * biasLimit))
    let scale = max(fromWeights, fromBias)
    // Weights so small that their steps vanish against any sum count as none.
    if scale > 0x1p-60 { return scale }
    let forBias = Float(Double(abs(bias)) / (Double(inputScale) * Double(1 << 20)))
    return forBias > 0x1p-60 ? forBias : 1
  }
}
