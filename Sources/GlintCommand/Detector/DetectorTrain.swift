import ArgumentParser
import DetectorTraining
import Files
import Imaging
import ModelFiles
import Models
import Numerics
import Training

/// `glint detector train`: photos with boxes and scenes without faces become a float model that finds faces.
struct DetectorTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network that finds faces.",
    discussion: """
      Pictures are composed anew for every step: photos shifted, turned and scaled, heads and faces drawn into scenes \
      at all sizes and lights, scenes alone. Photos of which every face is known (--wild) take the place of most of \
      that. Scenes in which a face is seen that is not there come up more often. To the network a face is a square. \
      80 % of the files are trained on, 8 % validate, and 12 % are left for 'glint detector evaluate': by the hash of \
      each file's series, so that people photographed one after the other are in one part.

      Ctrl-C keeps what was learned; --resume goes on from there, to the same weights as without the break. The same \
      seed, data and version give the same weights with any number of threads.

      Examples:
        glint detector train --photos lfw=lfw.csv --crops facecrops --scenes rooms \\
          --scenes streets -o detector.safetensors
        glint detector train --photos lfw=lfw.csv --scenes rooms --network own.txt \\
          -o own.safetensors
        glint detector train --photos lfw=lfw.csv --scenes rooms \\
          --show-pictures sheet.jpg
        glint detector train --wild street=boxes.csv --scenes rooms \\
          --smallest-face 10 --largest-face 330 -o detector.safetensors
        # on pictures like those that it will see
        glint detector train --from face-detector.safetensors --wild own=boxes.csv \\
          --scenes rooms --steps 2000 -o own.safetensors
      """)

  @Option(name: [.short, .long], help: "The model file to write.")
  var output: String?

  @OptionGroup var material: DetectorMaterialOptions

  @OptionGroup var network: DetectorNetworkOptions

  @Option(name: .long, help: "Steps in all.")
  var steps = 4000

  @Option(name: .long, help: "Steps from one validation to the next.")
  var round = 200

  @Option(name: .long, help: "Composed pictures of one step.")
  var batch = 32

  @Option(name: .long, help: "The seed of weights and pictures.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "Only draw composed pictures with their boxes to this file, and end.")
  var showPictures: String?

  @Option(
    name: .long, help: "Only write 256 composed pictures to this folder, for 'glint quantize --calibration', and end.")
  var writePictures: String?

  @Flag(name: .long, help: "Go on from the checkpoint beside the output.")
  var resume = false

  @OptionGroup var checkpoints: CheckpointIntervalOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard output != nil || showPictures != nil || writePictures != nil else {
      throw ValidationError("-o names the model file to write.")
    }
    guard (1...10_000_000).contains(steps) else { throw ValidationError("--steps takes a number from 1 to 10000000.") }
    guard (1...100_000).contains(round) else { throw ValidationError("--round takes a number from 1 to 100000.") }
    guard (1...1024).contains(batch) else { throw ValidationError("--batch takes a number from 1 to 1024.") }
  }

  func run() throws {
    var recipe = DetectorRecipe()
    (recipe.steps, recipe.roundSteps, recipe.batch) = (steps, round, batch)
    recipe.seed = seed
    let checkpoint = (output ?? "") + ".checkpoint"
    StandardOutput.goOn(without: [.reader, .place])
    var plan = OutputPlan()
    material.note(in: &plan)
    plan.read("--network", network.network)
    plan.read("--from", network.start)
    try plan.write("-o", output, .floatModel)
    try plan.write("the checkpoint", output.map { _ in checkpoint }, .checkpoint, isAsked: false)
    try plan.write("--show-pictures", showPictures, .sheet)
    for path in composedPaths { try plan.write("--write-pictures", path, .copy, isAsked: false) }
    try plan.check(force: force.force)
    let exists = FileSystem.exists(checkpoint)
    if output != nil, resume, !exists { throw Failure("\(checkpoint): there is no checkpoint to resume from") }
    if output != nil, !resume, exists {
      throw Failure("\(checkpoint): an earlier run was interrupted. Go on with --resume, or delete it to start anew")
    }
    // A text that is none is told before any picture is read.
    let chosen = try network.choose(&recipe)
    let rule = chosen.preprocessing
    if output != nil, showPictures == nil, writePictures == nil { try material.checkParts() }
    let training = try material.read(.training, threads: threads.count, quiet: quiet.quiet)
    try training.checkForComposing("the training part")
    func examples(_ count: Int) -> [ComposedPicture] {
      ComposedPicture.examples(
        count, of: training, width: rule.width, height: rule.height, sides: recipe.smallest...recipe.largest,
        seed: seed, threads: threads.count)
    }
    if let showPictures {
      return try DetectionSheet(examples(48).map { ($0.image, $0.faces, $0.ignored) }).write(to: showPictures)
    }
    if let writePictures {
      try FileSystem.makeFolder(writePictures)
      for (path, picture) in zip(composedPaths, examples(composedPaths.count)) {
        try AtomicFile.write(try DrawnPicture.encoded(picture.image, for: path, quality: 100), to: path)
      }
      return emit("\(writePictures): 256 composed pictures")
    }
    guard let output else { return }
    let validation = try material.read(.validation, threads: threads.count, quiet: quiet.quiet)
    let loop = try DetectionLoop(
      chosen.architecture, preprocessing: rule, material: training, validation: validation, recipe: recipe,
      startingFrom: chosen.start, threads: threads.count)
    Interruption.listen()
    let hadOutput = FileSystem.exists(output)
    let ending = try train(loop, checkpoint)
    func finish(insteadOf spare: String? = nil) throws {
      try self.finish(loop, training: training, validation: validation, output, insteadOf: spare)
    }
    switch ending {
    case .completed, .earlyStopped:
      try finish(insteadOf: checkpoint)
      try? FileSystem.remove(checkpoint)
    case .cancelled(let kept):
      var words = "interrupted at step \(loop.step). \(kept.words(place: checkpoint))"
      if kept != .written, !loop.rounds.isEmpty, !hadOutput {
        do {
          try finish()
          words += " The weights of step \(loop.rounds.last!.step) are kept in \(output)."
        } catch { words += " The model is not written: \(error)" }
      }
      throw Failure(words)
    case .diverged(let step, let layer):
      let kept: String
      if loop.rounds.isEmpty {
        kept = "Nothing was learned before that."
      } else if hadOutput {
        kept = "\(output) is left as it was."
      } else {
        try finish()
        kept = "The weights of step \(loop.rounds.last!.step) are kept in \(output)."
      }
      throw Failure("\(TrainingError.diverged(step: step, layer: layer)) \(kept)")
    }
  }

  /// Fits the threshold, tells the figures and writes the model.
  private func finish(
    _ loop: DetectionLoop, training: DetectionMaterial, validation: DetectionMaterial, _ output: String,
    insteadOf spare: String?
  ) throws {
    let many = training.wild.reduce(0) { $0 + $1.faces.count }
    let data =
      "\(training.photos.count) photos and rendered rooms, "
      + (many > 0 ? "\(training.wild.count) photos with \(many) faces, " : "")
      + "\(training.crops.count) crops, \(training.scenes.count) scenes"
    let trained = try loop.model(data: data, tool: GlintVersion.tool)
    let test = try material.read(.test, threads: threads.count, quiet: quiet.quiet)
    let (model, evaluation) = try LoadedModel.float(trained).withFittedThreshold(
      validation: validation, test: test, threads: threads.count)
    if json.json {
      let parts = ["training": training, "validation": validation, "test": test]
      emitWhole(try jsonLine(["reading": parts.mapValues { ReadingFacts($0.account) }]))
    }
    for line in evaluation.lines { emit(line) }
    try Refuge.write("What was learned", to: output, insteadOf: spare) { try model.write(to: $0) }
    guard let last = loop.rounds.last else { return }
    emit("\(output): \(last.step) steps, validation loss \(fixed(last.validationLoss, 4))")
    if !json.json { NextCommand.show(["detector", "evaluate", output] + material.words) }
  }

  /// The pictures of `--write-pictures`.
  private var composedPaths: [String] {
    guard let writePictures else { return [] }
    return (0..<256).map { "\(writePictures)/\(String(1000 + $0).dropFirst()).png" }
  }

  private func train(_ loop: DetectionLoop, _ checkpoint: String) throws -> TrainingEnding {
    func title(_ done: Int) -> String { "Steps \(done + 1) to \(min(steps, done + round)) of \(steps)" }
    var bar = Progress(title(0), quiet: quiet.quiet)
    let once = Once()
    let checkpoints = CheckpointOptions(
      path: checkpoint, interval: checkpoints.seconds, refuge: Refuge.path(for: checkpoint), resumes: resume
    ) { problem in
      once.run { printError("glint: training goes on without a checkpoint: \(problem)") }
    }
    return try loop.run(
      checkpoints: checkpoints, isCancelled: { Interruption.isAsked },
      progress: { bar.update($0, of: $1, note: "loss \(fixed($2, 4))") },
      observe: { figures in
        if json.json, let line = try? jsonLine(figures) { emitWhole(line) }
        bar.finish(
          "loss \(fixed(figures.loss, 4)), validation \(fixed(figures.validationLoss, 4)), \(figures.hardViews) hard "
            + "scenes, \(fixed(figures.imagesPerSecond, 0)) images/s")
        bar = Progress(title(figures.step), quiet: quiet.quiet)
      })
  }
}
