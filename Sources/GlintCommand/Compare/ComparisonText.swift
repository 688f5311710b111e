import Evaluation
import FoundationEssentials
import Models
import Numerics

/// A comparison of two models, on a terminal.
struct ComparisonText {
  let comparison: Comparison
  let verdict: ComparisonVerdict
  let suggestions: [String]
  /// What to call the two.
  let names: (first: String, second: String)
  /// Their files.
  let files: (first: String, second: String)
  /// The folders of the pictures.
  let data: [String]

  func show() {
    emit(verdict.sentence(names) + "\n")
    var table = Table(["", "accuracy", "95 % interval", "AUC", "calibration error", "ms an image"])
    for (path, evaluation) in [(files.first, comparison.first), (files.second, comparison.second)] {
      let facts = ComparisonFacts.Side(evaluation, path: path)
      table.add([
        URL(fileURLWithPath: path).lastPathComponent, percent(facts.accuracy),
        "\(percent(facts.accuracy_interval[0])) to \(percent(facts.accuracy_interval[1]))",
        facts.auc.map { fixed($0, 4) } ?? "", fixed(facts.ece, 3),
        fixed(evaluation.seconds * 1000 / Double(max(1, comparison.names.count)), 2),
      ])
    }
    table.show()
    let agreement = verdict.agreement
    emit(
      """
      \nSame label on \(percent(comparison.agreement, 2)) of \(grouped(comparison.names.count)) pictures \
      (\(percent(agreement.lowerBound, 2)) to \(percent(agreement.upperBound, 2)), 95 % interval).
      \(verdict.mcNemarSentence(names))
      """
    )
    showConfusion()
    for (title, groups) in comparison.groups(data) where groups.count > 1 { showGroups(title, groups) }
    showLayers()
    showFlipped()
  }

  private func showConfusion() {
    let labels = comparison.first.labels
    emit("")
    var table = Table(["truth \\ answer"] + labels.map { "\(names.0): \($0)" } + labels.map { "\(names.1): \($0)" })
    let (one, two) = (comparison.first.metrics.confusion, comparison.second.metrics.confusion)
    for (index, label) in labels.enumerated() { table.add([label] + (one[index] + two[index]).map(String.init)) }
    table.show()
    for (name, evaluation) in [(names.0, comparison.first), (names.1, comparison.second)] {
      guard let decision = evaluation.decision, let coverage = evaluation.coverage else { continue }
      emit("\n\(name): \(decision.words(labels: labels)):\n  \(coverage.words)")
    }
  }

  private func showGroups(_ title: String, _ groups: [ComparisonGroup]) {
    emit("")
    var table = Table([title, "pictures", "right: \(names.0)", "right: \(names.1)", "points lost", "same label"])
    for group in groups {
      let pictures = Double(group.pictures), interval = group.loss.interval
      table.add([
        group.name, grouped(group.pictures), percent(Double(group.firstRight) / pictures),
        percent(Double(group.secondRight) / pictures),
        "\(fixed(group.loss.points)) (\(fixed(interval.lowerBound)) to \(fixed(interval.upperBound)))",
        percent(Double(group.same) / pictures),
      ])
    }
    table.show()
  }

  private func showLayers() {
    if let reason = comparison.attributionObstacle, !comparison.isIdentical {
      emit("\nWhere it is lost cannot be told: \(reason).")
    }
    guard !comparison.layers.isEmpty else { return }
    emit("")
    var table = Table(["layer", "SQNR dB", "cosine", "clipped", "levels used", "alone: same answer", "logits off by"])
    for layer in comparison.layers {
      let own = layer.statistics
      table.add([
        layer.name, own.sqnr.isFinite ? fixed(own.sqnr) : "exact", fixed(own.cosine, 5), percent(own.clipped, 3),
        own.usedLevels.map { percent($0, 0) } ?? "", layer.alone.map { percent($0.agreement, 2) } ?? "",
        layer.alone.map { percent($0.logitError, 2) } ?? "",
      ])
    }
    table.show()
    let alone = comparison.layers.compactMap(\.alone?.loss.images).max()
    emit(
      "On \(comparison.layerImages) of the pictures"
        + (alone.map { ", each layer alone in int8 on \($0)" } ?? "") + "; both spread evenly over all.")
    if comparison.isEqualized {
      emit("Layers are held against the float network after equalization, as int8 was made.")
    }
    if let attribution = comparison.attribution { AttributionText.show(attribution, of: comparison) }
    guard !suggestions.isEmpty else { return }
    emit("\nSuggestions:")
    for suggestion in suggestions { emit("  \(suggestion)") }
  }

  private func showFlipped() {
    let flipped = comparison.flipped
    guard !flipped.isEmpty else { return }
    emit("\nChanged sides, largest change first:")
    for index in flipped.prefix(10) {
      let label = comparison.first.labels[comparison.first.truth[index]]
      let said = (comparison.first.answer(index), comparison.second.answer(index))
      emit("  \(comparison.names[index]) (\(label)): \(said.0) by \(names.0), \(said.1) by \(names.1)")
    }
    if flipped.count > 10 { emit("  and \(flipped.count - 10) more (see --json or --report)") }
  }
}
