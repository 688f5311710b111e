import Models
import Numerics

extension QuantizedModel {
  /// This model with one layer's result in 16 bits, all weights as they are; what only moves the result has its codes.
  ///
  /// - Parameters:
  ///   - value: the result's number.
  ///   - range: what the codes have to reach.
  /// - Returns: nil where a layer that reads the result adds up so much that its sums would not fit 32 bits.
  /// - Precondition: the result is one that is computed, not moved, and no output.
  func withSixteenBits(_ value: Int, covering range: ClosedRange<Float>) -> QuantizedModel? {
    let graph = description.graph
    var moved: Set = [value]
    for (index, node) in graph.nodes.enumerated()
    where node.operator.keepsQuantization && !moved.isDisjoint(with: node.inputs) { moved.insert(index + 1) }
    var largest = Int(Int16.max)
    while largest > 127 {
      var result = self
      let codes = QuantizationParameters(
        sixteenBitsCovering: range.lowerBound, range.upperBound, largest: Int16(largest))
      for own in moved { result.quantization[own] = codes }
      guard result.moveBiases(from: self) else { return nil }
      // The bound depends on the biases' codes, and these on the scale.
      let bounds = result.largestCodes()
      let bound = moved.map { bounds[$0] }.min()!
      if largest <= bound { return result }
      largest = bound
    }
    return nil
  }

  /// Gives biases the codes that belong to the scales of what their layers read now.
  ///
  /// - Returns: whether they fit 32 bits.
  private mutating func moveBiases(from other: QuantizedModel) -> Bool {
    for (index, node) in description.graph.nodes.enumerated() {
      guard let own = parameters[index] else { continue }
      let (before, now) = (other.quantization[node.inputs[0]].scale, quantization[node.inputs[0]].scale)
      guard before != now else { continue }
      let factor = Double(before) / Double(now)
      let codes = own.bias.elements.map { (Double($0) * factor).rounded(.toNearestOrEven) }
      guard codes.allSatisfy({ abs($0) <= Double(Int32.max) }) else { return false }
      parameters[index]!.bias = Tensor(own.bias.shape, codes.map { Int32($0) })
    }
    return true
  }
}
