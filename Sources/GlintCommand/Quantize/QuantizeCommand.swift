import ArgumentParser
import Datasets
import Evaluation
import Files
import Imaging
import ModelFiles
import Models
import Numerics
import Quantization
import Training

/// `glint quantize`: float weights to int8.
struct Quantize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantize a float model to int8: try methods, keep the best, prove the loss.",
    discussion: """
      The folder holds pictures of the kind that the model will see. Activations are observed on some of them; \
      others, which neither calibrate nor test, evaluate the methods: with one folder a class, as for 'glint train', \
      by accuracy, otherwise by how often int8 and float agree. Cheap methods are all tried: ways of choosing ranges \
      and scales, equalization across layers, corrected biases. Of those within --budget points, the one whose logits \
      are nearest to float is taken; learned rounding and fine-tuning, which take longer, are tried while none keeps \
      the budget beyond doubt. --method takes one without trying others; then any folders of pictures will do. A \
      network that is no classifier, such as a detector, is quantized by one method, and not evaluated.

      A layer's result may keep 16 bits, where 8 lose too much: --sixteen-bits names such layers, or says 'all'. With \
      'auto', where methods short of fine-tuning do not keep the budget beyond doubt, each layer is tried, and those \
      that win most for the time that they cost on this machine are put into 16 bits, until the budget is kept.

      What was observed, what was chosen and what was learned can be kept with --write-record; --record makes the same \
      int8 file of the same float model again without the pictures.

      Examples:
        glint quantize m.safetensors --calibration photos -o q.safetensors
        glint quantize m.safetensors --calibration photos crops -o q.safetensors
        glint quantize m.safetensors --calibration photos --require 0.5 \\
          -o q.safetensors
        glint quantize m.safetensors --calibration photos --method mse+bias \\
          -o q.safetensors
        glint quantize m.safetensors --calibration photos --sixteen-bits auto \\
          -o q.safetensors
        glint quantize m.safetensors --calibration photos \\
          --sixteen-bits stage2.a,stage4.b -o q.safetensors
        glint quantize m.safetensors --record calibration.json -o q.safetensors
        glint quantize detector.safetensors --calibration scenes -o q.safetensors
        glint quantize m.safetensors --calibration photos -o q.safetensors --json
      """)

  @Argument(help: "The float model.")
  var model: String

  @Option(
    name: .long, parsing: .upToNextOption,
    help: "A folder of images, or of one folder of images per class; or several.")
  var calibration: [String] = []

  @Option(name: .long, help: "How many images to observe activations on at most (default: 256).")
  var images: Int?

  @Option(name: .long, help: "Use this calibration record instead of images.")
  var record: String?

  @Option(name: .long, help: "Keep what was observed, chosen and learned in this file.")
  var writeRecord: String?

  @Option(
    name: .long,
    help: """
      Take this method instead of trying several: parts joined with '+', as in mse+weights-mse+equalize. Parts are \
      \(QuantizationMethod.words).
      """,
    transform: QuantizationMethod.init(argument:))
  var method: QuantizationMethod?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Layers whose results keep 16 bits, with commas between them; or 'all', or 'auto'.", valueName: "layers"),
    transform: { list in
      guard let option = SixteenBitsOption(list: list) else {
        throw ValidationError("--sixteen-bits takes names of layers with commas between them, 'all' or 'auto'.")
      }
      return option
    })
  var sixteenBits: SixteenBitsOption?

  @Option(name: .long, help: "How many points of accuracy may be lost (default: 0.5).")
  var budget: Double?

  @Option(
    name: .long, help: "Fail, and write nothing, where int8 loses more than this many points on the validation part.")
  var require: Double?

  @Flag(
    help: "Try methods even on a model that is no better than chance on the validation images.")
  var anyway = false

  @Option(name: [.short, .long], help: "Where the int8 model goes.")
  var output: String

  @OptionGroup var split: SplitOption
  @OptionGroup var classes: ClassesOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  /// No progress; `--json` has standard output for itself.
  private var isQuiet: Bool { quiet.quiet || json.json }

  func validate() throws {
    guard calibration.isEmpty != (record == nil) else {
      throw ValidationError("Give either --calibration FOLDER or --record FILE.")
    }
    guard images ?? 1 > 0 else { throw ValidationError("--images takes a number from 1.") }
    guard record == nil || images == nil && budget == nil && !anyway else {
      throw ValidationError("--record says what was observed and chosen: leave --images, --budget and --anyway out.")
    }
    guard sixteenBits != .auto || record == nil else {
      throw ValidationError("--sixteen-bits auto needs images to try layers on: give --calibration.")
    }
    guard sixteenBits == nil || (method?.sixteenBits ?? SixteenBitLayers.none) == SixteenBitLayers.none else {
      throw ValidationError("Both --method and --sixteen-bits name layers: leave one out.")
    }
    guard (0...100).contains(budget ?? 0) else { throw ValidationError("--budget takes points from 0 to 100.") }
    guard let require else { return }
    guard (0...100).contains(require) else { throw ValidationError("--require takes points from 0 to 100.") }
    guard record == nil else { throw ValidationError("--require needs images: give --calibration.") }
  }

  func run() throws {
    StandardOutput.goOn(without: [.reader, .place])
    let float = try faces.trust.loadFloat(model)
    try checkTakesPictures(float.description, model)
    var plan = OutputPlan()
    plan.read("the model", model)
    plan.read("the calibration images", calibration)
    plan.read("--record", record)
    faces.note(in: &plan)
    try plan.write("-o", output, .int8Model)
    try plan.write("--write-record", writeRecord, .calibrationRecord)
    try plan.check(force: force.force)
    let outcome: Outcome
    if let record {
      try FileArguments.checkRecord(record)
      outcome = try quantize(float, by: CalibrationRecord.load(record, for: float))
    } else {
      outcome = try quantize(float, onImagesOf: calibration)
    }
    // What is worth most gets the room first.
    try Refuge.write("The int8 model", to: output) { try outcome.model.write(to: $0) }
    if let writeRecord {
      try Refuge.write("The record", to: writeRecord) { try outcome.record.write(to: $0) }
    }
    if json.json {
      emit(
        try jsonLine(
          QuantizationFacts(
            model: output, method: outcome.method, calibration_images: outcome.record.images.count,
            reading: outcome.account.map { ReadingFacts($0) })))
    } else if !quiet.quiet {
      emit("\(output): int8 by \(outcome.method), \(outcome.record.images.count) calibration images")
      if !calibration.isEmpty, try calibration.allSatisfy(classes.names(for: float.description).areFound) {
        NextCommand.show(["compare", model, output] + calibration.flatMap { ["--data", $0] } + classes.words)
      } else {
        NextCommand.show(["bench", output])
      }
    }
  }

  private struct Outcome {
    let model: QuantizedModel
    let record: CalibrationRecord
    let method: String
    /// Nil where no folder was read.
    var account: ReadingAccount?
  }

  /// The method asked for, else the one that the record was chosen for.
  private func quantize(_ float: FloatModel, by record: CalibrationRecord) throws -> Outcome {
    let chosen = record.choice.flatMap { QuantizationMethod(name: $0.method) }
    let method = withSixteenBits(method ?? chosen ?? QuantizationMethod())
    return Outcome(model: try Quantizer(method).quantize(float, record), record: record, method: method.description)
  }

  /// The method with the layers that are named besides.
  private func withSixteenBits(_ method: QuantizationMethod) -> QuantizationMethod {
    guard let layers = sixteenBits?.layers else { return method }
    return method.with { $0.sixteenBits = layers }
  }

  private func quantize(_ float: FloatModel, onImagesOf folders: [String]) throws -> Outcome {
    let isClassifier = float.description.isClassifier
    guard require == nil || isClassifier else {
      throw Failure("--require promises accuracy, and \(model) is no classifier: leave it out")
    }
    let (data, account) = try QuantizationData.read(
      folders, classes: try classes.names(for: float.description), faces: try faces.source(for: float.description),
      split: split.shares, count: images ?? 256,
      comparesMethods: method == nil && isClassifier, for: float.description, threads: threads.count, quiet: isQuiet
    )
    guard require == nil || data.isLabelled else {
      throw Failure(
        """
        --require needs labelled images: \(folders.joined(separator: ", ")) should hold a folder of at least 100 \
        images for each of \
        \(float.description.labels.joined(separator: ", "))
        """)
    }
    let record = try calibrate(
      float, data.calibration.map { ($0.pixels, $0.hash) }, threads: threads.count, quiet: isQuiet)
    var outcome: Outcome
    if isClassifier, !data.validation.isEmpty {
      outcome = try searchMethods(float, record, data)
    } else if sixteenBits == .auto {
      throw Failure(
        "--sixteen-bits auto goes by a classifier's answers on at least \(QuantizationData.fewestValidation) images "
          + "that do not calibrate; "
          + (isClassifier ? "give more images" : "\(model) is no classifier") + ", or name the layers")
    } else {
      sayWhyUnevaluated(isClassifier)
      outcome = try quantizeUnevaluated(float, record, data)
    }
    outcome.account = account
    return outcome
  }

  private func sayWhyUnevaluated(_ isClassifier: Bool) {
    if method == nil, !isQuiet {
      let why =
        isClassifier
        ? "No images are left to evaluate on (it takes \(QuantizationData.fewestValidation))"
        : "Methods are evaluated by a classifier's answers, and \(model) is no classifier"
      printError("\(why): none are tried, and \(QuantizationMethod()) is taken.")
    }
  }

  /// One method, without images to evaluate it on.
  private func quantizeUnevaluated(
    _ float: FloatModel, _ record: CalibrationRecord, _ data: QuantizationData
  ) throws -> Outcome {
    let method = withSixteenBits(method ?? QuantizationMethod())
    var record = record
    if method.needsImages {
      var learning = Progress("Learning", quiet: isQuiet)
      record.learned[method.description] = try Learner(method, float, record, threads: threads.count)
        .learn(data.calibration.map(\.pixels)) { learning.update(share: $0) }
      learning.finish("from \(data.calibration.count) images")
    }
    record.choice = .init(method: method.description, trials: "none", reason: "it was not judged")
    return Outcome(model: try Quantizer(method).quantize(float, record), record: record, method: method.description)
  }

  /// Speaks up where accuracy tells nothing, and keeps the search, which goes by accuracy, from being started on it.
  private func check(_ chance: ChanceCheck, labels: [String]) throws {
    let sentences = Verdicts.sentences(chance, labels: labels, part: "validation")
    guard chance.mayBeChance, method == nil, !anyway else {
      return sentences.forEach { printError("glint: \($0)") }
    }
    throw Failure(
      """
      \(model): \(sentences.joined(separator: "; ")). Methods are told apart by accuracy, so that trying them would \
      take long and say nothing; nothing was written. Find out what is wrong with 'glint doctor', name a --method, or \
      quantize with --anyway
      """)
  }

  private func searchMethods(
    _ float: FloatModel, _ record: CalibrationRecord, _ data: QuantizationData
  ) throws -> Outcome {
    var running = Progress("Running float", quiet: isQuiet)
    let evaluator = try MethodEvaluator(
      float, images: data.validation, isLabelled: data.isLabelled, threads: threads.count
    ) { running.update($0, of: $1) }
    running.finish(
      "\(data.validation.count) validation images"
        + (evaluator.floatAccuracy.map { ", \(percent($0)) right" } ?? " without labels"))
    let pointsToLose = budget ?? 0.5
    if let chance = evaluator.floatChance { try check(chance, labels: float.description.labels) }
    var search = MethodSearch(
      float, record, calibration: data.calibration.map(\.pixels), evaluator: evaluator,
      budget: min(pointsToLose, require ?? pointsToLose), sixteenBits: sixteenBits?.layers ?? .none,
      addsSixteenBits: sixteenBits == .auto, threads: threads.count)
    var trying = Progress(method == nil ? "Trying methods" : "Quantizing", quiet: isQuiet)
    let note = { (step: SearchProgress) in trying.update(share: step.share, note: step.method) }
    let only = method.map(withSixteenBits)
    let result = try only.map { try search.run(only: $0, trying: note) } ?? search.run(trying: note)
    trying.finish("\(result.trials.count) tried")
    if !isQuiet { MethodSearchTable.show(result, isLabelled: data.isLabelled) }
    try Contract.check(result, evaluator, require: require)
    let loss = result.trials[result.winner].outcome.loss
    if loss.points > pointsToLose {
      printError(
        "glint: goal not met: int8 loses \(fixed(loss.points, 2)) points on \(loss.images) validation images, "
          + "\(fixed(loss.points - pointsToLose, 2)) more than the budget of \(fixed(pointsToLose, 2))")
    }
    return Outcome(
      model: result.model, record: result.record, method: result.trials[result.winner].method.description)
  }
}
