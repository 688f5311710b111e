import Models
import Numerics

extension ReferenceOperators {
  /// Picks elements at regular distances, then equation (R).
  public static func rearrange(
    _ input: QuantizedValue, _ arrangement: Operator.Arrangement, to output: QuantizationParameters
  ) -> QuantizedValue {
    let codes = arrangement.places.map { input.codes.elements[$0] }
    return rescaled(QuantizedValue(Tensor(arrangement.shape, codes), input.parameters), to: output)
  }

  /// Another number of rows and columns.
  ///
  /// Where pixels are repeated, equation (R). Where they are mixed, equation (B): a row lies `r / 2048` of the way from
  /// one row of the input to the next, a column `c / 2048` from one to the next,
  /// `acc = sum (q - zeroPoint_in) * w_r * w_c` over the four pixels around, with weights `2048 - r`, `r` and
  /// `2048 - c`, `c`, and `q_out` is that of equation (3) with `m = (scale_in * 2^-22) / scale_out`.
  ///
  /// - Parameter input: `[height, width, channels]`.
  public static func resize(
    _ input: QuantizedValue, _ resize: Operator.Resize, to output: QuantizationParameters
  ) -> QuantizedValue {
    let (height, width, channels) = (input.codes.shape[0], input.codes.shape[1], input.codes.shape[2])
    let zeroPoint = Int64(input.parameters.zeroPoint)
    let shape: Shape = [resize.rows.count, resize.columns.count, channels]
    func code(_ row: Int, _ column: Int, _ channel: Int) -> Int16 {
      // What lies beyond the edge has no share.
      input.codes.elements[(min(row, height - 1) * width + min(column, width - 1)) * channels + channel]
    }
    guard resize.isLinear else {
      var codes: [Int16] = []
      for y in 0..<shape[0] {
        for x in 0..<shape[1] {
          for channel in 0..<channels {
            codes.append(
              code(resize.rows.place(y, of: height).pixel, resize.columns.place(x, of: width).pixel, channel))
          }
        }
      }
      return rescaled(QuantizedValue(Tensor(shape, codes), input.parameters), to: output)
    }
    let multiplier = requantizationMultiplier(input: input.parameters.scale, weight: 0x1p-22, output: output.scale)
    var codes: [Int16] = []
    for y in 0..<shape[0] {
      let (row, below) = resize.rows.coarsePlace(y, of: height)
      for x in 0..<shape[1] {
        let (column, right) = resize.columns.coarsePlace(x, of: width)
        for channel in 0..<channels {
          // |acc| <= 32767 * 2^22 < 2^37, since the weights sum to 2^22.
          var acc: Int64 = 0
          for (r, rowWeight) in [(row, 2048 - below), (row + 1, below)] {
            for (c, columnWeight) in [(column, 2048 - right), (column + 1, right)] {
              acc += (Int64(code(r, c, channel)) - zeroPoint) * Int64(rowWeight * columnWeight)
            }
          }
          codes.append(
            requantize(sum: acc, multiplier: multiplier, zeroPoint: output.zeroPoint, clamp: output.codes))
        }
      }
    }
    return QuantizedValue(Tensor(shape, codes), output)
  }
}
