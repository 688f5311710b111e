import Numerics

extension Attribution.Step {
  /// The sources by what they add, the largest first.
  var sources: [(source: ErrorSource, added: Double)] {
    parts.map { ($0.source, $0.after.squaredError - $0.before.squaredError) }.sorted { $0.1 > $1.1 }
  }

  /// Which sources make up the step, as in `nearly all rounding of activations`.
  fileprivate func sourceWords(isFromFloat: Bool) -> String {
    func words(_ source: ErrorSource) -> String { isFromFloat ? source.words : source.wordsOfDifference }
    let positive = sources.filter { $0.added > 0 }
    let sum = positive.reduce(0) { $0 + $1.added }
    guard let first = positive.first, sum > 0, squaredError >= 0 else { return "cancelling errors before it" }
    if positive.count == 1 || first.added >= 0.9 * sum {
      return (positive.count == 1 ? "all " : "nearly all ") + words(first.source)
    }
    if first.added >= 0.6 * sum { return "mostly \(words(first.source))" }
    return "\(words(first.source)) and \(words(positive[1].source))"
  }
}

extension Attribution.LeftOut {
  /// What it wins, as in `0.4 points (-0.2 to 1.1)`, or `nothing (-0.4 points, -1.1 to 0.2)`.
  public var pointsWords: String {
    let interval = "\(fixed(loss.interval.lowerBound, 1)) to \(fixed(loss.interval.upperBound, 1))"
    return points > 0 ? "\(fixed(points, 1)) points (\(interval))" : "nothing (\(fixed(points, 1)) points, \(interval))"
  }
}

extension Attribution {
  /// What follows from a step, in a sentence.
  public func sentence(_ step: Step) -> String {
    let share = share(step.squaredError)
    let amount =
      share < 0 ? "takes \(percent(-share, 0)) off the logit error" : "\(percent(share, 0)) of the logit error"
    let text = "\(step.name): \(amount), \(step.sourceWords(isFromFloat: isFromFloat))"
    guard share > 0 else { return text + "." }
    let activations = step.sources.filter { !$0.source.isOfWeights }.reduce(0) { $0 + $1.added }
    let isOfResults = 2 * activations > step.squaredError && step.withoutActivations != nil
    // What was tried in 16 bits says it better than what was computed in float.
    if isOfResults, let sixteen = step.sixteenBits, case .measured = sixteen {
      return "\(text): \(words(sixteen, here: "here"))."
    }
    var rest = ""
    if let won = isOfResults ? step.withoutActivations : step.without {
      rest = "; \(leftOutWords(results: isOfResults)), \(words(won))"
    }
    if let sixteen = step.sixteenBits { rest += "; " + words(sixteen, here: "for its results") }
    return text + rest + "."
  }

  private func leftOutWords(results: Bool) -> String {
    switch (results, isFromFloat) {
    case (true, true): "its results in more than 8 bits"
    case (true, false): "its results in the first model's codes"
    case (false, true): "the layer in float"
    case (false, false): "the layer as the first model has it"
    }
  }

  private func words(_ won: LeftOut) -> String {
    "logits would be off by \(percent(logitError(won.without), 2)) of their spread instead of "
      + percent(logitError(won.int8), 2)
      + (won.loss.lost + won.loss.won > 0 ? ", which wins \(won.pointsWords)" : "")
  }

  /// What 16 bits would win and cost, as a clause.
  ///
  /// - Parameter here: for what.
  public func words(_ results: SixteenBitResults, here: String) -> String {
    switch results {
    case .impossible(let reason): return "16 bits \(here) cannot be had: \(reason)"
    case .measured(let won, let time):
      let labels =
        won.loss.lost + won.loss.won > 0 ? "win \(won.pointsWords)" : "win none of \(grouped(images.count)) pictures"
      return "16 bits \(here) would cost \(time.words) and \(labels), logits off by "
        + "\(percent(logitError(won.without), 2)) of their spread instead of \(percent(logitError(won.int8), 2))"
    }
  }

  /// Root mean square of a difference of the logits, as a share of their spread.
  public func logitError(_ error: AnswerError) -> Double {
    error.squaredError.squareRoot() / (spread > 0 ? spread : 1)
  }

  /// What is measured, and on what, in two sentences.
  ///
  /// - Parameter pictures: how many were compared.
  public func explanation(pictures: Int) -> String {
    "Layers become \(isFromFloat ? "int8" : "the second model's") one after the other, in the order of the network: a "
      + "step is what the error grows by, and the steps add up to the whole. What a step is depends on the layers "
      + "before it, and a negative one cancels their errors; what "
      + "\(isFromFloat ? "leaving the layer out of int8" : "a layer as the first model has it") wins stands beside it. "
      + (isFromFloat
        ? ""
        : "The first model is computed in float with its codes, which gives its logits to "
          + "\(percent(firstLogitError, 2)) of their spread. ")
      + (images.count < pictures
        ? "On \(grouped(images.count)) of the \(grouped(pictures)) pictures, spread evenly over all."
        : "On all \(grouped(pictures)) pictures.")
  }

  /// The whole, in a sentence.
  public var summary: String {
    guard int8.squaredError > 0 else {
      return isFromFloat
        ? "int8 gives float's logits to the bit on these pictures."
        : "Both give the same logits to the bit on these pictures."
    }
    let largest = bySize.first.map { "; the largest part arises in \($0.name) (\(percent(share($0.squaredError), 0)))" }
    let whose = isFromFloat ? "int8's logits are off" : "The second model's logits are off from the first's"
    return "\(whose) by \(percent(logitError(int8), 2)) of their spread\(largest ?? "")."
  }
}

extension PairedTime {
  /// What the second takes longer, as in `0.021 ms (2.4 %)`.
  public var words: String {
    guard isMeasurable else { return "nothing measurable" }
    let share = "\(percent(abs(self.share)))"
    return difference < 0
      ? "nothing (it is \(fixed(-difference * 1000, 3)) ms, \(share), faster)"
      : "\(fixed(difference * 1000, 3)) ms (\(share))"
  }
}
