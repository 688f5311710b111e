import Numerics

/// Learns what a head is to add for somebody's pictures: units beside the features, `relu(U f + c)`, and what each says
/// for every class, `V`, so that the logits are `W f + b + V relu(U f + c)`. The head itself, `W` and `b`, stays.
///
/// A head that was learned anew instead would move for everybody: on these features, one that named a person's faces
/// rightly lost 2 to 8 points on others. Units can be silent for others: they begin on the side of a plane on which the
/// pictures lie and others do not.
///
/// Minimized is the mean cross-entropy of one's own pictures, times `weight`, and that of the general ones, whose
/// targets are what the head says of them without units (learning without forgetting: Li, Hoiem 2016); with their
/// classes as targets, units would learn some of them by heart. To it comes `decay` times the square of `V`. All
/// pictures are in each step, and steps are Adam's (Kingma, Ba 2015), along half a cosine.
package struct HeadTraining {
  /// Features, `[pictures][count]`, and the share of each class, `[pictures][classes]`.
  package struct Examples {
    package var features: [Float] = []
    package var targets: [Float] = []
    /// How much each picture counts; all together 1.
    package var weights: [Float] = []

    package init() {}
  }

  /// How many units there are.
  package var units = 16
  package var weight: Float = 1
  package var decay: Float = 1e-3
  package var steps = 150
  package var rate: Float = 0.03

  package init() {}

  /// The head with the units that were learned.
  ///
  /// - Parameters:
  ///   - head: what it begins as; units that it has already are left out.
  ///   - own: one's own pictures.
  ///   - general: those of others; may be none.
  ///   - count: features of a picture.
  ///   - isCancelled: asked before each step; a cancelled training gives what it has.
  package func learn(
    _ head: Head, own: Examples, general: Examples, count: Int, isCancelled: () -> Bool = { false }
  ) -> Head {
    var plain = head
    plain.units = nil
    let rows = plain.bias.count, pass = HeadPass(units: units, rows: rows, count: count)
    var values = beginning(own, general, count) + [Float](repeating: 0, count: rows * units)
    let (ownLogits, generalLogits) = (own.logits(plain, count), general.logits(plain, count))
    var (first, second) = ([Float](repeating: 0, count: values.count), [Float](repeating: 0, count: values.count))
    let voices = units * (count + 1)..<values.count
    let (beta1, beta2): (Float, Float) = (0.9, 0.99)
    for step in 1...steps {
      if isCancelled() { break }
      var gradient = [Float](repeating: 0, count: values.count)
      pass.add(own, ownLogits, weight, values, &gradient)
      pass.add(general, generalLogits, 1, values, &gradient)
      for index in voices { gradient[index] += 2 * decay * values[index] }
      let current = rate * Float(1 + Elementary.cosinePi(Double(step) / Double(steps))) / 2
      let (scale1, scale2) = (1 - power(beta1, step), 1 - power(beta2, step))
      for index in values.indices {
        let slope = gradient[index]
        first[index] = beta1 * first[index] + (1 - beta1) * slope
        second[index] = beta2 * second[index] + (1 - beta2) * slope * slope
        values[index] -= current * (first[index] / scale1) / ((second[index] / scale2).squareRoot() + 1e-8)
      }
    }
    var result = plain
    result.units = Head.Units(
      weight: Array(values[..<(units * count)]), bias: Array(values[(units * count)..<(units * (count + 1))]),
      voices: Array(values[voices]))
    return result
  }

  /// Units that answer to one's own pictures and not to others: the plane between both, by the means and the spread of
  /// each feature among the others (linear discriminant analysis with a diagonal covariance: Fisher 1936), each unit
  /// tilted a little in its own way.
  private func beginning(_ own: Examples, _ general: Examples, _ count: Int) -> [Float] {
    let mean = own.mean(count)
    var direction = [Float](repeating: 0, count: count)
    let others = general.mean(count), spread = general.spread(count, around: others)
    for at in 0..<count { direction[at] = general.weights.isEmpty ? 0 : (mean[at] - others[at]) / (spread[at] + 1e-2) }
    func along(_ features: ArraySlice<Float>) -> Float { zip(direction, features).reduce(0) { $0 + $1.0 * $1.1 } }
    let heights = general.weights.indices.map { along(general.features[$0 * count..<($0 + 1) * count]) }.sorted()
    let top = heights.isEmpty ? 0 : heights[heights.count * 97 / 100], peak = along(mean[...])
    // One at the mean of one's own pictures, none below where nearly all others are.
    let scale = peak > top ? 1 / (peak - top) : 0
    let length = (direction.reduce(0) { $0 + $1 * $1 } / Float(count)).squareRoot() * scale
    var random = CounterRandom(seed: 0x7465_6163_68, stream: 1)
    var weights: [Float] = [], biases: [Float] = []
    for _ in 0..<units {
      let tilt = (0..<count).map { _ in random.uniform(-1, 1) * max(length, 0.05) * 0.7 }
      let own = zip(tilt, mean).reduce(0) { $0 + $1.0 * $1.1 }
      weights += zip(direction, tilt).map { $0 * scale + $1 }
      // The tilt turns about the mean of one's own pictures.
      biases.append((scale > 0 ? -top * scale : 0.5) - own)
    }
    return weights + biases
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    var result: Float = 1
    for _ in 0..<exponent { result *= base }
    return result
  }
}

extension HeadTraining.Examples {
  fileprivate func mean(_ count: Int) -> [Float] {
    var mean = [Float](repeating: 0, count: count)
    for (picture, weight) in weights.enumerated() {
      for at in 0..<count { mean[at] += weight * features[picture * count + at] }
    }
    return mean
  }

  fileprivate func spread(_ count: Int, around mean: [Float]) -> [Float] {
    var spread = [Float](repeating: 0, count: count)
    for (picture, weight) in weights.enumerated() {
      for at in 0..<count {
        let distance = features[picture * count + at] - mean[at]
        spread[at] += weight * distance * distance
      }
    }
    return spread
  }

  fileprivate func logits(_ head: Head, _ count: Int) -> [Float] {
    weights.indices.flatMap { head.logits(features[$0 * count..<($0 + 1) * count]) }
  }
}
