import Numerics

/// The last layer of a classifier, and units beside the features that were taught.
package struct Head: Sendable {
  /// Units `relu(weight f + bias)` and what each says for every class.
  package struct Units: Sendable {
    /// `[units][count]`.
    package var weight: [Float]
    /// `[units]`.
    package var bias: [Float]
    /// `[logits][units]`.
    package var voices: [Float]
  }

  /// `[logits][count]`.
  package var weight: [Float]
  /// `[logits]`.
  package var bias: [Float]
  /// What was taught.
  package var units: Units?

  package init(weight: [Float], bias: [Float]) { (self.weight, self.bias) = (weight, bias) }

  /// What the units say of a picture's features, `[units]`.
  func answers(_ features: ArraySlice<Float>) -> [Float] {
    guard let units else { return [] }
    return units.bias.indices.map { unit in
      max(0, Self.sum(units.weight[unit * features.count..<(unit + 1) * features.count], features, units.bias[unit]))
    }
  }

  /// The same head with each unit silent for so many in a hundred of some pictures: what it says begins further up.
  /// Above 100, it begins so much above the loudest answer, in percent of it: other people are others again.
  func hushed(_ pictures: HeadTraining.Examples, _ count: Int, _ silence: Double) -> Head {
    guard var units, !pictures.weights.isEmpty else { return self }
    let answers = pictures.weights.indices.map { self.answers(pictures.features[$0 * count..<($0 + 1) * count]) }
    let place = min(answers.count - 1, Int(Double(answers.count) * silence / 100)),
      margin = Float(max(1, silence / 100))
    for unit in units.bias.indices { units.bias[unit] -= answers.map { $0[unit] }.sorted()[place] * margin }
    var result = self
    result.units = units
    return result
  }

  /// The logits of a picture.
  package func logits(_ features: ArraySlice<Float>) -> [Float] {
    let said = answers(features)
    return bias.indices.map { row in
      let plain = Self.sum(weight[row * features.count..<(row + 1) * features.count], features, bias[row])
      guard let units else { return plain }
      return Self.sum(units.voices[row * said.count..<(row + 1) * said.count], said[...], plain)
    }
  }

  private static func sum(_ weights: ArraySlice<Float>, _ values: ArraySlice<Float>, _ start: Float) -> Float {
    var sum = start
    for (weight, value) in zip(weights, values) { sum += weight * value }
    return sum
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

extension [Float] {
  /// The class that logits name: of two by the sign of one, or the largest.
  package var answer: Int { count == 1 ? (self[0] > 0 ? 1 : 0) : indexOfLargest ?? 0 }
}
