import Models
import Numerics

/// Codes and what they stand for, equation (1): `real = scale * (q - zeroPoint)`.
public struct QuantizedValue: Equatable, Sendable {
  /// The int8 codes.
  public var codes: Tensor<Int8>
  /// Scale and zero point, the same for all elements.
  public var parameters: QuantizationParameters

  /// Joins codes and their meaning.
  public init(_ codes: Tensor<Int8>, _ parameters: QuantizationParameters) {
    self.codes = codes
    self.parameters = parameters
  }

  /// Equation (5): pixels enter exactly, `q = pixel - 128` with scale 1/255 and zero point -128.
  ///
  /// - Parameters:
  ///   - pixels: `[height, width, channels]`, row-major.
  ///   - shape: the same extents.
  public init(pixels: [UInt8], shape: Shape) {
    self.init(Tensor(shape, pixels.map { Int8(Int($0) - 128) }), .pixel)
  }
}

/// One plain function per operator: the definition of the int8 numerics. Every kernel gives these bytes.
///
/// Floating point appears in single IEEE-754 operations only (binary32, round to nearest even), in the written order
/// and never fused, so that results are the same everywhere.
public enum ReferenceOperators {
  /// Equation (4): the codes that an activation allows.
  ///
  /// ReLU starts at the zero point, the code of 0; ReLU6 also ends at the code nearest to 6.
  public static func clamp(
    _ activation: Operator.Activation, _ parameters: QuantizationParameters
  ) -> ClosedRange<Int8> {
    switch activation {
    case .none: -128...127
    case .relu: parameters.zeroPoint...127
    case .relu6: parameters.zeroPoint...max(parameters.zeroPoint, parameters.quantize(6))
    }
  }
}
