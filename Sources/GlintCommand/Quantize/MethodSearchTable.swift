import Datasets
import Evaluation
import Models
import Numerics
import Quantization

/// The methods that were tried, as a table.
enum MethodSearchTable {
  static func show(_ result: MethodSearch.Result, isLabelled: Bool) {
    emit("")
    var table = Table(
      ["method", isLabelled ? "points lost" : "% changed", "95 % interval", "same answer", "logits off by", ""],
      text: [0, 5])
    for (index, trial) in result.trials.enumerated() {
      let (outcome, interval) = (trial.outcome, trial.outcome.loss.interval)
      table.add([
        trial.method.description, fixed(outcome.loss.points, 2),
        "\(fixed(interval.lowerBound, 2)) to \(fixed(interval.upperBound, 2))", percent(outcome.agreement, 2),
        percent(outcome.relativeError, 2), index == result.winner ? "chosen" : "",
      ])
    }
    table.show()
    show(result.sixteenBitTrials)
    emit("\nChosen: \(result.trials[result.winner].method): \(result.reason).\n")
  }

  /// What each layer alone would win and cost in 16 bits, the best first.
  private static func show(_ trials: [SixteenBitTrial]) {
    guard !trials.isEmpty else { return }
    emit("\nOne layer alone in 16 bits:")
    var table = Table(["layer", "logits off by", "costs"], text: [0])
    for trial in trials.sorted(by: { $0.relativeError < $1.relativeError }) {
      let cost = trial.microseconds < 0.5 ? "nothing measurable" : "\(fixed(trial.microseconds / 1000, 3)) ms"
      table.add([trial.name, percent(trial.relativeError, 2), cost])
    }
    table.show()
  }
}

/// The promise of `--require`.
enum Contract {
  /// - Throws: `Failure` that names the photos which changed sides, where more is lost than allowed.
  static func check(_ result: MethodSearch.Result, _ evaluator: MethodEvaluator, require: Double?) throws {
    let trial = result.trials[result.winner]
    let loss = trial.outcome.loss
    guard let require, loss.points > require else { return }
    let labels = result.model.description.labels
    let names = trial.outcome.flipped.map { index -> String in
      let (float, int8) = (evaluator.probabilities[index], trial.outcome.probabilities[index])
      let image = evaluator.images[index]
      return
        "\n  \(image.name) (\(labels[image.label])): \(said(float, labels)) by float, \(said(int8, labels)) by int8"
    }
    throw Failure(
      """
      int8 loses \(fixed(loss.points, 2)) points on \(loss.images) validation images, more than the \
      \(fixed(require, 2)) allowed; nothing was written. The best method was \(trial.method). Photos that changed \
      sides:
      """
        + names.prefix(50).joined() + (names.count > 50 ? "\n  and \(names.count - 50) more" : ""))
  }

  private static func said(_ probabilities: [Float], _ labels: [String]) -> String {
    let best = probabilities.indices.max { (probabilities[$0], $1) < (probabilities[$1], $0) } ?? 0
    return "\(labels[best]) \(percent(Double(probabilities[best])))"
  }
}
