import Models
import Numerics

/// What ONNX Runtime makes of each code, and which scales make Glint's equations give the same.
///
/// The equations of both round a product once or twice; where they disagree, a scale that is a few units in the last
/// place larger or smaller moves the few codes that lie that near to a tie, and no other.
enum CodeTables {
  /// Every code, from -128 to 127.
  private static let all = -128...127

  /// What DequantizeLinear and QuantizeLinear, one after the other, make of each code.
  static func requantized(_ from: QuantizationParameters, _ to: QuantizationParameters) -> [Int8] {
    all.map { Int8(to.quantize(from.dequantize(Int16($0)))) }
  }

  /// Equation (R) for each code.
  private static func rescaled(_ from: QuantizationParameters, _ to: QuantizationParameters) -> [Int8] {
    let multiplier = requantizationMultiplier(input: from.scale, weight: 1, output: to.scale)
    return all.map {
      requantize(Int32($0) - Int32(from.zeroPoint), multiplier: multiplier, zeroPoint: to.zeroPoint)
    }
  }

  /// The scale nearest to that of `from` with which equation (R) gives what the other two operators give; nil where
  /// none does.
  static func scale(from: QuantizationParameters, to: QuantizationParameters) -> Float? {
    let wanted = requantized(from, to)
    return neighbours(of: from.scale, most: 64).first {
      rescaled(.init(scale: $0, zeroPoint: from.zeroPoint), to) == wanted
    }
  }

  /// Numbers from near to far, the number itself first.
  private static func neighbours(of scale: Float, most: Int) -> [Float] {
    (0...2 * most).map { step in
      let distance = (step + 1) / 2
      let bits = Int(scale.bitPattern) + (step % 2 == 1 ? distance : -distance)
      return Float(bitPattern: UInt32(bits))
    }.filter { $0.isNormal && $0 > 0 }
  }

  // MARK: Addition

  /// Scales of two values with which equation (S) gives the codes of ONNX Runtime's QLinearAdd for each pair of codes,
  /// and the number of pairs that differ where there are none.
  ///
  /// QLinearAdd computes `fma(a, r, fma(b, s, c))` with the zero points in `c`, on the codes as the file has them.
  static func addition(
    _ first: QuantizationParameters, _ second: QuantizationParameters, _ sum: QuantizationParameters,
    isUnsigned: Bool
  ) -> (first: Float, second: Float, wrong: Int) {
    let offset: Float = isUnsigned ? 128 : 0
    let (r, s) = (first.scale / sum.scale, second.scale / sum.scale)
    func zero(_ parameters: QuantizationParameters) -> Float { Float(parameters.zeroPoint) + offset }
    let zeros = (s * zero(second)).addingProduct(r, zero(first))
    let constant = zero(sum) - zeros
    // Only near a tie can the two disagree: both are within 1e-4 of the exact sum.
    var near: [(a: Float, b: Float, code: Int)] = []
    for a in all {
      for b in all {
        let exact =
          Double(a - Int(first.zeroPoint)) * Double(r) + Double(b - Int(second.zeroPoint)) * Double(s)
        let share = exact - exact.rounded(.down)
        guard abs(share - 0.5) < 1e-3, abs(exact) < 300 else { continue }
        let inner = constant.addingProduct(Float(b) + offset, s)
        let theirs = inner.addingProduct(Float(a) + offset, r).rounded(.toNearestOrEven) - offset
        near.append(
          (Float(a - Int(first.zeroPoint)), Float(b - Int(second.zeroPoint)), Int(max(-128, min(127, theirs)))))
      }
    }
    func wrong(_ firstScale: Float, _ secondScale: Float) -> Int {
      let (r, s) = (firstScale / sum.scale, secondScale / sum.scale)
      return near.count { pair in
        let code = Int((pair.a * r + pair.b * s).rounded(.toNearestOrEven)) + Int(sum.zeroPoint)
        return max(-128, min(127, code)) != pair.code
      }
    }
    var best = (first.scale, second.scale, wrong(first.scale, second.scale))
    guard best.2 > 0 else { return best }
    for left in neighbours(of: first.scale, most: 40) {
      for right in neighbours(of: second.scale, most: 40) {
        let count = wrong(left, right)
        if count < best.2 { best = (left, right, count) }
        if count == 0 { return best }
      }
    }
    return best
  }

  // MARK: Lines

  /// A weight, a bias and a scale of weights.
  struct Affine {
    var weight: Int
    var bias: Int
    var scale: Float
    /// How many of the codes come out otherwise than wanted.
    var wrong: Int
  }

  /// The layer of one weight that makes of each code the one that is wanted, or the nearest to it.
  ///
  /// - Parameters:
  ///   - wanted: 256 codes of the result, for the codes from -128 to 127.
  ///   - input: what these are.
  ///   - slope: of the line that the results follow, in codes of the result for one of the input.
  ///   - start: the result, counted from its zero point, for the input's zero point.
  static func affine(
    _ wanted: [Int8], from input: QuantizationParameters, slope: Double, start: Double,
    to output: QuantizationParameters
  ) -> Affine {
    var best = Affine(weight: 1, bias: 0, scale: 1, wrong: wanted.count + 1)
    // One code whatever comes in, in steps of the result.
    guard slope != 0 else {
      let bias = max(-512, min(512, start.rounded()))
      let code = Int8(max(-128, min(127, bias + Double(output.zeroPoint))))
      return Affine(
        weight: 0, bias: Int(bias), scale: output.scale / input.scale, wrong: wanted.count { $0 != code })
    }
    for size in (1...127).reversed() {
      let weight = slope < 0 ? -size : size
      let step = slope / Double(weight)
      let scale = Float(step * Double(output.scale) / Double(input.scale))
      guard scale.isNormal, scale > 0 else { continue }
      let multiplier = requantizationMultiplier(input: input.scale, weight: scale, output: output.scale)
      let exact = (start / step).rounded()
      guard abs(exact) < 0x1p30 else { continue }
      for change in [0, 1, -1] {
        let bias = Int(exact) + change
        let wrong = wanted.indices.count { index in
          let code = index - 128 - Int(input.zeroPoint)
          return requantize(Int32(code * weight + bias), multiplier: multiplier, zeroPoint: output.zeroPoint)
            != wanted[index]
        }
        if wrong < best.wrong { best = Affine(weight: weight, bias: bias, scale: scale, wrong: wrong) }
        if wrong == 0 { return best }
      }
    }
    return best
  }

  /// The same for what float arithmetic between DequantizeLinear and QuantizeLinear makes: `x * factor + term`.
  static func affine(
    factor: Float, term: Float, from input: QuantizationParameters, to output: QuantizationParameters
  ) -> Affine {
    let wanted = all.map { Int8(output.quantize(input.dequantize(Int16($0)) * factor + term)) }
    return affine(
      wanted, from: input, slope: Double(factor) * Double(input.scale) / Double(output.scale),
      start: Double(term) / Double(output.scale), to: output)
  }
}
