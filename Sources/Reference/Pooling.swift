import Models
import Numerics

extension ReferenceOperators {
  /// The largest code of each window, padding passed over, then equation (R) where the output's parameters differ.
  ///
  /// - Parameter input: `[height, width, channels]`.
  public static func maxPool2D(
    _ input: QuantizedValue, _ window: Operator.Window, to output: QuantizationParameters
  ) -> QuantizedValue {
    let pooled = overWindows(input, window) { elements in elements.max()! }
    return rescaled(QuantizedValue(pooled, input.parameters), to: output)
  }

  /// Equation (A), the mean of each window over the elements that are not padding, rounded once:
  /// `q = clamp(round_half_even(float(sum (q_in - zeroPoint_in)) * m) + zeroPoint_out)` with
  /// `m = scale_in / (scale_out * float(count))`.
  ///
  /// - Parameter input: `[height, width, channels]`.
  public static func averagePool2D(
    _ input: QuantizedValue, _ window: Operator.Window, to output: QuantizationParameters
  ) -> QuantizedValue {
    let zeroPoint = Int64(input.parameters.zeroPoint)
    let pooled = overWindows(input, window) { elements in
      let sum = elements.reduce(Int64(0)) { $0 + (Int64($1) - zeroPoint) }
      let multiplier = input.parameters.scale / (output.scale * Float(elements.count))
      return requantize(sum: sum, multiplier: multiplier, zeroPoint: output.zeroPoint, clamp: output.codes)
    }
    return QuantizedValue(pooled, output)
  }

  /// Equation (A) over the whole picture, `[height, width, channels]` to `[channels]`.
  public static func globalAveragePool(_ input: QuantizedValue, to output: QuantizationParameters) -> QuantizedValue {
    let shape = input.codes.shape
    let mean = averagePool2D(input, .init(shape[0], shape[1]), to: output)
    return QuantizedValue(mean.codes.reshaped(to: [shape[2]]), output)
  }

  private static func overWindows(
    _ input: QuantizedValue, _ window: Operator.Window, _ combine: ([Int16]) -> Int16
  ) -> Tensor<Int16> {
    let (height, width, channels) = (input.codes.shape[0], input.codes.shape[1], input.codes.shape[2])
    let (outHeight, outWidth) = window.positions(height: height, width: width)!
    var result: [Int16] = []
    for y in 0..<outHeight {
      let rows = window.rows(coveredBy: y, height: height)
      for x in 0..<outWidth {
        let columns = window.columns(coveredBy: x, width: width)
        for channel in 0..<channels {
          var elements: [Int16] = []
          for row in rows {
            for column in columns {
              elements.append(input.codes.elements[(row * width + column) * channels + channel])
            }
          }
          result.append(combine(elements))
        }
      }
    }
    return Tensor([outHeight, outWidth, channels], result)
  }
}
