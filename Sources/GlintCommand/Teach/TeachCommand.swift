import ArgumentParser
import Datasets
import Evaluation
import Faces
import Files
import Imaging
import ModelFiles
import Models
import Numerics
import Teaching

/// `glint teach`: pictures of one's own become a better int8 model, or one for other classes.
struct TeachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "teach",
    abstract: "Teach a model your own face, or classes of your own, in about a minute.",
    discussion: """
      Takes pictures in a folder a class, or before a camera: of each of --classes, one after the other, in two \
      rounds, of which the second judges; --keep FOLDER keeps them. Where the classes are the model's (happy, sad, \
      neutral), units beside its last layer learn on these pictures, together with stored features of many other \
      people, so that it stays good for them: seconds. Other classes get a small network of their own, which goes on \
      from the model's features and is trained for the time that there is (--seconds), whole pictures in colour.

      A quarter of the pictures is held out: the answer says how many of them are right, before and after, with \
      intervals, how the model does on people in general, and whether int8 says what float says. A model that is not \
      better is not written, unless --anyway asks for it. 20 pictures a class are the fewest, 60 are better.

      Where no faces are looked for, --region names the part of the camera's picture that is taught, and that 'glint \
      live' then labels.

      'glint live' has the same on its page, with the camera, under Teach. Nothing leaves this machine.

      Examples:
        # anna/happy, anna/neutral, anna/sad
        glint teach --folder anna -o anna.int8.safetensors
        # hands/rock, hands/paper, hands/scissors
        glint teach --folder hands -o hands.int8.safetensors
        # the first camera
        glint teach --classes rock,paper,scissors -o hands.int8.safetensors
        glint teach --camera logitech --classes happy,sad,neutral --keep taught \\
          -o mine.int8.safetensors
        glint teach --classes open,shut --region 40%,20%,30%,60% \\
          -o door.int8.safetensors
        glint teach --folder hands -o hands.int8.safetensors \\
          --float hands.safetensors --json
      """)

  @Argument(help: "The int8 model that is taught (default: the compact network that Glint comes with).")
  var model: String?

  @Option(name: .long, help: "The folder of class folders to learn from, such as 'glint live --keep' fills.")
  var folder: String?

  @OptionGroup var lessons: LessonOptions

  @Option(name: [.short, .long], help: "The int8 model file to write.")
  var output: String

  @Option(name: .customLong("float"), help: "Also write the float weights to this file.")
  var floatOutput: String?

  @Option(name: .long, help: "The float weights of the model (default: beside it, NAME.safetensors).")
  var floatModel: String?

  @Option(name: .long, help: "Stored features of general pictures (default: beside it, NAME.features.safetensors).")
  var features: String?

  @Option(name: .long, help: "Seconds that training a network for classes of your own may take.")
  var seconds = 40.0

  @Flag(name: .long, help: "Write the model also where it is not better.")
  var anyway = false

  @OptionGroup var classes: ClassesOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var split: SplitOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard seconds >= 1 else { throw ValidationError("--seconds takes a number from 1 up.") }
    guard folder != nil || classes.classes != nil else {
      throw ValidationError("Name a folder of pictures with --folder, or what a camera is to be shown with --classes.")
    }
    guard folder == nil || !lessons.areAsked else {
      throw ValidationError("--folder excludes --camera, --rendered, --keep, --pictures, --countdown and --patience.")
    }
  }

  func run() throws {
    StandardOutput.goOn(without: [.reader, .place])
    let path = try model ?? ShippedModels.path(ShippedModels.classifier)
    var plan = OutputPlan()
    plan.read("the model", path)
    plan.read("--folder", folder)
    plan.read("--float-model", floatModel)
    plan.read("--features", features)
    try plan.write("-o", output, .int8Model)
    try plan.write("--float", floatOutput, .floatModel)
    try plan.check(force: force.force)
    let int8 = try faces.trust.loadQuantized(path)
    let setup = try TeachingFiles.setup(
      int8, path: path, float: floatModel, features: features, threads: threads.count, trust: faces.trust)
    Interruption.listen()
    let region = RegionInUse(lessons.region.region ?? folder.flatMap(TeachingSet.region).map { .shares($0) })
    let dataset = try folder.map { try read($0, int8) } ?? collect(int8, region)
    var bar = Progress("Teaching", quiet: quiet.quiet)
    let result = try learn(setup, dataset, region.known) { progress in
      let accuracy = progress.curve.last.map { "\(percent($0, 0)) of held-out pictures" } ?? ""
      bar.update(Int(progress.share * 1000), of: 1000, note: accuracy)
    }
    guard var result else { throw Failure("interrupted. Nothing was written.") }
    result.note(region.known)
    bar.finish(
      result.way == .personalize
        ? "units beside the last layer" : "a network for \(dataset.labels.joined(separator: ", "))")
    try finish(result)
  }

  /// The pictures of a folder, split by content.
  private func read(_ folder: String, _ int8: QuantizedModel) throws -> Dataset {
    try FileArguments.checkFolders([folder], wanting: FileArguments.classFolders)
    let names = try classes.names()?.labels ?? TeachingSet.classNames(in: folder)
    // Classes of one's own may be of anything: faces are looked for where that is asked for.
    let isOfFaces = Teaching.Way(classes: names, of: int8.description) == .personalize
    let dataset = try readDataset(
      [folder], classes: try classes.names(),
      faces: try isOfFaces ? faces.source(for: int8.description) : faces.source(), split: split.shares,
      use: .training, threads: threads.count, quiet: quiet.quiet)
    tell(dataset.account, quiet: quiet.quiet)
    return dataset
  }

  /// Pictures before a camera, split by time.
  private func collect(_ int8: QuantizedModel, _ region: RegionInUse) throws -> Dataset {
    let names = try classes.names()?.labels ?? []
    let isOfFaces = Teaching.Way(classes: names, of: int8.description) == .personalize || faces.faces == true
    let detector = isOfFaces ? try Detectors.open(faces.detector, threads: threads.count, faces.trust.limits) : nil
    if isOfFaces, detector == nil { throw Detectors.missing }
    let set = try lessons.collect(classes: names, int8, detector: detector, region: region, quiet: quiet.quiet)
    if Interruption.isAsked { throw Failure("interrupted. Nothing was written.") }
    return try set.dataset(labels: names)
  }

  private func learn(
    _ setup: TeachingSession.Setup, _ dataset: Dataset, _ region: FrameRegion?, observe: (Teaching.Progress) -> Void
  ) throws -> Teaching.Result? {
    switch Teaching.Way(classes: dataset.labels, of: setup.int8.description) {
    case .personalize:
      try Personalization(setup.int8, float: setup.float, table: setup.table).run(
        dataset.relabelled(setup.int8.description.labels), isCancelled: { Interruption.isAsked }, observe: observe)
    case .newClasses:
      try NewClasses(
        start: setup.float, frames: region == nil ? .centreSquare : .stretch, threads: setup.threads, budget: seconds,
        tool: setup.tool
      ).run(dataset, isCancelled: { Interruption.isAsked }, observe: observe)
    }
  }

  private func finish(_ result: Teaching.Result) throws {
    if json.json { emit(try jsonLine(TeachingLine(result))) } else { result.words.forEach { emitWhole($0) } }
    guard result.isBetter || anyway else { throw Failure("nothing was written; --anyway writes it all the same") }
    try result.int8.write(to: output)
    if let floatOutput {
      guard let float = result.float else { throw Failure("\(floatOutput): the model came without its float weights") }
      try float.write(to: floatOutput)
    }
    if json.json || quiet.quiet { return }
    NextCommand.show(["live", output])
  }
}

/// The line of `glint teach --json`.
private struct TeachingLine: Encodable {
  struct Figures: Encodable {
    let pictures: Int
    let right_before: Int?
    let right: Int
    let low: Double
    let high: Double

    init(_ pair: Teaching.Pair) {
      pictures = pair.count
      right_before = pair.before
      right = pair.after
      low = pair.interval.lowerBound
      high = pair.interval.upperBound
    }
  }

  let way: String
  let better: Bool
  let held_out: Figures
  let general: Figures?
  let same_as_float: Int?
  let seconds: Double
  let notes: [String]

  init(_ result: Teaching.Result) {
    way = result.way == .personalize ? "personalize" : "new classes"
    better = result.isBetter
    held_out = Figures(result.own)
    general = result.general.map(Figures.init)
    same_as_float = result.agreement?.same
    seconds = result.seconds
    notes = result.notes
  }
}
