import CInt8Kernels
import Models
import Numerics

/// Sums of two values, equation (S), by integers in place of floats: those of 32 bits take half as long on Arm, those
/// of 16 bits a third, and half on x86.
public enum SumsInIntegers {
  /// Up to which multiplier integers of 16 bits go.
  public static let largestWord = Int(Int16.max)
  /// By which powers of two they stand for multipliers: k / 2^shift.
  public static let wordShifts = Int(CK_LEAST_WORD_SHIFT)...Int(CK_MOST_WORD_SHIFT)

  /// The bits of the integers that give the codes of equation (S) for every pair of codes, 16 or 32; nil where there
  /// are none. Two scales that are to the third as small whole numbers put sums exactly between two codes, where the
  /// rounding of floats decides.
  ///
  /// - Parameter most: 16 where larger ones are not to be looked for, which takes longer.
  public static func bits(
    _ inputs: (QuantizationParameters, QuantizationParameters), output: QuantizationParameters,
    _ activation: Operator.Activation, most: Int = 32
  ) -> Int? {
    StoredCode.summand(inputs.0, to: output).withUnsafeBufferPointer { first in
      StoredCode.summand(inputs.1, to: output).withUnsafeBufferPointer { second in
        var pair = pair(inputs, output, activation)
        (pair.first, pair.second) = (first.baseAddress, second.baseAddress)
        if most > 16 { ck_add_in_integers(&pair) } else { ck_add_in_words(&pair) }
        return pair.shift == 0 ? nil : pair.shift <= wordShifts.upperBound ? 16 : 32
      }
    }
  }

  /// An addition without its summands by code.
  static func pair(
    _ inputs: (QuantizationParameters, QuantizationParameters), _ output: QuantizationParameters,
    _ activation: Operator.Activation
  ) -> ck_pair {
    var pair = ck_pair()
    pair.zero_points = (StoredCode.stored(inputs.0.zeroPoint), StoredCode.stored(inputs.1.zeroPoint))
    pair.multipliers = (inputs.0.scale / output.scale, inputs.1.scale / output.scale)
    pair.zero_point = StoredCode.stored(output.zeroPoint)
    (pair.low, pair.high) = StoredCode.clamp(activation, output)
    return pair
  }
}
