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

  /// Results in 16 bits: what they win by the engine, and what they cost; or why they cannot be had.
  struct SixteenBits: Encodable {
    let reason: String?
    let squared_error: Double?
    let points_won: Double?
    let points_won_interval: [Double]?
    let won, lost: Int?
    /// Of one picture as the model is, and how much longer it takes, with its 95 % interval.
    let ms: Double?
    let ms_more: Double?
    let ms_more_interval: [Double]?

    init(_ results: SixteenBitResults) {
      guard case .measured(let own, let time) = results else {
        if case .impossible(let reason) = results { self.reason = reason } else { reason = nil }
        (squared_error, points_won, points_won_interval, won, lost) = (nil, nil, nil, nil, nil)
        (ms, ms_more, ms_more_interval) = (nil, nil, nil)
        return
      }
      reason = nil
      squared_error = own.without.squaredError
      points_won = own.points
      points_won_interval = [own.loss.interval.lowerBound, own.loss.interval.upperBound]
      (won, lost) = (own.loss.lost, own.loss.won)
      ms = time.first * 1000
      ms_more = time.difference * 1000
      ms_more_interval = [time.interval.lowerBound * 1000, time.interval.upperBound * 1000]
    }
  }

  /// What single output channels do to the logits.
  struct Channels: Encodable {
    let images: Int
    /// By channel, the mean squared change of the logits where only this channel is as the second model has it.
    let squared_error: [Double]
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
    /// Of the layers where most is lost; else null.
    let channels_on_logits: Channels?
    let sixteen_bits: SixteenBits?

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
      channels_on_logits = step.channelEffects.map { Channels(images: $0.images, squared_error: $0.squaredError) }
      sixteen_bits = step.sixteenBits.map { SixteenBits($0) }
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
  /// Whether the first model is float; else it is computed in float with its codes, and how far that is from its
  /// engine, as a share of the spread.
  let from_float: Bool
  let first_logit_error: Double
  /// The standard deviation of the first model's logits.
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
    from_float = attribution.isFromFloat
    first_logit_error = attribution.firstLogitError
    spread = attribution.spread
    self.temperature = temperature
    self.function = function
    own_temperature = own == temperature ? nil : own
    loss_at_own_temperature = attribution.lossAtOwnTemperature
    steps = attribution.steps.map { Step($0, of: attribution) }
    evidence = provesSteps ? Evidence(attribution.evidence) : nil
  }
}
