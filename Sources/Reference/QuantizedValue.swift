import Models
import Numerics

/// Codes and what they stand for, equation (1): `real = scale * (q - zeroPoint)`.
public struct QuantizedValue: Equatable, Sendable {
  /// The codes, of 8 or 16 bits as the parameters say.
  public var codes: Tensor<Int16>
  /// Scale and zero point, the same for all elements.
  public var parameters: QuantizationParameters

  /// Joins codes and their meaning.
  public init(_ codes: Tensor<Int16>, _ parameters: QuantizationParameters) {
    self.codes = codes
    self.parameters = parameters
  }

  /// Equation (5): pixels enter exactly, `q = pixel - 128` with scale 1/255 and zero point -128.
  ///
  /// - Parameters:
  ///   - pixels: `[height, width, channels]`, row-major.
  ///   - shape: the same extents.
  public init(pixels: [UInt8], shape: Shape) {
    self.init(Tensor(shape, pixels.map { Int16($0) - 128 }), .pixel)
  }
}

/// One plain function per operator: the definition of the integer numerics. Every kernel gives these bytes.
///
/// Floating point appears in single IEEE-754 operations only (binary32, round to nearest even), in the written order
/// and never fused, so that results are the same everywhere.
public enum ReferenceOperators {
  /// Equation (4): the codes that an activation allows.
  ///
  /// ReLU starts at the zero point, the code of 0; ReLU6 also ends at the code nearest to 6.
  public static func clamp(
    _ activation: Operator.Activation, _ parameters: QuantizationParameters
  ) -> ClosedRange<Int16> {
    let zero = Int16(parameters.zeroPoint)
    return switch activation {
    case .none: parameters.codes
    case .relu: zero...parameters.largest
    case .relu6: zero...max(zero, parameters.quantize(6))
    }
  }
}
