import Evaluation
import Numerics

/// Where the difference arises, in the words of `compare --json`.
struct AttributionFacts: Encodable {
  /// How far logits are from float's, and what that does to the answers.
  struct Answers: Encodable {
    let squared_error: Double
    let loss: Double?
    let right, same: Int

    init(_ error: AnswerError) {
      (squared_error, loss, right, same) = (error.squaredError, error.loss, error.right, error.same)
    }
  }

  /// What one source of error of a layer adds.
  struct Part: Encodable {
    let source: String
    /// As they are after it; what it adds is the difference from the part before.
    let after: Answers
    /// What it adds to the squared error, to the loss, and takes off the points of accuracy.
    let squared_error: Double
    let loss: Double?
    let points_lost: Double

    init(_ part: Attribution.Part, images: Int) {
      source = part.source.rawValue
      after = Answers(part.after)
      squared_error = part.after.squaredError - part.before.squaredError
      loss = part.after.loss.flatMap { after in part.before.loss.map { after - $0 } }
      points_lost = 100 * Double(part.before.right - part.after.right) / Double(max(1, images))
    }
  }

  /// What leaving something out of int8 does.
  struct LeftOut: Encodable {
    let squared_error: Double
    let loss: Double?
    let points_won: Double
    let points_won_interval: [Double]
    let won, lost: Int

    init(_ own: Attribution.LeftOut) {
      squared_error = own.without.squaredError
      loss = own.without.loss
      points_won = own.points
      points_won_interval = [own.loss.interval.lowerBound, own.loss.interval.upperBound]
      (won, lost) = (own.loss.lost, own.loss.won)
    }
  }

  /// One layer's step.
  struct Step: Encodable {
    let name: String
    let share: Double
    let sentence: String
    let squared_error: Double
    let parts: [Part]
    /// The layer in float, and only its results; null for layers that only move bytes.
    let without, without_activations: LeftOut?
    /// By output channel: each source's sum of squares, and the float results'.
    let channels: [String: [Double]]?

    init(_ step: Attribution.Step, of whole: Attribution) {
      name = step.name
      share = whole.share(step.squaredError)
      sentence = whole.sentence(step)
      squared_error = step.squaredError
      parts = step.parts.map { Part($0, images: whole.images.count) }
      without = step.without.map { LeftOut($0) }
      without_activations = step.withoutActivations.map { LeftOut($0) }
      channels = step.channels.map { own in
        var sums = ["signal": own.signal]
        for (source, noise) in own.noise { sums[source.rawValue] = noise }
        return sums
      }
    }
  }

  /// The logits that the three largest steps are made of.
  struct Evidence: Encodable {
    struct Step: Encodable {
      struct Part: Encodable {
        let source: String
        let after: [[Float]]
      }
      let name: String
      let before: [[Float]]
      let parts: [Part]
    }
    let float: [[Float]]
    let steps: [Step]

    init(_ evidence: Attribution.Evidence) {
      float = evidence.float
      steps = evidence.steps.map { step in
        Step(
          name: step.name, before: step.before,
          parts: step.parts.map { Step.Part(source: $0.source.rawValue, after: $0.after) })
      }
    }
  }

  let summary: String
  /// Places of the pictures in `answers`.
  let images: [Int]
  let float, int8: Answers
  /// The standard deviation of the float logits.
  let spread: Double
  /// What logits are divided by before they become probabilities, and the function; the int8 model's own temperature
  /// and its loss at it where that is another.
  let temperature: Float
  let function: String
  let own_temperature: Float?
  let loss_at_own_temperature: Double?
  let steps: [Step]
  let evidence: Evidence?

  /// - Parameters:
  ///   - temperature: the float model's.
  ///   - own: the int8 model's.
  ///   - provesSteps: whether the logits of the largest steps are told.
  init(
    _ attribution: Attribution, temperature: Float, own: Float, function: String, provesSteps: Bool
  ) {
    summary = attribution.summary
    images = attribution.images
    float = Answers(attribution.float)
    int8 = Answers(attribution.int8)
    spread = attribution.spread
    self.temperature = temperature
    self.function = function
    own_temperature = own == temperature ? nil : own
    loss_at_own_temperature = attribution.lossAtOwnTemperature
    steps = attribution.steps.map { Step($0, of: attribution) }
    evidence = provesSteps ? Evidence(attribution.evidence) : nil
  }
}
