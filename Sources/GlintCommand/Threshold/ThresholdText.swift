import Evaluation
import Models
import Numerics

/// What `glint threshold` prints for people.
struct ThresholdText {
  private let fitted: FittedDecision
  private let before: Decision?
  private let labels: [String]

  init(_ fitted: FittedDecision, before: Decision?, labels: [String]) {
    (self.fitted, self.before, self.labels) = (fitted, before, labels)
  }

  func show(_ output: String) {
    emit("\(output): \(fitted.decision.words(labels: labels))")
    if let before { emit("  was \(before.words(labels: labels))") }
    emit("validation: \(words(fitted.validation))")
    if let tested = fitted.tested { emit("test: \(words(tested))") }
    if let before = fitted.before { emit("  was \(words(before))") }
    if fitted.test.count > 1 {
      for (source, coverage) in fitted.test { emit("  on \(source): \(words(coverage))") }
    }
    emit(
      "\nwhat a wrong label costs, in faces that get none (--cost), and what that gives on "
        + (fitted.tested == nil ? "validation" : "test") + " pictures:")
    choices.show()
  }

  private func words(_ coverage: Coverage) -> String { "\(coverage.words); \(coverage.classWords(labels))" }

  /// By price, the thresholds and what they do.
  private var choices: Table {
    let shown = fitted.decision.shownClasses
    let hidden = labels.indices.filter { !fitted.decision.shownClasses.contains($0) }
    var table = Table(
      ["cost"] + shown.map { "\(labels[$0]) from" } + ["labelled", "right"] + hidden.map { "\(labels[$0]) labelled" },
      text: [])
    func share(_ some: Int, _ all: Int) -> String { all == 0 ? "" : percent(Double(some) / Double(all)) }
    for choice in fitted.choices {
      let coverage = choice.coverage
      table.add(
        [shortest(choice.cost)] + shown.map { fixed(Double(choice.decision.thresholds[$0] ?? 0), 2) }
          + [
            share(coverage.shown.labelled, coverage.shown.pictures),
            share(coverage.shown.right, coverage.shown.labelled),
          ]
          + hidden.map { share(coverage.classes[$0].labelled, coverage.classes[$0].pictures) })
    }
    return table
  }

  private func shortest(_ cost: Double) -> String { cost == cost.rounded() ? "\(Int(cost))" : fixed(cost, 1) }
}

/// The same in the words of `glint threshold --json`.
struct ThresholdLine: Encodable {
  /// By class that may be shown.
  let thresholds: [String: Float]
  /// By class whose probability weighs more or less than 1 against labels.
  let weights: [String: Float]
  /// The thresholds of the model as it was; nil where it always named the likeliest.
  let thresholds_before: [String: Float]?
  let validation: CoverageLine
  let test: CoverageLine?
  let test_before: CoverageLine?
  /// By data folder, where there are several.
  let sources: [String: CoverageLine]?
  let choices: [Choice]

  /// What one price gives.
  struct Choice: Encodable {
    let cost: Double
    let thresholds: [String: Float]
    let decision: CoverageLine
  }

  init(_ fitted: FittedDecision, before: Decision?, labels: [String]) {
    func named(_ decision: Decision) -> [String: Float] {
      Dictionary(uniqueKeysWithValues: decision.shownClasses.map { (labels[$0], decision.thresholds[$0] ?? 0) })
    }
    thresholds = named(fitted.decision)
    let decision = fitted.decision
    weights = Dictionary(
      uniqueKeysWithValues: labels.indices.filter { decision.weights[$0] != 1 }.map {
        (labels[$0], decision.weights[$0])
      })
    thresholds_before = before.map(named)
    validation = CoverageLine(fitted.validation)
    test = fitted.tested.map { CoverageLine($0) }
    test_before = fitted.before.map { CoverageLine($0) }
    sources =
      fitted.test.count > 1
      ? Dictionary(fitted.test.map { ($0.source, CoverageLine($0.coverage)) }) { first, _ in first } : nil
    choices = fitted.choices.map {
      Choice(cost: $0.cost, thresholds: named($0.decision), decision: CoverageLine($0.coverage))
    }
  }
}
