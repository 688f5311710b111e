import CInt8Kernels
import Models
import Numerics

extension PlanBuilder {
  /// Biases with the zero point's term of equation (2) folded in, and the multipliers of equation (3).
  mutating func biasAndMultipliers(
    _ index: Int, _ range: Range<Int>, capacity: Int
  ) -> (UnsafePointer<Int32>, UnsafePointer<Float>) {
    let parameters = model.parameters[index]!
    let input = model.quantization[graph.nodes[index].inputs[0]]
    let output = model.quantization[index + 1]
    // Words have left their zero point behind.
    let zeroPoint = readsOrMakesWords(index) ? 0 : Int64(StoredCode.stored(input.zeroPoint))
    // The folded bias may leave 32 bits; it wraps around, and so does the sum that it meets.
    let biases = range.map { channel in
      Int32(truncatingIfNeeded: Int64(parameters.bias.elements[channel]) - zeroPoint * check.sums[index][channel].sum)
    }
    let multipliers = range.map { channel in
      requantizationMultiplier(input: input.scale, weight: parameters.scales[channel], output: output.scale)
    }
    return (
      UnsafePointer(memory.copy(biases, capacity: capacity)),
      UnsafePointer(memory.copy(multipliers, capacity: capacity))
    )
  }

  /// The largest magnitude of an accumulator times its multiplier, whatever the input.
  func largestProduct(_ index: Int) -> Float {
    let parameters = model.parameters[index]!
    let input = model.quantization[graph.nodes[index].inputs[0]]
    let output = model.quantization[index + 1]
    return parameters.scales.indices.reduce(0) { largest, channel in
      let bound = Int64(parameters.bias.elements[channel].magnitude) + check.sums[index][channel].magnitude * 255
      let multiplier = requantizationMultiplier(
        input: input.scale, weight: parameters.scales[channel], output: output.scale)
      let product = Float(bound) * multiplier
      return product.isNaN ? .infinity : max(largest, product)
    }
  }
}

extension ck_requantization {
  /// Equation (4) in stored codes.
  mutating func setClamp(_ activation: Operator.Activation, _ output: QuantizationParameters, largestProduct: Float) {
    words = output.isSixteenBits ? 1 : 0
    zero_point = output.isSixteenBits ? 0 : StoredCode.stored(output.zeroPoint)
    (low, high) = StoredCode.clamp(activation, output)
    let isBounded = largestProduct < 0x1p30
    let clampsByItself = low == StoredCode.stored(-128) && high == StoredCode.stored(127)
    bounded = isBounded ? 1 : 0
    plain = isBounded && clampsByItself && output.zeroPoint == -128 ? 1 : 0
    narrow = clampsByItself && largestProduct <= 32767 ? 1 : 0
  }
}
