import CInt8Kernels
import Models
import Numerics

/// Sums of two values, equation (S), by 32-bit integers in place of floats, which take half as long on Arm.
public enum SumsInIntegers {
  /// Whether there are integers that give the codes of equation (S) for every pair of codes. Two scales that are to the
  /// third as small whole numbers put sums exactly between two codes, where the rounding of floats decides: then there
  /// are none.
  public static func exist(
    _ inputs: (QuantizationParameters, QuantizationParameters), output: QuantizationParameters,
    _ activation: Operator.Activation
  ) -> Bool {
    StoredCode.summand(inputs.0, to: output).withUnsafeBufferPointer { first in
      StoredCode.summand(inputs.1, to: output).withUnsafeBufferPointer { second in
        var pair = pair(inputs, output, activation)
        (pair.first, pair.second) = (first.baseAddress, second.baseAddress)
        ck_add_in_integers(&pair)
        return pair.shift > 0
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
