import ArgumentParser
import Evaluation
import Files
import Foundation
import ModelFiles
import Models
import Numerics
import Quantization
import Reports

/// `glint compare`: a float model and its int8 version on the same labelled images.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare the accuracy of a float and an int8 model on labelled images.",
    discussion: """
      DATA is a folder with one folder of images per class, named as the model's labels. Only its test part is used, \
      the pictures that 'glint train' keeps apart, unless --part all asks for every one.

      Examples:
        glint compare m.safetensors q.safetensors --data photos
        glint compare m.safetensors q.safetensors --data photos --report compare.html
        glint compare m.safetensors q.safetensors --data photos --json > compare.json
        glint compare m.safetensors q.safetensors --data photos --gate 0.5 --summary summary.md --junit results.xml
      """)

  @Argument(help: "The model that is held to be right, usually float.")
  var first: String

  @Argument(help: "The model that is compared with it, usually int8.")
  var second: String

  @Option(
    name: .long,
    help: "A folder with one folder of images per class; repeated, the folders that a model was trained on together.")
  var data: [String]

  @Option(name: .long, help: "Which pictures: test, what training never saw (the split follows from content), or all.")
  var part: DataPart = .test

  @Option(name: .long, help: "Write an HTML report to this file.")
  var report: String?

  @OptionGroup var gate: GateOptions
  @OptionGroup var split: SplitOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    var plan = OutputPlan()
    plan.read("a model", [first, second])
    plan.read("the data", data)
    faces.note(in: &plan)
    try plan.write("--report", report, .report)
    try gate.plan(&plan)
    try plan.check(force: force.force)
    let models = try (faces.trust.loadClassifier(first), faces.trust.loadClassifier(second))
    let description = models.0.description
    let (images, account) = try LabelledImages.read(
      data, faces: try faces.source(for: description), part: part, split: split.shares, for: description,
      threads: threads.count, quiet: quiet.quiet || json.json)
    var progress = Progress("Comparing", quiet: quiet.quiet || json.json)
    let comparison = try Comparison(
      models.0, models.1, images: images, threads: threads.count,
      equalized: models.0.equalizedVersion(of: models.1)
    ) { progress.update($0, of: $1) }
    progress.finish("\(images.count) images")
    let suggestions = Suggestions.list(comparison, of: models.1)
    let kinds = (models.0.kind, models.1.kind)
    let names = kinds.0 == kinds.1 ? ("first", "second") : kinds
    let verdict = comparison.verdict(margin: gate.margin)
    let outcome = GateOutcome(
      comparison: comparison, verdict: verdict, names: names, files: (first, second), gate: gate.gate)
    if let report {
      let page = ComparisonPage.report(
        comparison, verdict, models: (first, second), kinds: kinds, data: data, images: images,
        graph: description.graph,
        suggestions: suggestions,
        card: models.1.description.card,
        pictures: "\(part == .all ? "all" : "the test part") of \(data.joined(separator: ", "))",
        network: try NetworkPage.report(of: models.1, named: second).graph)
      try page.page.write(to: report)
    }
    if json.json {
      emit(
        try jsonLine(
          ComparisonFacts(
            comparison, verdict, names, suggestions: suggestions,
            attribution: comparison.attribution.map {
              AttributionFacts(
                $0, temperature: description.temperature, own: models.1.description.temperature,
                function: description.graph.outputs[0].function.rawValue)
            }, models: (first, second), data: data, account: account)))
    } else {
      if try isSameModel() { emit("Both files hold the same model: whatever is measured, they do not differ.") }
      show(comparison, verdict, suggestions, names)
      for sentence in Verdicts.sentences(
        comparison.first.metrics.chance, labels: comparison.first.labels, part: part == .all ? "labelled" : "test")
      {
        printError("glint: \(sentence)")
      }
      if let report { emit("\nReport: \(report)") }
      if !quiet.quiet, outcome.failure == nil { NextCommand.show(["live", second]) }
    }
    try gate.write(outcome)
    if let failure = outcome.failure { throw Failure(failure) }
  }

  private func isSameModel() throws -> Bool {
    let files = try (MappedFile(path: first), MappedFile(path: second))
    return withExtendedLifetime(files) { files.0.bytes.elementsEqual(files.1.bytes) }
  }

  /// - Parameter names: what to call the two.
  private func show(
    _ comparison: Comparison, _ verdict: ComparisonVerdict, _ suggestions: [String], _ names: (String, String)
  ) {
    emit(verdict.sentence(names) + "\n")
    var table = Table(["", "accuracy", "95 % interval", "AUC", "calibration error", "ms an image"])
    for (path, evaluation) in [(first, comparison.first), (second, comparison.second)] {
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
    showConfusion(comparison, names)
    for (title, groups) in comparison.groups(data) where groups.count > 1 { showGroups(title, groups, names) }
    showLayers(comparison, suggestions)
    showFlipped(comparison, names)
  }

  private func showConfusion(_ comparison: Comparison, _ names: (String, String)) {
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

  private func showGroups(_ title: String, _ groups: [ComparisonGroup], _ names: (String, String)) {
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

  private func showLayers(_ comparison: Comparison, _ suggestions: [String]) {
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

  private func showFlipped(_ comparison: Comparison, _ names: (String, String)) {
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

extension LoadedModel {
  /// `float` or `int8`.
  var kind: String {
    switch self {
    case .float: "float"
    case .int8: "int8"
    }
  }
}

extension Comparison {
  /// All groups, with what they are by.
  func groups(_ folders: [String]) -> [(title: String, groups: [ComparisonGroup])] {
    [("class", byClass), ("source", bySource(folders)), ("confidence", byConfidence)]
  }
}
