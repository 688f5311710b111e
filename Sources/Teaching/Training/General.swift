import Models
import Numerics
import Runtime

/// The stored features of others, as a head learns from them and is judged by them.
struct General {
  private let table: FeatureTable?
  private let quantization: QuantizationParameters
  /// What is learned from.
  let training: HeadTraining.Examples

  var isEmpty: Bool { table == nil }

  /// - Parameter start: the head as it is, whose answers are half of the targets.
  init(_ table: FeatureTable?, _ reader: FeatureReader, _ start: HeadTraining.Head) {
    self.table = table
    quantization = reader.quantization
    var examples = HeadTraining.Examples()
    if let table {
      let pictures = table.pictures(of: .training)
      for picture in pictures {
        let features = Self.features(table, picture, reader.quantization)
        let said = HeadTraining.Head.probabilities(start.logits(features[...]))
        examples.features += features
        for (label, share) in said.enumerated() {
          examples.targets.append(0.5 * share + (label == Int(table.classes[picture]) ? 0.5 : 0))
        }
        examples.weights.append(1 / Float(pictures.count))
      }
    }
    training = examples
  }

  private static func features(
    _ table: FeatureTable, _ picture: Int, _ quantization: QuantizationParameters
  ) -> [Float] {
    table.features[picture * table.count..<(picture + 1) * table.count].map { quantization.dequantize(Int16($0)) }
  }

  /// Points of accuracy that a head loses against another on a part.
  func loses(_ old: HeadTraining.Head, _ new: HeadTraining.Head, _ part: FeatureTable.Part) -> Double {
    pair(part) { features in
      (old.logits(features[...]).answer, new.logits(features[...]).answer)
    }?.lost ?? 0
  }

  /// What two int8 models say of the pictures that judge: of one body, so that the stored codes are what both heads
  /// read, and their sums are theirs exactly.
  func pair(old: QuantizedModel, new: QuantizedModel) -> Teaching.Pair? {
    guard let before = old.parameters.last ?? nil, let after = new.parameters.last ?? nil else { return nil }
    let heads = [before, after].map { HeadTraining.Head($0, inputScale: quantization.scale) }
    return pair(.test) { (heads[0].logits($0[...]).answer, heads[1].logits($0[...]).answer) }
  }

  private func pair(_ part: FeatureTable.Part, _ answers: ([Float]) -> (Int, Int)) -> Teaching.Pair? {
    guard let table else { return nil }
    let pictures = table.pictures(of: part)
    let said = pictures.map { answers(Self.features(table, $0, quantization)) }
    return Teaching.Pair(
      labels: pictures.map { Int(table.classes[$0]) }, before: said.map(\.0), after: said.map(\.1))
  }
}

extension [Float] {
  /// The class that logits name: of two by the sign of one, or the largest.
  package var answer: Int { count == 1 ? (self[0] > 0 ? 1 : 0) : indexOfLargest ?? 0 }
}
