import ArgumentParser
import Datasets
import Evaluation
import Files
import Imaging
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
        glint compare m.safetensors q.safetensors --data photos \\
          --report compare.html
        glint compare m.safetensors q.safetensors --data photos \\
          --json > compare.json
        glint compare m.safetensors q8.safetensors old.safetensors --data photos \\
          --report table.html
        glint compare m.safetensors q.safetensors --data photos --gate 0.5 \\
          --summary summary.md --junit results.xml
      """)

  @Argument(help: "The model that is held to be right, usually float.")
  var first: String

  @Argument(help: "The model that is compared with it, usually int8.")
  var second: String

  @Argument(help: "More models, for one table of all; each is held against the first.")
  var others: [String] = []

  @Option(
    name: .long,
    help: "A folder with one folder of images per class; repeated, the folders that a model was trained on together.")
  var data: [String]

  @Option(name: .long, help: "Which pictures: test, what training never saw (the split follows from content), or all.")
  var part: DataPart = .test

  @Option(name: .long, help: "Write an HTML report to this file.")
  var report: String?

  @Option(
    name: .long, help: "The int8 model's calibration record, for the report: what its ranges were chosen from.")
  var record: String?

  @OptionGroup var gate: GateOptions
  @OptionGroup var split: SplitOption
  @OptionGroup var classes: ClassesOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard !others.isEmpty, gate.isAsked || record != nil else { return }
    throw ValidationError("--gate, --summary, --junit, --thumbnails and --record tell of two models, not of several.")
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("a model", [first, second] + others)
    plan.read("the data", data)
    plan.read("--record", record)
    faces.note(in: &plan)
    try plan.write("--report", report, .report)
    try gate.plan(&plan)
    try plan.check(force: force.force)
    let models = try ([first, second] + others).map { try faces.trust.loadClassifier($0) }
    let description = models[0].description
    let calibration = try record.map { try calibrationRecord($0, for: models[0]) }
    let (images, account) = try LabelledImages.read(
      data, classes: try classes.names(for: description), faces: try faces.source(for: description), part: part,
      split: split.shares, for: description,
      threads: threads.count, quiet: isQuiet)
    if others.isEmpty {
      try compare((models[0], models[1]), calibration, images, account)
    } else {
      try compare(models, images, account)
    }
  }

  /// No progress; `--json` has standard output for itself.
  private var isQuiet: Bool { quiet.quiet || json.json }

  private func calibrationRecord(_ path: String, for model: LoadedModel) throws -> CalibrationRecord {
    guard case .float(let float) = model else { throw Failure("--record tells of a float model, and \(first) is int8") }
    try FileArguments.checkRecord(path)
    return try CalibrationRecord.load(path, for: float)
  }

  private func recipe(_ images: [LabelledImage], _ labels: [String], _ account: ReadingAccount) -> [Fact] {
    ComparisonRecipe.facts(
      models: [first, second] + others,
      pictures: "\(part == .all ? "all" : "the test part") of \(data.joined(separator: ", "))", images: images,
      labels: labels, account: account, threads: threads.count)
  }

  private func sayWhereChanceRules(_ evaluation: ModelEvaluation) {
    let words = part == .all ? "labelled" : "test"
    for sentence in Verdicts.sentences(evaluation.metrics.chance, labels: evaluation.labels, part: words) {
      printError("glint: \(sentence)")
    }
  }

  private func compare(
    _ models: (LoadedModel, LoadedModel), _ calibration: CalibrationRecord?, _ images: [LabelledImage],
    _ account: ReadingAccount
  ) throws {
    let description = models.0.description
    var progress = Progress("Comparing", quiet: isQuiet)
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
    func facts(provesSteps: Bool) -> ComparisonFacts {
      ComparisonFacts(
        comparison, verdict, names, suggestions: suggestions,
        attribution: comparison.attribution.map {
          AttributionFacts(
            $0, temperature: description.temperature, own: models.1.description.temperature,
            function: description.graph.outputs[0].function.rawValue, provesSteps: provesSteps)
        }, models: (first, second), data: data, account: account)
    }
    if let report {
      var page = ComparisonPage.report(
        comparison, verdict, models: (first, second), kinds: kinds, data: data, images: images,
        graph: description.graph, suggestions: suggestions, card: models.1.description.card,
        recipe: recipe(images, description.labels, account),
        network: try NetworkPage.report(of: models.1, named: second).graph)
      if case .int8(let int8) = models.1 {
        page.details = try LayerDetails.list(
          comparison, int8, record: calibration, images: images, threads: threads.count)
      }
      page.downloads = [
        Download("comparison.json", kind: "application/json", text: try jsonLine(facts(provesSteps: false)) + "\n")
      ]
      for (name, table) in [
        ("layers.csv", page.layerTable), ("steps.csv", page.attribution?.table),
        ("left-out.csv", page.attribution?.winnings), ("sixteen-bits.csv", page.attribution?.sixteenBits),
        ("channels.csv", page.attribution?.channels),
      ] {
        guard let table, !table.rows.isEmpty else { continue }
        page.downloads.append(Download(name, kind: "text/csv", text: table.csv))
      }
      try page.page.write(to: report)
    }
    if json.json {
      emitWhole(try jsonLine(facts(provesSteps: true)))
    } else {
      if try isSameModel() { emit("Both files hold the same model: whatever is measured, they do not differ.") }
      ComparisonText(
        comparison: comparison, verdict: verdict, suggestions: suggestions, names: names, files: (first, second),
        data: data
      ).show()
      sayWhereChanceRules(comparison.first)
      if let report { emit("\nReport: \(report)") }
      if !quiet.quiet, outcome.failure == nil { NextCommand.show(["live", second]) }
    }
    try gate.write(outcome, images: images, graph: description.graph)
    if let failure = outcome.failure { throw Failure(failure) }
  }

  private func compare(_ models: [LoadedModel], _ images: [LabelledImage], _ account: ReadingAccount) throws {
    var progress = Progress("Comparing", quiet: isQuiet)
    let table = try ModelTable(models, images: images, threads: threads.count) { progress.update($0, of: $1) }
    progress.finish("\(images.count) images, \(models.count) models")
    let several = SeveralModels(table: table, files: [first, second] + others, kinds: models.map(\.kind))
    if let report {
      try several.page(recipe: recipe(images, models[0].description.labels, account)).page.write(to: report)
    }
    if json.json {
      emitWhole(try jsonLine(several.facts))
    } else {
      several.show()
      sayWhereChanceRules(table.rows[0].evaluation)
      if let report { emit("\nReport: \(report)") }
    }
  }

  private func isSameModel() throws -> Bool {
    let files = try (MappedFile(path: first), MappedFile(path: second))
    return withExtendedLifetime(files) { files.0.bytes.elementsEqual(files.1.bytes) }
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
