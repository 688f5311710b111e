import ArgumentParser
import Datasets
import Evaluation
import Files
import ModelFiles
import Models
import Numerics
import Reports
import Training

/// `glint train`: a folder of class folders becomes a float model.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on a folder of class folders.",
    discussion: """
      DATA holds one folder of JPEG or PNG files for each class, or folders train, val and test that do. Without \
      these, each picture's part follows from the SHA-256 of its file, and near-copies stay in one part. Files that do \
      not decode are named and passed over. The weights kept are those with the lowest validation loss. Several \
      folders may be given, and figures are then also told by folder. The first has all classes; others may have some \
      of them, and then teach the network to tell these apart and nothing else. --classes says which classes there \
      are, and what else folders call them.

      Where several people said what they see, an index.csv in the data folder holds their votes: a line for each \
      picture, with its file and in a column for each class how many called it so. The network then learns these \
      shares.

      A model can be made to say that it is unsure: --unsure names classes that are never shown, such as neutral \
      faces, and --goals says how many of the others shall still get a label, and how often it shall be right.

      Whole photos are cropped to faces by the face detector with --faces: each to its main face, the largest of the \
      sure ones, and pictures in which none is found are left out and named. Or by a table of boxes: --boxes FILE, or \
      an index.csv in the data folder. It has a line for each picture, with its file and the face's x, y, w, h in \
      pixels. Pictures without a box are taken whole, as is right for pictures that are faces already, so that both \
      kinds can be mixed. The margin is sealed into the model: 'glint live' and the other commands crop likewise.

      Ctrl-C keeps what was learned; --resume goes on from there, to the same weights as without the break. The same \
      seed, data and version give the same weights with any number of threads.

      Examples:
        glint train photos -o m.safetensors
        glint train photos -o m.safetensors --network compact --epochs 40 \\
          --augmentation standard --patience 0 --schedule cosine
        # a layer a line: conv 16, relu, maxpool 2, ...
        glint train photos -o m.safetensors --network own.txt
        glint train photos -o m.safetensors --faces
        glint train photos facecrops -o m.safetensors --faces-in photos
        glint train photos crops -o m.safetensors --boxes faces.csv --margin 10
        glint train three two -o m.safetensors --unsure neutral --goals 80/95/60
        glint train photos -o m.safetensors --unsure neutral=90,fear=92 \\
          --labelled happy=90,sad=80 --goals 85/98/90
        glint train photos -o m.safetensors --unsure fear --cost 2,sad/neutral=3
        glint train votes photos -o m.safetensors \\
          --classes happy=happiness,sad=sadness,neutral,fear
        glint train votes web -o m.safetensors --balance-sources --leave-out web
        glint train photos -o m.safetensors --teacher big.safetensors
        glint train mine -o m.safetensors --from f.safetensors --learning-rate 2e-4
        glint train mine -o m.safetensors --from f.safetensors --freeze all
        glint train photos --augmentation webcam --show-augmentation sheet.jpg
        glint train photos -o m.safetensors --resume
        # tensorboard --logdir runs
        glint train photos -o m.safetensors --events runs/first
        glint train photos -o m.safetensors --report training.html
        glint train photos -o m.safetensors --json > epochs.jsonl
      """)

  @Argument(help: "The folder of class folders, or several, the first with all classes.")
  var data: [String]

  @Option(name: [.short, .long], help: "The model file to write.")
  var output: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The network: happy-sad, the reference, compact, a small residual one, or a file that describes one (default: \
      happy-sad).
      """))
  var network: String?

  @OptionGroup var start: StartOption

  @Option(
    name: .long,
    help: "Rows and columns of the network's input (default: 256 for happy-sad, 64 for compact, as a file says).")
  var size: Int?

  @Option(
    name: .long,
    help: "What the network reads: rgb or grey (default: rgb for happy-sad, grey for compact, as a file says).")
  var colour: Preprocessing.Colour?

  @OptionGroup var classes: ClassesOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Neither train on a folder nor validate on it, but test: how the model does on a source that it never saw. May be \
      repeated.
      """, valueName: "folder"))
  var leaveOut: [String] = []

  @OptionGroup var faces: FaceSourceOption

  @Option(
    name: .long,
    help: """
      Crop to faces with this margin, in percent of the box (default: 10 where there are boxes, or the model's that is \
      trained on). Given without boxes it says that the pictures are faces already, and that live use shall crop so.
      """)
  var margin: Int?

  @OptionGroup var training: RecipeOptions

  @OptionGroup var teacher: TeacherOption

  @OptionGroup var decision: DecisionOptions

  @Option(name: .long, help: "Only draw a page of pictures as training would see them, to this file, and end.")
  var showAugmentation: String?

  @Option(
    name: .long,
    help: "Only write the first weights and all pictures as the network sees them to this file, and end.")
  var prepare: String?

  @Option(name: .long, help: "Memory for decoded pictures, in MB.")
  var cache = 1024

  @Flag(name: .long, help: "Go on from the checkpoint beside the output.")
  var resume = false

  @Option(name: .long, help: "Write an HTML report to this file.")
  var report: String?

  @Option(name: .long, help: "Write figures of every batch and epoch to event files in this folder, for TensorBoard.")
  var events: String?

  @OptionGroup var split: SplitOption
  @OptionGroup var checkpoints: CheckpointIntervalOption

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard output != nil || showAugmentation != nil || prepare != nil else {
      throw ValidationError("-o names the model file to write.")
    }
    guard start.model == nil || (network == nil && size == nil && colour == nil) else {
      throw ValidationError("--from brings network, size and colour: leave out --network, --size and --colour.")
    }
    guard (22...1024).contains(size ?? 64) else { throw ValidationError("--size takes a number from 22 to 1024.") }
    guard (0...200).contains(margin ?? 0) else { throw ValidationError("--margin takes a number from 0 to 200.") }
    guard (0...1_000_000).contains(cache) else { throw ValidationError("--cache takes a number from 0 to 1000000.") }
  }

  /// Where the model goes; `validate` has seen to it that there is one wherever this is asked.
  var modelPath: String { output ?? "" }

  var checkpointPath: String { modelPath + ".checkpoint" }

  func run() throws {
    // A model is worth more than the words about it.
    StandardOutput.goOn(without: [.reader, .place])
    try checkFiles()
    let network = try start.weights().map(NetworkChoice.trained) ?? NetworkChoice(self.network ?? "happy-sad")
    // Before the pictures are read, which takes long where there are many.
    var teachers = showAugmentation == nil ? try teacher.open() : nil
    var dataset = try readDataset(
      data, classes: try classes.names(), faces: try source(network), split: split.shares, use: .training,
      threads: threads.count, quiet: quiet.quiet)
    for source in leaveOut { try dataset.leaveOut(source) }
    tell(dataset.account, quiet: quiet.quiet)
    let decision = try self.decision.request(dataset.labels)
    let hasFaces = margin != nil || faces.areSought || !dataset.boxTables.isEmpty
    let preprocessing = network.preprocessing(
      size: size, colour: colour, margin: hasFaces ? margin ?? network.defaultMargin : nil)
    let photos =
      preprocessing.cropsToFaces || faces.faces == false ? nil : WholePhotos(dataset, rule: preprocessing)
    if let photos, photos.areMost { printError("glint: \(photos.sentence)") }
    if let showAugmentation {
      try AugmentationSheet(dataset, preprocessing: preprocessing, recipe: training.recipe).write(to: showAugmentation)
      emit("\(showAugmentation): pictures of the training part, each at the left as it is, beside it as changed")
      return
    }
    let architecture = try network.architecture(
      input: [preprocessing.height, preprocessing.width, preprocessing.colour.channels],
      logits: dataset.labels.count == 2 ? 1 : dataset.labels.count)
    // Another trainer cannot ask teachers, and gets what they say of the pictures as they are.
    if let opened = teachers, prepare != nil || !opened.canRead(preprocessing) {
      try teacher.look(opened, at: &dataset, threads: threads.count, quiet: quiet.quiet)
      teachers = nil
    }
    let loop = try TrainingLoop(
      architecture, dataset: dataset, preprocessing: preprocessing, recipe: training.recipe, threads: threads.count,
      cacheBytes: cache << 20, start: network.start, teachers: teachers)
    if let prepare {
      var progress = Progress("Preparing", quiet: quiet.quiet)
      try loop.prepared(tool: GlintVersion.tool) { progress.update($0, of: $1) }.write(to: prepare)
      return progress.finish("\(prepare) holds the pictures: for tools/train-distributed, not for others to see")
    }
    let hadOutput = FileSystem.exists(modelPath)
    Interruption.listen()
    let log = try events.map { try EventLog(folder: $0) }
    let ending = try train(loop, log)
    let finish = { try self.finish(loop, ending, log, decision, photos) }
    switch ending {
    case .completed, .earlyStopped:
      try finish()
      try? FileSystem.remove(checkpointPath)
    case .cancelled(let checkpoint):
      let model = try interrupted(loop, checkpoint, hadOutput, finish)
      throw Failure(
        "interrupted after \(loop.history.count) epochs. \(checkpoint.words(place: checkpointPath))\(model)")
    case .diverged(let step, let layer):
      let kept: String
      if loop.bestEpoch == 0 {
        kept = "Nothing was learned before that."
      } else if hadOutput {
        kept = "\(modelPath) is left as it was."
      } else {
        try finish()
        kept = "The weights of epoch \(loop.bestEpoch) are kept in \(modelPath)."
      }
      throw Failure("\(TrainingError.diverged(step: step, layer: layer)) \(kept)")
    }
  }

  private func train(_ loop: TrainingLoop, _ log: EventLog?) throws -> TrainingEnding {
    var bar = Progress("Epoch 1 of \(training.epochs)", quiet: quiet.quiet)
    let once = Once()
    let checkpoints = CheckpointOptions(
      path: checkpointPath, interval: checkpoints.seconds, refuge: Refuge.path(for: checkpointPath), resumes: resume
    ) {
      let problem = $0
      once.run { printError("glint: training goes on without a checkpoint: \(problem)") }
    }
    return try loop.run(checkpoints: checkpoints, isCancelled: { Interruption.isAsked }) { event in
      log?.add(event)
      switch event {
      case .batch(_, let done, let all, let loss): bar.update(done, of: all, note: "loss \(fixed(loss, 4))")
      case .epoch(let record, let isBest):
        if json.json, let line = try? jsonLine(EpochLine(record)) { emitWhole(line) }
        bar.finish(
          "loss \(fixed(record.loss, 4)), accuracy \(percent(record.accuracy)), validation "
            + "\(fixed(record.validationLoss, 4)), \(percent(record.validationAccuracy))\(isBest ? " *" : ""), "
            + "\(fixed(record.imagesPerSecond, 0)) images/s")
        bar = Progress("Epoch \(record.epoch + 1) of \(training.epochs)", quiet: quiet.quiet)
      }
    }
  }

  private func finish(
    _ loop: TrainingLoop, _ ending: TrainingEnding, _ log: EventLog?, _ decision: DecisionRequest?,
    _ photos: WholePhotos?
  ) throws {
    let evaluation = try TrainedEvaluation(loop, decision: decision)
    log?.add(evaluation, epoch: loop.history.count)
    let model = try evaluation.model(loop, tool: GlintVersion.tool)
    let isWhole = ending == .completed || ending == .earlyStopped
    try Refuge.write("What was learned", to: modelPath, insteadOf: isWhole ? checkpointPath : nil) {
      try model.write(to: $0)
    }
    if let report {
      let command = "glint " + CommandLine.arguments.dropFirst().joined(separator: " ")
      try TrainingPage.report(loop, evaluation, model, path: modelPath, command: command).page.write(to: report)
    }
    let warnings = evaluation.warnings(goals: decision?.aim.goals)
    if json.json {
      warnings.forEach { printError("glint: \($0)") }
      emit(
        try jsonLine(
          FinalLine(
            weights_sha256: model.weightsSHA256, best_epoch: loop.bestEpoch, epochs: loop.history.count,
            temperature: evaluation.temperature, validation: evaluation.validation.line, test: evaluation.test?.line,
            reading: ReadingFacts(loop.dataset.account))))
      return
    }
    if ending == .earlyStopped { emit("Stopped after epoch \(loop.history.count): the validation loss got no better.") }
    evaluation.validation.show("validation")
    evaluation.test?.show("test")
    if let decision = evaluation.decision { emit("decision: \(decision.words(labels: loop.dataset.labels))") }
    emit("temperature \(evaluation.temperature), weights sha256 \(model.weightsSHA256)")
    emit("\(modelPath): the weights of epoch \(loop.bestEpoch)")
    if let report { emit("Report: \(report)") }
    warnings.forEach { printError("glint: \($0)") }
    if let photos, photos.areMost { printError("glint: \(photos.sentence)") }
    if quiet.quiet { return }
    NextCommand.show(
      ["quantize", modelPath, "--calibration"] + data + classes.words + ["-o", NextCommand.int8Path(of: modelPath)])
  }
}

extension TrainingRecipe.OptimizerName: ExpressibleByArgument {}
extension TrainingRecipe.Schedule: ExpressibleByArgument {}
extension Augmentation.Level: ExpressibleByArgument {}
extension Preprocessing.Colour: ExpressibleByArgument {}
