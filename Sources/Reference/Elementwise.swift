import Models
import Numerics

extension ReferenceOperators {
  /// Equation (R), the same real values under other parameters:
  /// `q = clamp(round_half_even(float(q_in - zeroPoint_in) * m) + zeroPoint_out)` with
  /// `m = (scale_in * 1) / scale_out`. With equal parameters it changes nothing.
  ///
  /// It carries flatten, reshape, max pooling, upsampling and concatenation, which move codes but compute nothing.
  public static func rescaled(_ input: QuantizedValue, to output: QuantizationParameters) -> QuantizedValue {
    let multiplier = requantizationMultiplier(input: input.parameters.scale, weight: 1, output: output.scale)
    let zeroPoint = Int64(input.parameters.zeroPoint)
    let codes = input.codes.elements.map {
      requantize(sum: Int64($0) - zeroPoint, multiplier: multiplier, zeroPoint: output.zeroPoint, clamp: output.codes)
    }
    return QuantizedValue(Tensor(input.codes.shape, codes), output)
  }

  /// Equation (S), the sum of two values of one shape, or of a picture and one number a channel:
  /// `q = clamp(round_half_even(float(a - zeroPoint_a) * m_a + float(b - zeroPoint_b) * m_b) + zeroPoint_out)` with
  /// `m_a = scale_a / scale_out`, `m_b = scale_b / scale_out`; two products and their sum, each rounded.
  public static func add(
    _ first: QuantizedValue, _ second: QuantizedValue, activation: Operator.Activation,
    to output: QuantizationParameters
  ) -> QuantizedValue {
    func scaled(_ code: Int16, _ parameters: QuantizationParameters) -> Float {
      Float(Int32(code) - Int32(parameters.zeroPoint)) * (parameters.scale / output.scale)
    }
    let range = clamp(activation, output)
    let codes = pairs(first, second).map { a, b in
      nearest(scaled(a, first.parameters) + scaled(b, second.parameters), output, range)
    }
    return QuantizedValue(Tensor(first.codes.shape, codes), output)
  }

  /// Equation (M), the product of two values of one shape, or of a picture and one number a channel:
  /// `q = clamp(round_half_even(float((a - zeroPoint_a) * (b - zeroPoint_b)) * m) + zeroPoint_out)` with
  /// `m = (scale_a * scale_b) / scale_out`: equation (3) with a product in place of a sum.
  public static func multiply(
    _ first: QuantizedValue, _ second: QuantizedValue, activation: Operator.Activation,
    to output: QuantizationParameters
  ) -> QuantizedValue {
    let multiplier = requantizationMultiplier(
      input: first.parameters.scale, weight: second.parameters.scale, output: output.scale)
    let range = clamp(activation, output)
    let (firstZero, secondZero) = (Int64(first.parameters.zeroPoint), Int64(second.parameters.zeroPoint))
    let codes = pairs(first, second).map { a, b in
      requantize(
        sum: (Int64(a) - firstZero) * (Int64(b) - secondZero), multiplier: multiplier, zeroPoint: output.zeroPoint,
        clamp: range)
    }
    return QuantizedValue(Tensor(first.codes.shape, codes), output)
  }

  /// Each code of the first value beside the second's; one number a channel belongs to each pixel.
  private static func pairs(_ first: QuantizedValue, _ second: QuantizedValue) -> [(Int16, Int16)] {
    let others = second.codes.elements
    return first.codes.elements.enumerated().map { ($1, others[$0 % others.count]) }
  }

  /// Joins values `[height, width, channels_i]` along channels, each by equation (R).
  public static func concatenate(_ inputs: [QuantizedValue], to output: QuantizationParameters) -> QuantizedValue {
    let parts = inputs.map { rescaled($0, to: output).codes }
    let (height, width) = (parts[0].shape[0], parts[0].shape[1])
    var codes: [Int16] = []
    for pixel in 0..<height * width {
      for part in parts {
        let channels = part.shape[2]
        codes += part.elements[pixel * channels..<(pixel + 1) * channels]
      }
    }
    return QuantizedValue(Tensor([height, width, parts.map { $0.shape[2] }.reduce(0, +)], codes), output)
  }

  /// Repeats each pixel `factor` times across and down, then equation (R).
  ///
  /// - Parameter input: `[height, width, channels]`.
  public static func upsampleNearest(
    _ input: QuantizedValue, factor: Int, to output: QuantizationParameters
  ) -> QuantizedValue {
    let (height, width, channels) = (input.codes.shape[0], input.codes.shape[1], input.codes.shape[2])
    var codes: [Int16] = []
    for y in 0..<height * factor {
      for x in 0..<width * factor {
        let first = (y / factor * width + x / factor) * channels
        codes += input.codes.elements[first..<first + channels]
      }
    }
    let enlarged = Tensor([height * factor, width * factor, channels], codes)
    return rescaled(QuantizedValue(enlarged, input.parameters), to: output)
  }

  /// Equation (E), a function of one code: `x = scale_in * float(q - zeroPoint_in)`, `y = f(x)`,
  /// `q_out = clamp(round_half_even(y / scale_out) + zeroPoint_out)`; where f has no value, the code of 0. Kernels keep
  /// it as a table of all codes. f is computed in double precision and rounded to float, but for hard-swish, equation
  /// (H): `t = min(max(x + 3, 0), 6)`, `y = (x * t) / 6`, in float and in this order.
  public static func apply(
    _ function: Operator.Function, _ input: QuantizedValue, to output: QuantizationParameters
  ) -> QuantizedValue {
    let codes = input.codes.elements.map { code in
      let y = function(input.parameters.dequantize(code))
      return y.isNaN ? Int16(output.zeroPoint) : nearest(y / output.scale, output, output.codes)
    }
    return QuantizedValue(Tensor(input.codes.shape, codes), output)
  }

  /// The end of equations (S) and (E): one rounding, the zero point, the clamp.
  private static func nearest(
    _ scaled: Float, _ output: QuantizationParameters, _ range: ClosedRange<Int16>
  ) -> Int16 {
    let code = Int32(max(-65536, min(65536, scaled)).rounded(.toNearestOrEven)) + Int32(output.zeroPoint)
    return Int16(max(Int32(range.lowerBound), min(Int32(range.upperBound), code)))
  }
}
