import Numerics

extension QuantizationParameters {
  /// The smallest and the largest real value that a code stands for.
  public var ends: ClosedRange<Float> {
    dequantize(least)...dequantize(largest)
  }

  /// What `dequantize(quantize(_:))` gives of each element, at the speed of additions.
  public func moveToCodes(_ elements: UnsafeMutableBufferPointer<Float>) {
    // Adding 1.5 * 2^23 leaves no bit below the point: it rounds to nearest even.
    let magic: Float = 12_582_912
    let (low, high) = (Float(Int(least) - Int(zeroPoint)), Float(Int(largest) - Int(zeroPoint)))
    for at in elements.indices {
      let code = min(max(elements[at] / scale, low), high)
      elements[at] = ((code + magic) - magic) * scale
    }
  }
}
