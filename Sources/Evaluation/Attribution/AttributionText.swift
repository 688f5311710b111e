import Numerics

extension Attribution.Step {
  /// The sources by what they add, the largest first.
  var sources: [(source: ErrorSource, added: Double)] {
    parts.map { ($0.source, $0.after.squaredError - $0.before.squaredError) }.sorted { $0.1 > $1.1 }
  }

  /// Which sources make up the step, as in `nearly all rounding of activations`.
  var sourceWords: String {
    let positive = sources.filter { $0.added > 0 }
    let sum = positive.reduce(0) { $0 + $1.added }
    guard let first = positive.first, sum > 0, squaredError >= 0 else { return "cancelling errors before it" }
    if positive.count == 1 || first.added >= 0.9 * sum {
      return (positive.count == 1 ? "all " : "nearly all ") + first.source.words
    }
    if first.added >= 0.6 * sum { return "mostly \(first.source.words)" }
    return "\(first.source.words) and \(positive[1].source.words)"
  }
}

extension Attribution.LeftOut {
  /// What it wins, as in `0.4 points (-0.2 to 1.1)`.
  public var pointsWords: String {
    "\(fixed(points, 1)) points (\(fixed(loss.interval.lowerBound, 1)) to \(fixed(loss.interval.upperBound, 1)))"
  }
}

extension Attribution {
  /// What follows from a step, in a sentence.
  public func sentence(_ step: Step) -> String {
    let share = share(step.squaredError)
    let amount =
      share < 0 ? "takes \(percent(-share, 0)) off the logit error" : "\(percent(share, 0)) of the logit error"
    var text = "\(step.name): \(amount), \(step.sourceWords)"
    guard share > 0 else { return text + "." }
    let activations = step.sources.filter { !$0.source.isOfWeights }.reduce(0) { $0 + $1.added }
    let isOfResults = 2 * activations > step.squaredError && step.withoutActivations != nil
    guard let won = isOfResults ? step.withoutActivations : step.without else { return text + "." }
    text += isOfResults ? "; its results in more than 8 bits" : "; the layer in float"
    text += ", logits would be off by \(percent(logitError(won.without), 2)) of their spread instead of "
    text += percent(logitError(won.int8), 2)
    return text + (won.loss.lost + won.loss.won > 0 ? ", which wins \(won.pointsWords)." : ".")
  }

  /// Root mean square of a difference of the logits, as a share of their spread.
  public func logitError(_ error: AnswerError) -> Double {
    error.squaredError.squareRoot() / (spread > 0 ? spread : 1)
  }

  /// What is measured, and on what, in two sentences.
  ///
  /// - Parameter pictures: how many were compared.
  public func explanation(pictures: Int) -> String {
    "Layers become int8 one after the other, in the order of the network: a step is what the error grows by, and the "
      + "steps add up to the whole. What a step is depends on the layers before it, and a negative one cancels their "
      + "errors; what leaving the layer out of int8 wins stands beside it. "
      + (images.count < pictures
        ? "On \(grouped(images.count)) of the \(grouped(pictures)) pictures, spread evenly over all."
        : "On all \(grouped(pictures)) pictures.")
  }

  /// The whole, in a sentence.
  public var summary: String {
    guard int8.squaredError > 0 else { return "int8 gives float's logits to the bit on these pictures." }
    let largest = bySize.first.map { "; the largest part arises in \($0.name) (\(percent(share($0.squaredError), 0)))" }
    return "int8's logits are off by \(percent(logitError(int8), 2)) of their spread\(largest ?? "")."
  }
}
