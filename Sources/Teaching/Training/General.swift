import Models
import Numerics

/// The stored features of others, as a head learns from them and is judged by them.
struct General {
  private let table: FeatureTable?
  private let quantization: QuantizationParameters
  /// What is learned from.
  let training: HeadTraining.Examples

  var isEmpty: Bool { table == nil }

  /// - Parameter start: the head as it is, whose answers are the targets.
  init(_ table: FeatureTable?, _ reader: FeatureReader, _ start: Head) {
    self.table = table
    quantization = reader.quantization
    var examples = HeadTraining.Examples()
    if let table {
      let pictures = table.pictures(of: .training)
      for picture in pictures {
        let features = Self.features(table, picture, reader.quantization)
        let said = Head.probabilities(start.logits(features[...]))
        examples.features += features
        examples.targets += said
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

  /// What two heads say of the pictures of a part; nil where none are stored.
  func pair(_ old: Head, _ new: Head, _ part: FeatureTable.Part) -> Teaching.Pair? {
    guard let table else { return nil }
    let pictures = table.pictures(of: part)
    let said = pictures.map { picture in
      let features = Self.features(table, picture, quantization)
      return (old.logits(features[...]).answer, new.logits(features[...]).answer)
    }
    return Teaching.Pair(
      labels: pictures.map { Int(table.classes[$0]) }, before: said.map(\.0), after: said.map(\.1))
  }
}
