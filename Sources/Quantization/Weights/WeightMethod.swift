/// How the scale of a channel's weights is chosen: symmetric, one scale an output channel (Krishnamoorthi 2018,
/// "Quantizing deep convolutional networks for efficient inference: A whitepaper", section 2.2 and 3).
public enum WeightMethod: String, Hashable, Sendable, CaseIterable {
  /// `max |w| / 127`: nothing clips.
  case maximum = "weights-max"
  /// The scale with the least squared error: one large weight may clip where that serves all others (Choukroun et al.
  /// 2019, "Low-bit Quantization of Neural Networks for Efficient Inference").
  case squaredError = "weights-mse"
  /// The same among thousands of scales, also wider ones: the few weights of a channel, such as the nine of a 3x3
  /// window over grey pixels, may all lie near codes of one scale, as numbers do near multiples of another.
  case fine = "weights-fine"

  /// The scale of one channel's weights, 0 where all are 0.
  public func scale(_ weights: ArraySlice<Float>) -> Float {
    let largest = weights.reduce(Float(0)) { max($0, abs($1)) }
    switch self {
    case .maximum: return largest / 127
    case .squaredError:
      return leastSquares(weights, largest: largest, (0...40).map { Float(100 - $0) / 100 })
    case .fine:
      // Of many weights some always lie between codes, and no scale is much better than its neighbours.
      let tried = max(40, min(4096, (1 << 18) / max(1, weights.count)))
      let (low, high) = (Float(0.6), Float(2.2))
      return leastSquares(
        weights, largest: largest, [1] + (0...tried).map { low + (high - low) * Float($0) / Float(tried) })
    }
  }

  /// Tries `largest / 127` times each of some factors, the first of equals.
  private func leastSquares(_ weights: ArraySlice<Float>, largest: Float, _ factors: [Float]) -> Float {
    guard (largest / 127).isNormal else { return largest / 127 }
    var best = (error: Double.infinity, scale: largest / 127)
    weights.withUnsafeBufferPointer { weights in
      for factor in factors {
        let scale = largest / 127 * factor
        let error = Self.squaredError(weights, scale)
        if error < best.error { best = (error, scale) }
      }
    }
    return best.scale
  }

  /// `sum (w - s q)^2`, in eight float sums of every eighth weight over blocks, which the compiler turns into vectors
  /// without changing a bit.
  private static func squaredError(_ weights: UnsafeBufferPointer<Float>, _ scale: Float) -> Double {
    let inverse = 1 / scale
    var total = 0.0
    var start = 0
    while start < weights.count {
      let end = min(start + 4096, weights.count)
      var lanes = SIMD8<Float>(repeating: 0)
      var at = start
      while at + 8 <= end {
        let w = SIMD8<Float>(
          weights[at], weights[at + 1], weights[at + 2], weights[at + 3], weights[at + 4], weights[at + 5],
          weights[at + 6], weights[at + 7])
        let error = w - Self.rounded(w * inverse) * scale
        lanes += error * error
        at += 8
      }
      total += Double(lanes.sum())
      while at < end {
        let error = weights[at] - Self.rounded(SIMD8(repeating: weights[at] * inverse))[0] * scale
        total += Double(error * error)
        at += 1
      }
      start = end
    }
    return total
  }

  /// Rounded half to even within -127...127, by adding and taking away 1.5 * 2^23.
  private static func rounded(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Not by `clamped`, which the standard library does number by number.
    let (low, high) = (SIMD8<Float>(repeating: -127), SIMD8<Float>(repeating: 127))
    let clamped = x.replacing(with: low, where: x .< low).replacing(with: high, where: x .> high)
    return (clamped + 0x1.8p23) - 0x1.8p23
  }
}
