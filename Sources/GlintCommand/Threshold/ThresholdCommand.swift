import ArgumentParser
import Datasets
import Evaluation
import Files
import Imaging
import ModelFiles
import Models
import Training

/// `glint threshold`: from which probability on a model names a class.
struct Threshold: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Choose anew when a model names a class and when it says 'unsure'.",
    discussion: """
      'glint train' seals thresholds into the float model, and 'glint quantize' moves them over to int8. This chooses \
      them anew for either, without training: the model stays as it is, but for how sure it has to be. The thresholds \
      are fitted to the validation part of DATA, by goals or by costs, and judged on its test part. Give the folders \
      and the --split that the model was trained with, so that it saw neither.

      Classes that the model never shows stay so unless --unsure names others. Also printed is what other prices of a \
      wrong label would give, to choose from.

      Examples:
        glint threshold face.safetensors --data photos --unsure neutral \\
          --goals 80/95/60 -o careful.safetensors
        glint threshold face.int8.safetensors --data photos \\
          --labelled happy=90,sad=80 --goals 85/98/90 \\
          -o bolder.int8.safetensors
        glint threshold face.int8.safetensors --data photos --cost 2,sad/neutral=3 \\
          -o mine.int8.safetensors
        glint threshold face.int8.safetensors --data votes --data web \\
          --fit-to votes --cost 3 -o mine.int8.safetensors
      """)

  @Argument(help: "A model that labels pictures, float or int8.")
  var model: String

  @Option(
    name: .long,
    help: "A folder with one folder of images per class; repeated, the folders that a model was trained on together.")
  var data: [String]

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Fit to this one of the folders: to what is most like what the model will see. May be repeated (default: all that \
      hold every class).
      """, valueName: "folder"))
  var fitTo: [String] = []

  @OptionGroup var decision: DecisionOptions

  @Option(name: [.short, .long], help: "The model file to write.")
  var output: String

  @OptionGroup var split: SplitOption
  @OptionGroup var classes: ClassesOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard decision.isGiven else {
      throw ValidationError("--goals, --labelled, --unsure or --cost says what the thresholds are to reach.")
    }
    if let folder = fitTo.first(where: { !data.contains($0) }) {
      throw ValidationError("--fit-to \(folder): is none of the folders of --data.")
    }
  }

  func run() throws {
    var loaded = try faces.trust.loadClassifier(model)
    let description = loaded.description
    var plan = OutputPlan()
    plan.read("the model", model)
    plan.read("the data", data)
    faces.note(in: &plan)
    try plan.write("-o", output, loaded.outputKind)
    try plan.check(force: force.force)
    guard description.labels.count > 1 else { throw Failure("\(model): has one class, which it always names") }
    let request = try decision.request(description.labels, hiding: Self.hidden(description))!
    let isQuiet = quiet.quiet || json.json
    let dataset = try readDataset(
      data, classes: try classes.names(for: description), faces: try faces.source(for: description),
      split: split.shares, for: description, use: .evaluation, threads: threads.count, quiet: isQuiet)
    tell(dataset.account, quiet: isQuiet)
    let fitting = dataset.validation.filter { fitsTo($0, of: dataset) }
    guard !fitting.isEmpty else {
      throw Failure(
        "\((fitTo.isEmpty ? data : fitTo).joined(separator: ", ")): the validation part holds no picture of a folder "
          + "with every class; --split gives it a larger share\(dataset.account.hint)")
    }
    sayMissingClasses(dataset, in: fitting, "to fit to")
    func images(_ pictures: [Dataset.Picture], _ part: String) throws -> [LabelledImage] {
      try LabelledImages.prepared(pictures, for: description, part: part, quiet: isQuiet)
    }
    let validation = try images(fitting, "validation")
    let tested = try images(dataset.test, "test")
    let test = dataset.origins.indices.map { origin in
      (source: dataset.origins[origin], images: zip(dataset.test, tested).filter { $0.0.origin == origin }.map(\.1))
    }
    var progress = Progress("Looking at pictures", quiet: isQuiet)
    let fitted = try FittedDecision(
      loaded, hiding: request.hidden, aim: request.aim, validation: validation, test: test, threads: threads.count
    ) { progress.update($0, of: $1) }
    progress.finish("\(validation.count) to fit to, \(tested.count) to judge by")
    fitted.seal(into: &loaded, fittedTo: "the validation pictures of \(Self.names(fitting, of: dataset))")
    try Refuge.write("The model", to: output) { try loaded.write(to: $0) }
    if json.json {
      emitWhole(try jsonLine(ThresholdLine(fitted, before: description.decision, labels: description.labels)))
    } else {
      ThresholdText(fitted, before: description.decision, labels: description.labels).show(output)
    }
    for sentence in warnings(fitted, request, description.labels) { printError("glint: \(sentence)") }
  }

  /// Whether thresholds are fitted to a picture.
  private func fitsTo(_ picture: Dataset.Picture, of dataset: Dataset) -> Bool {
    dataset.knowsAllClasses(picture) && (fitTo.isEmpty || fitTo.contains(data[picture.origin]))
  }

  /// The folders that pictures are from, by their names in figures.
  private static func names(_ pictures: [Dataset.Picture], of dataset: Dataset) -> String {
    let origins = Set(pictures.map(\.origin))
    return dataset.origins.indices.filter(origins.contains).map { dataset.origins[$0] }.joined(separator: ", ")
  }

  /// The classes that a model never shows.
  private static func hidden(_ description: ModelDescription) -> Set<Int> {
    guard let decision = description.decision else { return [] }
    return Set(description.labels.indices).subtracting(decision.shownClasses)
  }

  private func warnings(_ fitted: FittedDecision, _ request: DecisionRequest, _ labels: [String]) -> [String] {
    guard let goals = request.aim.goals else { return [] }
    return Verdicts.sentences(goals.outcomes(fitted.validation), labels: labels, part: "validation")
      + (fitted.tested.map { Verdicts.sentences(goals.outcomes($0), labels: labels, part: "test") } ?? [])
  }
}
