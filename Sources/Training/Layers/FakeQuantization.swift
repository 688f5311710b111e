import Numerics

/// Rounds values to the int8 codes that the engine keeps, equations (1) and (3), and back, so that a network learns
/// with the errors that it will have (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
/// Integer-Arithmetic-Only Inference", section 3).
///
/// Rounding has no slope to learn by. Its gradient is taken to be 1 where a value lies within the reach of the codes
/// and 0 where it is clipped (Bengio et al. 2013, "Estimating or Propagating Gradients Through Stochastic Neurons for
/// Conditional Computation": the straight-through estimator).
final class FakeQuantization: ImageLayer {
  private let scale: Float
  /// The smallest and the largest code, less the zero point.
  private let low: Float
  private let high: Float
  private let count: Int

  init(_ parameters: QuantizationParameters, shape: Shape) {
    scale = parameters.scale
    low = Float(Int(parameters.least) - Int(parameters.zeroPoint))
    high = Float(Int(parameters.largest) - Int(parameters.zeroPoint))
    count = shape.count
  }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    let (x, y) = (operands.inputs[0], operands.output)
    for at in 0..<count { y[at] = HalfEven.rounded(min(max(x[at] / scale, low), high)) * scale }
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    let x = operands.inputs[0]
    let (least, most) = ((low - 0.5) * scale, (high + 0.5) * scale)
    for at in 0..<count { dx[at] = x[at] >= least && x[at] <= most ? gradients.output[at] : 0 }
  }
}

/// Rounding half to even of numbers below 2^22 in size, by adding and taking away 1.5 * 2^23, which a compiler turns
/// into vectors where it would call a function for each number otherwise.
enum HalfEven {
  @inline(__always)
  static func rounded(_ x: Float) -> Float { (x + 0x1.8p23) - 0x1.8p23 }
}
