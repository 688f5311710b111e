import Numerics

/// Learns a head: weights and biases of a dense layer of logits, on features.
///
/// Minimized is the mean cross-entropy of one's own pictures, times `weight`, and that of the general ones, whose
/// targets lie half way between their class and what the head said of them before (learning without forgetting: Li,
/// Hoiem 2016), and `decay` times the squared distance from the head that it began as. All pictures are in each step,
/// and steps are Adam's (Kingma, Ba 2015), along half a cosine.
package struct HeadTraining {
  /// Features, `[pictures][count]`, and the share of each class, `[pictures][classes]`.
  package struct Examples {
    package var features: [Float] = []
    package var targets: [Float] = []
    /// How much each picture counts; all together 1.
    package var weights: [Float] = []

    package init() {}
  }

  /// Weights `[logits][count]` and biases `[logits]`.
  package struct Head: Sendable {
    package var weight: [Float]
    package var bias: [Float]

    package init(weight: [Float], bias: [Float]) { (self.weight, self.bias) = (weight, bias) }

    /// The logits of a picture.
    package func logits(_ features: ArraySlice<Float>) -> [Float] {
      bias.indices.map { row in
        var sum = bias[row]
        for (one, two) in zip(weight[row * features.count..<(row + 1) * features.count], features) { sum += one * two }
        return sum
      }
    }

    /// The probability of each class by logits: of two by one, or one a class.
    static func probabilities(_ logits: [Float]) -> [Float] {
      if logits.count == 1 {
        let second = 1 / (1 + Elementary.exp(-logits[0]))
        return [1 - second, second]
      }
      let largest = logits.max() ?? 0
      let powers = logits.map { Elementary.exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }

  var weight: Float = 1
  var decay: Float = 1e-3
  var steps = 120
  var rate: Float = 0.02

  package init() {}

  /// The head that was learned.
  ///
  /// - Parameters:
  ///   - head: what it begins as.
  ///   - own: one's own pictures.
  ///   - general: those of others; may be none.
  ///   - count: features of a picture.
  ///   - isCancelled: asked before each step; a cancelled training gives what it has.
  package func learn(
    _ head: Head, own: Examples, general: Examples, count: Int, isCancelled: () -> Bool = { false }
  ) -> Head {
    let rows = head.bias.count
    var values = head.weight + head.bias
    let start = values
    var (first, second) = ([Float](repeating: 0, count: values.count), [Float](repeating: 0, count: values.count))
    for step in 1...steps {
      if isCancelled() { break }
      var gradient = [Float](repeating: 0, count: values.count)
      let now = Head(weight: Array(values[..<(rows * count)]), bias: Array(values[(rows * count)...]))
      add(own, weight, now, count, &gradient)
      add(general, 1, now, count, &gradient)
      let (beta1, beta2): (Float, Float) = (0.9, 0.99)
      let current = rate * Float(1 + Elementary.cosinePi(Double(step) / Double(steps))) / 2
      let (scale1, scale2) = (1 - power(beta1, step), 1 - power(beta2, step))
      for index in values.indices {
        let slope = gradient[index] + 2 * decay * (values[index] - start[index])
        first[index] = beta1 * first[index] + (1 - beta1) * slope
        second[index] = beta2 * second[index] + (1 - beta2) * slope * slope
        values[index] -= current * (first[index] / scale1) / ((second[index] / scale2).squareRoot() + 1e-8)
      }
    }
    return Head(weight: Array(values[..<(rows * count)]), bias: Array(values[(rows * count)...]))
  }

  /// Adds the gradient of the weighted mean cross-entropy: for each picture, what the head says less what it should.
  private func add(_ examples: Examples, _ factor: Float, _ head: Head, _ count: Int, _ gradient: inout [Float]) {
    let rows = head.bias.count
    let classes = max(2, rows)
    examples.features.withUnsafeBufferPointer { features in
      gradient.withUnsafeMutableBufferPointer { gradient in
        head.weight.withUnsafeBufferPointer { weight in
          var logits = [Float](repeating: 0, count: rows)
          for (picture, share) in examples.weights.enumerated() {
            let own = features.baseAddress! + picture * count
            for row in 0..<rows {
              let line = weight.baseAddress! + row * count
              var sums = SIMD8<Float>()
              for at in stride(from: 0, to: count - 7, by: 8) {
                sums +=
                  UnsafeRawPointer(line + at).loadUnaligned(as: SIMD8<Float>.self)
                  * UnsafeRawPointer(own + at).loadUnaligned(as: SIMD8<Float>.self)
              }
              var sum = sums.sum() + head.bias[row]
              for at in count / 8 * 8..<count { sum += line[at] * own[at] }
              logits[row] = sum
            }
            let said = Head.probabilities(logits)
            for row in 0..<rows {
              let column = rows == 1 ? 1 : row
              let slope = factor * share * (said[column] - examples.targets[picture * classes + column])
              let line = gradient.baseAddress! + row * count
              for at in 0..<count { line[at] += slope * own[at] }
              gradient[rows * count + row] += slope
            }
          }
        }
      }
    }
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    var result: Float = 1
    for _ in 0..<exponent { result *= base }
    return result
  }
}
