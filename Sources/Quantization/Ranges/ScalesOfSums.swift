import Models
import Numerics
import Runtime

/// Scales with which integers compute the sum of two values (see `SumsInIntegers`). Ranges come from histograms, so
/// that the scales of three values often are to each other as whole numbers, where none do. So scales are made larger,
/// by at most a thousandth: the sum's, and that of a summand that nothing else reads.
enum ScalesOfSums {
  /// By how much of itself a scale may grow.
  private static let room = 0.001
  /// How many scales of the sum alone are tried.
  private static let steps = 16

  /// Changes scales for the sum that is value `sum`, the last one of `values`.
  static func settle(
    _ sum: Int, _ activation: Operator.Activation, _ graph: Graph, _ values: inout [QuantizationParameters]
  ) {
    let inputs = graph.nodes[sum - 1].inputs
    guard !values[sum].isSixteenBits, inputs.allSatisfy({ !values[$0].isSixteenBits }) else { return }
    let movable = inputs.indices.filter { isMovable(inputs[$0], graph) }
    for position in movable {
      let (moved, fixed) = (inputs[position], inputs[1 - position])
      guard moved != fixed else { continue }
      for (own, whole) in words(moved: values[moved].scale, fixed: values[fixed].scale, sum: values[sum].scale) {
        let summand = values[moved].with(scale: own), result = values[sum].with(scale: whole)
        let pair = position == 0 ? (summand, values[fixed]) : (values[fixed], summand)
        guard SumsInIntegers.bits(pair, output: result, activation, most: 16) != nil else { continue }
        (values[moved], values[sum]) = (summand, result)
        return
      }
    }
    let pair = (values[inputs[0]], values[inputs[1]])
    for step in 0..<steps {
      let scale = values[sum].scale * (1 + Float(Self.room) * Float(step) / Float(steps))
      guard SumsInIntegers.bits(pair, output: values[sum].with(scale: scale), activation) != nil else { continue }
      values[sum] = values[sum].with(scale: scale)
      return
    }
  }

  /// Whether nothing but one sum reads a value, and no value before it has the same parameters.
  private static func isMovable(_ value: Int, _ graph: Graph) -> Bool {
    value > 0 && graph.readers(of: value).count == 1 && !graph.outputs.contains { $0.value == value }
      && !graph.nodes[value - 1].operator.keepsQuantization
  }

  /// Scales of a summand and of the sum, both to be had, with which the multipliers of both summands are whole numbers
  /// of 15 bits over one power of two: products and sums are exact then, in floats as in integers, and these agree
  /// unless some sum lies between two codes, which one in a few pairs of scales avoids. The largest power first, then
  /// the smallest changes.
  private static func words(moved: Float, fixed: Float, sum: Float) -> [(moved: Float, sum: Float)] {
    var found: [(moved: Float, sum: Float)] = []
    for shift in SumsInIntegers.wordShifts.reversed() {
      let one = Double(1 << shift), multiplier = Double(fixed) / Double(sum) * one
      guard multiplier < Double(SumsInIntegers.largestWord) else { continue }
      let least = max(1, Int((multiplier / (1 + room)).rounded(.up)))
      for whole in stride(from: Int(multiplier), through: least, by: -1) {
        let result = Double(fixed) * one / Double(whole), other = Double(moved) / result * one
        guard other * (1 + room) < Double(SumsInIntegers.largestWord) else { continue }
        let first = Int(other.rounded(.up))
        for whole in stride(from: first, through: Int(other * (1 + room)), by: 1) {
          found.append((Float(Double(whole) / one * result), Float(result)))
        }
      }
    }
    return found
  }
}

extension QuantizationParameters {
  fileprivate func with(scale: Float) -> QuantizationParameters {
    QuantizationParameters(scale: scale, zeroPoint: zeroPoint)
  }
}
