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
    let zeroPoint = Int32(input.parameters.zeroPoint)
    let codes = input.codes.elements.map {
      requantize(Int32($0) - zeroPoint, multiplier: multiplier, zeroPoint: output.zeroPoint)
    }
    return QuantizedValue(Tensor(input.codes.shape, codes), output)
  }

  /// Equation (S), the sum of two values of one shape:
  /// `q = clamp(round_half_even(float(a - zeroPoint_a) * m_a + float(b - zeroPoint_b) * m_b) + zeroPoint_out)` with
  /// `m_a = scale_a / scale_out`, `m_b = scale_b / scale_out`; two products and their sum, each rounded.
  public static func add(
    _ first: QuantizedValue, _ second: QuantizedValue, activation: Operator.Activation,
    to output: QuantizationParameters
  ) -> QuantizedValue {
    func scaled(_ code: Int8, _ parameters: QuantizationParameters) -> Float {
      Float(Int32(code) - Int32(parameters.zeroPoint)) * (parameters.scale / output.scale)
    }
    let range = clamp(activation, output)
    let codes = zip(first.codes.elements, second.codes.elements).map { a, b in
      nearest(scaled(a, first.parameters) + scaled(b, second.parameters), output, range)
    }
    return QuantizedValue(Tensor(first.codes.shape, codes), output)
  }

  /// Joins values `[height, width, channels_i]` along channels, each by equation (R).
  public static func concatenate(_ inputs: [QuantizedValue], to output: QuantizationParameters) -> QuantizedValue {
    let parts = inputs.map { rescaled($0, to: output).codes }
    let (height, width) = (parts[0].shape[0], parts[0].shape[1])
    var codes: [Int8] = []
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
    var codes: [Int8] = []
    for y in 0..<height * factor {
      for x in 0..<width * factor {
        let first = (y / factor * width + x / factor) * channels
        codes += input.codes.elements[first..<first + channels]
      }
    }
    let enlarged = Tensor([height * factor, width * factor, channels], codes)
    return rescaled(QuantizedValue(enlarged, input.parameters), to: output)
  }

  /// Equation (H), hard-swish of one code, in float and in this order:
  /// `x = scale_in * float(q - zeroPoint_in)`, `t = min(max(x + 3, 0), 6)`, `y = (x * t) / 6`,
  /// `q_out = clamp(round_half_even(y / scale_out) + zeroPoint_out)`. Kernels keep it as a table of 256 codes.
  public static func hardSwish(_ input: QuantizedValue, to output: QuantizationParameters) -> QuantizedValue {
    let codes = input.codes.elements.map { code in
      let x = input.parameters.dequantize(code)
      let t = min(max(x + 3, 0), 6)
      let y = (x * t) / 6
      return nearest(y / output.scale, output, -128...127)
    }
    return QuantizedValue(Tensor(input.codes.shape, codes), output)
  }

  /// The end of equations (S) and (H): one rounding, the zero point, the clamp.
  private static func nearest(
    _ scaled: Float, _ output: QuantizationParameters, _ range: ClosedRange<Int8>
  ) -> Int8 {
    let code = Int32(max(-1024, min(1024, scaled)).rounded(.toNearestOrEven)) + Int32(output.zeroPoint)
    return Int8(max(Int32(range.lowerBound), min(Int32(range.upperBound), code)))
  }
}
