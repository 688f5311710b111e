import CInt8Kernels
import Models
import Numerics

/// int8 codes as kernels store them, in bytes: `q + CK_CODE_OFFSET`; and functions of one code as tables of 256
/// entries, indexed by the stored byte.
enum StoredCode {
  static let offset = Int32(CK_CODE_OFFSET)

  static func stored(_ code: Int8) -> Int32 { Int32(code) + offset }

  static func byte(_ code: Int8) -> UInt8 { UInt8(truncatingIfNeeded: stored(code)) }

  static func code(_ byte: UInt8) -> Int8 { Int8(truncatingIfNeeded: Int32(byte) - offset) }

  /// Equation (4): the stored codes that an activation allows.
  static func clamp(_ activation: Operator.Activation, _ output: QuantizationParameters) -> (low: Int32, high: Int32) {
    // Words are stored as they are.
    func stored(_ code: Int16) -> Int32 { output.isSixteenBits ? Int32(code) : Int32(code) + offset }
    let zero = Int16(output.zeroPoint)
    return switch activation {
    case .none: (stored(output.least), stored(output.largest))
    case .relu: (stored(zero), stored(output.largest))
    case .relu6: (stored(zero), stored(max(zero, output.quantize(6))))
    }
  }

  /// A table by stored byte of what `function` makes of a code.
  private static func table(_ function: (Int8) -> Int8) -> [UInt8] {
    (0...255).map { byte(function(code(UInt8($0)))) }
  }

  /// Equation (R) as a table, or nil where the parameters are the same.
  static func rescaling(_ input: QuantizationParameters, to output: QuantizationParameters) -> [UInt8]? {
    guard input != output else { return nil }
    let multiplier = requantizationMultiplier(input: input.scale, weight: 1, output: output.scale)
    return table { code in
      requantize(Int32(code) - Int32(input.zeroPoint), multiplier: multiplier, zeroPoint: output.zeroPoint)
    }
  }

  /// Equation (E) as a table.
  static func table(
    of function: Operator.Function, _ input: QuantizationParameters, to output: QuantizationParameters
  ) -> [UInt8] {
    table { code in Int8(result(of: function, input.dequantize(Int16(code)), to: output)) }
  }

  /// Equation (E) as a table of what is stored, for an input of words: `-largest...largest`.
  static func words(
    of function: Operator.Function, scale: Float, largest: Int16, to output: QuantizationParameters
  ) -> [Int16] {
    (-Int32(largest)...Int32(largest)).map { word in
      let code = result(of: function, scale * Float(word), to: output)
      return output.isSixteenBits ? code : code + Int16(offset)
    }
  }

  private static func result(
    of function: Operator.Function, _ x: Float, to output: QuantizationParameters
  ) -> Int16 {
    let scaled = function(x) / output.scale
    if scaled.isNaN { return Int16(output.zeroPoint) }
    let code = Int32(max(-65536, min(65536, scaled)).rounded(.toNearestOrEven)) + Int32(output.zeroPoint)
    return Int16(max(Int32(output.least), min(Int32(output.largest), code)))
  }

  /// One summand of equation (S) by stored byte.
  static func summand(_ input: QuantizationParameters, to output: QuantizationParameters) -> [Float] {
    (0...255).map { byte in
      Float(Int32(code(UInt8(byte))) - Int32(input.zeroPoint)) * (input.scale / output.scale)
    }
  }
}
