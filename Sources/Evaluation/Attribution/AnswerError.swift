import Models
import Numerics

/// How far logits of labelled pictures are from the float model's, and what that does to the answers.
public struct AnswerError: Hashable, Sendable {
  /// Mean over pictures and logits of the squared difference from float.
  public var squaredError: Double
  /// Mean over pictures of -log of the probability of the true class; nil where outputs are no probabilities.
  public var loss: Double?
  /// Pictures labelled rightly.
  public var right: Int
  /// Pictures labelled as by float.
  public var same: Int
}

extension AnswerError {
  /// - Parameters:
  ///   - logits: by picture.
  ///   - reference: those of the float model.
  ///   - truth: the class of each picture.
  ///   - description: what makes answers of logits.
  init(_ logits: [[Float]], reference: [[Float]], truth: [Int], by description: ModelDescription) {
    var (squares, count, loss) = (0.0, 0, 0.0)
    (right, same) = (0, 0)
    for (index, own) in logits.enumerated() {
      for (logit, float) in zip(own, reference[index]) {
        let difference = Double(logit) - Double(float)
        squares += difference * difference
      }
      count += own.count
      loss += Self.loss(own, truth[index], description) ?? 0
      let answer = description.likeliest(own)
      if answer == truth[index] { right += 1 }
      if answer == description.likeliest(reference[index]) { same += 1 }
    }
    squaredError = squares / Double(max(1, count))
    self.loss = description.graph.outputs[0].function == .identity ? nil : loss / Double(max(1, logits.count))
  }

  /// -log of the true class's probability, from logits, since probabilities may round to 0.
  private static func loss(_ logits: [Float], _ label: Int, _ description: ModelDescription) -> Double? {
    let scaled = logits.map { Double($0) / Double(description.temperature) }
    switch description.graph.outputs[0].function {
    case .identity: return nil
    case .softmax: return logOfSum(scaled) - scaled[label]
    case .sigmoid:
      let logit = scaled.count == 1 ? (label == 1 ? scaled[0] : -scaled[0]) : scaled[label]
      return logOfSum([0, -logit])
    }
  }

  /// log sum e^x, for any size of x.
  private static func logOfSum(_ values: [Double]) -> Double {
    let largest = values.max() ?? 0
    return largest + Elementary.log(values.reduce(0) { $0 + Elementary.exp($1 - largest) })
  }
}

extension ModelDescription {
  /// The class with the largest probability, the first of equals.
  func likeliest(_ logits: [Float]) -> Int { probabilities(logits: logits).indexOfLargest ?? 0 }
}
