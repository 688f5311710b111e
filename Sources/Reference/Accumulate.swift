import Models
import Numerics

extension ReferenceOperators {
  /// Equation (2) over windows: `acc[y, x, c] = bias[c] + sum (q - zeroPoint) * w[c]`. Padding holds the zero point,
  /// so it adds nothing.
  ///
  /// The window of `(y, x)` starts at row `y * stride - padding.top` and column `x * stride - padding.left`; its taps
  /// are `dilation` apart. Channel `c` sees the inputs of group `c / (outputChannels / groups)`.
  ///
  /// - Parameters:
  ///   - input: `[height, width, inputChannels]`.
  ///   - weight: `[outputChannels, kernelHeight, kernelWidth, inputChannels / groups]`, in -127...127.
  ///   - bias: `[outputChannels]`.
  /// - Returns: `[outHeight, outWidth, outputChannels]`.
  public static func accumulateConv2D(
    _ input: QuantizedValue, _ conv: Operator.Convolution, weight: Tensor<Int8>, bias: Tensor<Int32>
  ) -> Tensor<Int32> {
    let (height, width, channels) = (input.codes.shape[0], input.codes.shape[1], input.codes.shape[2])
    let (outHeight, outWidth) = conv.window.positions(height: height, width: width, dilation: conv.dilation)!
    let groupInputs = channels / conv.groups
    let groupOutputs = conv.outputChannels / conv.groups
    let taps = conv.window.height * conv.window.width
    let zeroPoint = Int32(input.parameters.zeroPoint)
    var result: [Int32] = []
    result.reserveCapacity(outHeight * outWidth * conv.outputChannels)
    for y in 0..<outHeight {
      for x in 0..<outWidth {
        for channel in 0..<conv.outputChannels {
          var acc = bias.elements[channel]
          for tap in 0..<taps {
            let row = y * conv.window.stride - conv.window.padding.top + tap / conv.window.width * conv.dilation
            let column = x * conv.window.stride - conv.window.padding.left + tap % conv.window.width * conv.dilation
            guard row >= 0, row < height, column >= 0, column < width else { continue }
            let first = (row * width + column) * channels + channel / groupOutputs * groupInputs
            let filter = (channel * taps + tap) * groupInputs
            for i in 0..<groupInputs {
              acc += (Int32(input.codes.elements[first + i]) - zeroPoint) * Int32(weight.elements[filter + i])
            }
          }
          result.append(acc)
        }
      }
    }
    return Tensor([outHeight, outWidth, conv.outputChannels], result)
  }

  /// Equation (2) over everything: `acc[c] = bias[c] + sum (q - zeroPoint) * w[c]`.
  ///
  /// - Parameters:
  ///   - input: `[inputs]`.
  ///   - weight: `[outputs, inputs]`, in -127...127.
  ///   - bias: `[outputs]`.
  /// - Returns: `[outputs]`.
  public static func accumulateDense(
    _ input: QuantizedValue, weight: Tensor<Int8>, bias: Tensor<Int32>
  ) -> Tensor<Int32> {
    let inputs = input.codes.shape.count
    let zeroPoint = Int32(input.parameters.zeroPoint)
    var result = bias.elements
    for output in result.indices {
      for i in 0..<inputs {
        result[output] += (Int32(input.codes.elements[i]) - zeroPoint) * Int32(weight.elements[output * inputs + i])
      }
    }
    return Tensor([result.count], result)
  }

  /// Equations (3) and (4): accumulators become codes, each channel (the last dimension) with its own multiplier.
  public static func requantized(
    _ accumulators: Tensor<Int32>, inputScale: Float, weightScales: [Float], activation: Operator.Activation,
    to output: QuantizationParameters
  ) -> QuantizedValue {
    let range = clamp(activation, output)
    let multipliers = weightScales.map {
      requantizationMultiplier(input: inputScale, weight: $0, output: output.scale)
    }
    var codes: [Int16] = []
    codes.reserveCapacity(accumulators.shape.count)
    for (index, accumulator) in accumulators.elements.enumerated() {
      codes.append(
        requantize(
          sum: Int64(accumulator), multiplier: multipliers[index % multipliers.count], zeroPoint: output.zeroPoint,
          clamp: range))
    }
    return QuantizedValue(Tensor(accumulators.shape, codes), output)
  }

  /// Equation (6): accumulators become float logits, `float(acc) * (inputScale * weightScale[channel])`.
  public static func logits(_ accumulators: Tensor<Int32>, inputScale: Float, weightScales: [Float]) -> [Float] {
    accumulators.elements.enumerated().map { index, accumulator in
      Float(accumulator) * (inputScale * weightScales[index % weightScales.count])
    }
  }
}
