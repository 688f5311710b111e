import ArgumentParser
import Datasets
import Evaluation
import Files
import ModelFiles
import Models
import Numerics
import Quantization
import RenderedFaces

/// `glint demo`: the whole story on one machine, nothing downloaded.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Paint faces, train, quantize, compare, and label a camera: the whole story in minutes.",
    discussion: """
      Paints a data set of happy and sad faces, trains the reference network on it, quantizes it to int8, compares \
      both on faces that training never saw, then labels the first camera's frames, or those of a rendered one where \
      there is none. Leaves a folder with both models, the calibration record and a report page.

      Examples:
        glint demo
        glint demo --images 2400 --seconds 30 -o story
        glint demo --rendered --quiet
      """)

  @Option(name: [.short, .long], help: "The folder that is made.")
  var output = "glint-demo"

  @Option(name: .long, help: "How many faces to paint.")
  var images = 2000

  @Option(
    name: .long,
    help: "How far faces differ from a plain portrait: 0 frontal and well lit, 1 turned, dark, hidden, faint.")
  var variety = FacePainter.standardVariety

  @Option(name: .long, help: "The most passes over the training faces.")
  var epochs = 8

  @Option(name: .long, help: "How long to label frames at the end, in seconds.")
  var seconds = 8.0

  @Flag(name: .long, help: "Label the rendered camera even where there is a real one.")
  var rendered = false

  @Option(name: .long, help: "The seed of faces, weights and order.")
  var seed: UInt64 = 1

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (40...100_000).contains(images) else { throw ValidationError("--images takes a number from 40 to 100000.") }
    guard (1...1_000).contains(epochs) else { throw ValidationError("--epochs takes a number from 1 to 1000.") }
    guard (0...1).contains(variety) else { throw ValidationError("--variety takes a number from 0 to 1.") }
    guard seconds > 0, seconds <= 86_400 else { throw ValidationError("--seconds takes a number above 0.") }
  }

  func run() throws {
    StandardOutput.goOn(without: [.reader, .place])
    try FileSystem.makeFolder(output)
    let files = DemoFiles(folder: output)
    var plan = OutputPlan()
    for (path, kind) in files.all { try plan.write("-o", path, kind) }
    try plan.check(force: force.force)
    let start = ContinuousClock.now

    step(1, "Painting a data set")
    let data = PaintedData.paint(
      count: images, size: 256, seed: seed, variety: variety, threads: threads.count, quiet: quiet.quiet)

    step(2, "Training the reference network")
    let trained = try DemoTraining(data, epochs: epochs, seed: seed, threads: threads.count, quiet: quiet.quiet)
    try trained.model.write(to: files.float)

    step(3, "Quantizing to int8")
    let chosen = try quantize(trained.model, data)
    let int8 = chosen.model
    try chosen.record.write(to: files.record)
    try int8.write(to: files.int8)

    step(4, "Comparing int8 with float on \(data.test.count) faces that training never saw")
    let test = try data.test.map { try LabelledImage($0, by: trained.model.description.preprocessing) }
    var progress = Progress("Comparing", quiet: quiet.quiet)
    let comparison = try Comparison(
      .float(trained.model), .int8(int8), images: test, threads: threads.count,
      equalized: trained.model.equalizedVersion(of: int8)
    ) { progress.update($0, of: $1) }
    let agreement = percent(comparison.agreement, 2)
    progress.finish(
      "float \(percent(comparison.first.metrics.accuracy)), int8 \(percent(comparison.second.metrics.accuracy)), "
        + "same answer on \(agreement)")

    step(5, "Labelling a camera's frames")
    let live = try DemoLive(int8, seconds: seconds, rendered: rendered, threads: threads.count, quiet: quiet.quiet)

    try DemoPage(
      trained: trained, comparison: comparison, quantized: int8.description.card, images: test,
      suggestions: Suggestions.list(comparison, of: .int8(int8)), live: live, files: files,
      seed: seed,
      threads: threads.count
    ).write(to: files.report)
    emit("\nAll done in \(duration(seconds: (ContinuousClock.now - start).seconds)). In \(output):")
    for (path, what) in files.described { emit("  \(path)  \(what)") }
    if !quiet.quiet { NextCommand.show(["live", files.int8]) }
  }

  private func step(_ number: Int, _ title: String) {
    if !quiet.quiet { printError("\n\(number)/5  \(title)") }
  }

  /// Calibration on training faces, the choice of method on validation faces: the test part stays unseen. What learns
  /// from images is left out, so that a choice takes seconds.
  private func quantize(_ model: FloatModel, _ data: Dataset) throws -> MethodSearch.Result {
    let preprocessing = model.description.preprocessing
    let images = try data.training.prefix(256).map { try LabelledImage($0, by: preprocessing).pixels }
    let record = try calibrate(
      model, images.map { pixels in (pixels, pixels.withUnsafeBytes { SHA256.hex($0) }) }, threads: threads.count,
      quiet: quiet.quiet)
    let evaluator = try MethodEvaluator(
      model, images: data.validation.map { try LabelledImage($0, by: preprocessing) }, isLabelled: true,
      threads: threads.count)
    var search = MethodSearch(
      model, record, calibration: images, evaluator: evaluator, budget: Self.budget, threads: threads.count)
    var progress = Progress("Trying methods", quiet: quiet.quiet)
    let result = try search.run(learning: false) { progress.update(share: $0.share, note: $0.method) }
    let winner = result.trials[result.winner]
    progress.finish("\(winner.method) of \(result.trials.count) tried: \(result.reason)")
    return result
  }

  /// Points of accuracy that may be lost: what a few hundred faces can prove.
  private static let budget = 1.0
}

/// What the demo leaves behind.
struct DemoFiles {
  let folder: String

  var float: String { folder + "/happy-sad.safetensors" }
  var int8: String { folder + "/happy-sad.int8.safetensors" }
  var record: String { folder + "/calibration.json" }
  var report: String { folder + "/report.html" }

  var all: [(path: String, kind: OutputKind)] {
    [(float, .floatModel), (int8, .int8Model), (record, .calibrationRecord), (report, .report)]
  }

  /// The files with a word for each.
  var described: [(String, String)] {
    [
      ("report.html", "the story with its pictures and figures: open it in a browser"),
      ("happy-sad.safetensors", "the float model"),
      ("happy-sad.int8.safetensors", "the int8 model, for classify, live, bench and inspect"),
      ("calibration.json", "what calibration saw, for quantizing again without pictures"),
    ]
  }
}
