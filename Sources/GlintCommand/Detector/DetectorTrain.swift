import ArgumentParser
import DetectorTraining
import Files
import Foundation
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
      Pictures are composed anew for every step: photos shifted, turned and scaled, heads and faces drawn into scenes at
      all sizes and lights, scenes alone. Scenes in which a face is seen that is not there come up more often. A face's
      box is a square. 80 % of the files are trained on, 8 % validate, and 12 % are left for 'glint detector evaluate':
      by the hash of each file's series, so that people photographed one after the other are in one part.

      After each round a checkpoint is written; --resume goes on from it. The same seed, data and version give the same
      weights with any number of threads.

      Examples:
        glint detector train --photos lfw=lfw.csv --crops facecrops --scenes rooms --scenes streets -o \
        detector.safetensors
        glint detector train --photos lfw=lfw.csv --scenes rooms --network own.txt -o own.safetensors
        glint detector train --photos lfw=lfw.csv --scenes rooms --show-pictures sheet.jpg
      """)

  @Option(name: [.short, .long], help: "The model file to write.")
  var output: String?

  @OptionGroup var material: DetectorMaterialOptions

  @Option(
    name: .long, help: "The network: face-detector, or a file with a layer a line that ends with 'boxes' (Networks.md)."
  )
  var network = "face-detector"

  @Option(name: .long, help: "Steps in all.")
  var steps = 4000

  @Option(
    name: .long, help: "Of these, the first ones with pictures of half the width and height, which cost a quarter.")
  var smallSteps = 3000

  @Option(name: .long, help: "Steps from one validation and checkpoint to the next.")
  var round = 200

  @Option(name: .long, help: "Composed pictures of one step.")
  var batch = 32

  @Option(name: .long, help: "The largest learning rate of Adam.")
  var learningRate: Float = 2e-3

  @Option(name: .long, help: "The seed of weights and pictures.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "Only draw composed pictures with their boxes to this file, and end.")
  var showPictures: String?

  @Option(
    name: .long, help: "Only write 256 composed pictures to this folder, for 'glint quantize --calibration', and end.")
  var writePictures: String?

  @Flag(name: .long, help: "Go on from the checkpoint beside the output.")
  var resume = false

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  /// What every detector reads.
  private static let preprocessing = Preprocessing(width: 320, height: 240, colour: .grey, fit: .inside)

  func validate() throws {
    guard output != nil || showPictures != nil || writePictures != nil else {
      throw ValidationError("-o names the model file to write.")
    }
    guard (1...10_000_000).contains(steps) else { throw ValidationError("--steps takes a number from 1 to 10000000.") }
    guard smallSteps >= 0 else { throw ValidationError("--small-steps takes a number from 0 up.") }
    guard (1...100_000).contains(round) else { throw ValidationError("--round takes a number from 1 to 100000.") }
    guard (1...1024).contains(batch) else { throw ValidationError("--batch takes a number from 1 to 1024.") }
    guard learningRate.isFinite, learningRate > 0 else {
      throw ValidationError("--learning-rate takes a number above 0.")
    }
  }

  func run() throws {
    var recipe = DetectorRecipe()
    (recipe.steps, recipe.roundSteps, recipe.batch) = (steps, round, batch)
    recipe.smallSteps = min(smallSteps, steps)
    (recipe.learningRate, recipe.seed) = (learningRate, seed)
    let checkpoint = (output ?? "") + ".checkpoint"
    StandardOutput.goOn(without: [.reader, .place])
    var plan = OutputPlan()
    material.note(in: &plan)
    plan.read("--network", network)
    try plan.write("-o", output, .floatModel)
    try plan.write("the checkpoint", output.map { _ in checkpoint }, .checkpoint, isAsked: false)
    try plan.write("--show-pictures", showPictures, .sheet)
    for path in composedPaths { try plan.write("--write-pictures", path, .copy, isAsked: false) }
    try plan.check(force: force.force)
    let exists = FileManager.default.fileExists(atPath: checkpoint)
    if output != nil, resume, !exists { throw Failure("\(checkpoint): there is no checkpoint to resume from") }
    if output != nil, !resume, exists {
      throw Failure("\(checkpoint): an earlier run was interrupted. Go on with --resume, or delete it to start anew")
    }
    let rule = Self.preprocessing
    let training = try material.read(.training, threads: threads.count, quiet: quiet.quiet)
    func examples(_ count: Int) -> [ComposedPicture] {
      ComposedPicture.examples(
        count, of: training, width: rule.width, height: rule.height, sides: recipe.smallest...recipe.largest,
        seed: seed, threads: threads.count)
    }
    if let showPictures {
      return try DetectionSheet(examples(48).map { ($0.image, $0.faces, $0.ignored) }).write(to: showPictures)
    }
    if let writePictures {
      try FileManager.default.createDirectory(atPath: writePictures, withIntermediateDirectories: true)
      for (path, picture) in zip(composedPaths, examples(composedPaths.count)) {
        try AtomicFile.write(try DrawnPicture.encoded(picture.image, for: path, quality: 100), to: path)
      }
      return emit("\(writePictures): 256 composed pictures")
    }
    guard let output else { return }
    let architecture = try detectorNetwork()
    let validation = try material.read(.validation, threads: threads.count, quiet: quiet.quiet)
    let loop = try DetectionLoop(
      architecture, preprocessing: rule, material: training,
      validation: validation, recipe: recipe, threads: threads.count)
    Interruption.listen()
    guard try train(loop, checkpoint) else {
      throw Failure(
        loop.rounds.isEmpty
          ? "interrupted before the first round was done: nothing was learned yet"
          : "interrupted. Everything up to step \(loop.rounds.last!.step) is kept in \(checkpoint); the same command "
            + "with --resume goes on from there.")
    }
    let data =
      "\(training.photos.count) photos and rendered rooms, \(training.crops.count) crops, "
      + "\(training.scenes.count) scenes"
    let trained = try loop.model(data: data, tool: GlintVersion.tool)
    let test = try material.read(.test, threads: threads.count, quiet: quiet.quiet)
    let (model, evaluation) = try trained.withFittedThreshold(
      validation: validation, test: test, threads: threads.count)
    if json.json {
      let parts = ["training": training, "validation": validation, "test": test]
      emit(try jsonLine(["reading": parts.mapValues { ReadingFacts($0.account) }]))
    }
    for line in evaluation.lines { emit(line) }
    try model.write(to: output)
    try? FileManager.default.removeItem(atPath: checkpoint)
    emit("\(output): \(steps) steps, validation loss \(fixed(loop.rounds.last?.validationLoss ?? 0, 4))")
    if !json.json { NextCommand.show(["detector", "evaluate", output] + material.words) }
  }

  /// The pictures of `--write-pictures`.
  private var composedPaths: [String] {
    guard let writePictures else { return [] }
    return (0..<256).map { "\(writePictures)/\(String(1000 + $0).dropFirst()).png" }
  }

  private func detectorNetwork() throws -> (Shape) throws -> Architecture {
    if network == "face-detector" { return { .faceDetector(input: $0) } }
    guard FileManager.default.fileExists(atPath: network) else {
      throw Failure("--network \(network): neither face-detector nor a file")
    }
    let text = try NetworkText(path: network)
    return { try text.detector(input: $0) }
  }

  private func train(_ loop: DetectionLoop, _ checkpoint: String) throws -> Bool {
    func title(_ done: Int) -> String { "Steps \(done + 1) to \(min(steps, done + round)) of \(steps)" }
    var bar = Progress(title(0), quiet: quiet.quiet)
    return try loop.run(
      checkpoint: checkpoint, resumes: resume, isCancelled: { Interruption.isAsked },
      progress: { bar.update($0, of: $1, note: "loss \(fixed($2, 4))") },
      observe: { figures in
        if json.json, let line = try? jsonLine(figures) { emit(line) }
        bar.finish(
          "loss \(fixed(figures.loss, 4)), validation \(fixed(figures.validationLoss, 4)), \(figures.hardViews) hard "
            + "scenes, \(fixed(figures.imagesPerSecond, 0)) images/s")
        bar = Progress(title(figures.step), quiet: quiet.quiet)
      })
  }
}
