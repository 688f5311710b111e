import Evaluation
import Numerics

/// Where the difference arises, on a terminal.
enum AttributionText {
  private static let mostSteps = 12

  static func show(_ attribution: Attribution, of comparison: Comparison) {
    emit("\n" + attribution.summary)
    let steps = attribution.bySize
    guard !steps.isEmpty, attribution.int8.squaredError > 0 else { return }
    var table = Table([
      "where it arises", "of the logit error", "weights", "activations clipped", "rounded", "loss", "points lost",
      attribution.isFromFloat ? "left out: wins" : "as the first: wins",
    ])
    for step in steps.prefix(mostSteps) {
      func share(_ sources: ErrorSource...) -> String {
        let parts = step.parts.filter { sources.contains($0.source) }
        let sum = parts.reduce(0) { $0 + $1.after.squaredError - $1.before.squaredError }
        return parts.isEmpty ? "" : percent(attribution.share(sum))
      }
      let points = 100 * Double(step.before.right - step.after.right) / Double(attribution.images.count)
      table.add([
        step.name, percent(attribution.share(step.squaredError)), share(.weightClipping, .weightRounding),
        share(.activationClipping), share(.activationRounding),
        step.after.loss.flatMap { after in step.before.loss.map { fixed(after - $0, 4) } } ?? "", fixed(points, 1),
        step.without.map { percent(attribution.share($0.squaredError)) } ?? "",
      ])
    }
    table.show()
    if steps.count > mostSteps {
      let rest = steps.dropFirst(mostSteps).reduce(0) { $0 + $1.squaredError }
      emit("and \(steps.count - mostSteps) more layers with \(percent(attribution.share(rest))) together.")
    }
    emit(attribution.explanation(pictures: comparison.names.count))
    for step in steps.prefix(3) { emit("  " + attribution.sentence(step)) }
  }
}
