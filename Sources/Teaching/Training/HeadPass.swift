/// The gradient of the cross-entropy by units and voices, over all pictures at once.
///
/// Parameters lie one after the other: `U` `[units][count]`, `c` `[units]`, `V` `[rows][units]`.
struct HeadPass {
  let units: Int
  let rows: Int
  let count: Int

  /// Adds the gradient of the weighted mean: for each picture, what is said less what should be.
  ///
  /// - Parameters:
  ///   - logits: of the head without units, `[pictures][rows]`.
  ///   - factor: multiplies all.
  func add(
    _ examples: HeadTraining.Examples, _ logits: [Float], _ factor: Float, _ values: [Float],
    _ gradient: inout [Float]
  ) {
    let classes = max(2, rows)
    examples.features.withUnsafeBufferPointer { features in
      values.withUnsafeBufferPointer { values in
        gradient.withUnsafeMutableBufferPointer { gradient in
          let (weights, slopes) = (values.baseAddress!, gradient.baseAddress!)
          let (biases, voices) = (units * count, units * (count + 1))
          var answers = [Float](repeating: 0, count: units), back = answers
          for (picture, share) in examples.weights.enumerated() {
            let own = features.baseAddress! + picture * count
            for unit in 0..<units {
              answers[unit] = max(0, dot(weights + unit * count, own) + weights[biases + unit])
              back[unit] = 0
            }
            var sums = Array(logits[picture * rows..<(picture + 1) * rows])
            for row in 0..<rows {
              for unit in 0..<units { sums[row] += weights[voices + row * units + unit] * answers[unit] }
            }
            let said = Head.probabilities(sums)
            for row in 0..<rows {
              let column = rows == 1 ? 1 : row
              let slope = factor * share * (said[column] - examples.targets[picture * classes + column])
              for unit in 0..<units {
                slopes[voices + row * units + unit] += slope * answers[unit]
                back[unit] += slope * weights[voices + row * units + unit]
              }
            }
            for unit in 0..<units where answers[unit] > 0 {
              add(back[unit], own, to: slopes + unit * count)
              slopes[biases + unit] += back[unit]
            }
          }
        }
      }
    }
  }

  private func dot(_ one: UnsafePointer<Float>, _ two: UnsafePointer<Float>) -> Float {
    var sums = SIMD8<Float>()
    for at in stride(from: 0, to: count - 7, by: 8) { sums += lanes(one, at) * lanes(two, at) }
    var sum = sums.sum()
    for at in count / 8 * 8..<count { sum += one[at] * two[at] }
    return sum
  }

  private func add(_ factor: Float, _ one: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>) {
    for at in 0..<count { sums[at] += factor * one[at] }
  }

  private func lanes(_ start: UnsafePointer<Float>, _ at: Int) -> SIMD8<Float> {
    UnsafeRawPointer(start + at).loadUnaligned(as: SIMD8<Float>.self)
  }
}
