import ArgumentParser
import FoundationEssentials
import ModelFiles
import Models
import Numerics

/// `glint bench`: how long one picture takes, per layer and in all.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the latency of a model: int8 per layer and in all, float in all; or the speed of training.",
    discussion: """
      One picture at a time, random pixels. The peak is that of the machine's dot-product instructions, measured in \
      the same run. A float model is run by what trains and calibrates it, to tell what int8 gains.

      Examples:
        glint bench happy-sad.int8.safetensors
        glint bench happy-sad.int8.safetensors --threads 1 --isa avx2 --runs 500
        glint bench happy-sad.int8.safetensors --json > bench.json
        glint bench happy-sad.safetensors --isa avx2
        glint bench happy-sad.int8.safetensors --frames photos/ --threads 1
        glint bench compact.int8.safetensors --frames photos/ --faces
        glint bench --training --threads 2 --runs 40
        glint bench --training --network compact

      With --frames, from a camera's JPEG to its label: decoding, preparing and the network, as 'glint live' does it \
      where it looks for no face; with --faces also finding and following faces, each of which gets a label.

      With --training, --runs steps of a network, forward, backward and Adam, on batches of rendered faces that are in \
      memory already.
      """)

  @Argument(help: "A model file, int8 or float.")
  var model: String?

  @Option(name: .long, help: "Measure from JPEG to label, on the JPEGs of this folder as a camera's frames.")
  var frames: String?

  @Flag(name: .long, help: "Measure training in place of inference; takes no model.")
  var training = false

  @Option(
    name: .long,
    help: "With --training: happy-sad (the reference network, the default), compact, or a file with a layer a line.")
  var network: String?

  @Option(name: .long, help: "With --training: pictures of one step (default: 32).")
  var batch: Int?

  @Option(name: .long, help: "With --training: the learning rate (default: 0.001).")
  var learningRate: Float?

  @Option(name: .long, help: "With --training: the seed of faces and first weights (default: 1).")
  var seed: UInt64?

  @Option(
    name: .long,
    help: "With --training: write weights before the first step, their gradients, pictures and labels to this file.")
  var record: String?

  @Option(name: .long, help: "How often to measure.")
  var runs = 300

  @OptionGroup var faces: FaceOptions
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var output: JSONOption

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs takes a number from 1 to 1000000.") }
    guard (learningRate ?? 1).isFinite, learningRate ?? 1 > 0 else {
      throw ValidationError("--learning-rate takes a number above 0.")
    }
    guard (1...1024).contains(batch ?? 32) else { throw ValidationError("--batch takes a number from 1 to 1024.") }
    guard training == (model == nil) else {
      throw ValidationError("Name the model to measure, or measure training with --training and no model.")
    }
    guard !training || frames == nil else { throw ValidationError("--frames takes a model and no --training.") }
    guard frames != nil || !faces.isAsked else {
      throw ValidationError("--faces, --detector and --smallest-face go with --frames.")
    }
    guard training || network == nil && record == nil && batch == nil && learningRate == nil && seed == nil else {
      throw ValidationError("--network, --batch, --learning-rate, --seed and --record go with --training.")
    }
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("--network", network)
    try plan.write("--record", record, .trainingSteps)
    try plan.check(force: force.force)
    guard let model else {
      let result = try TrainingBench(
        network: network ?? "happy-sad", threads: threads.count, batch: batch ?? 32, learningRate: learningRate ?? 1e-3,
        steps: runs, seed: seed ?? 1, record: record)
      return try show(result, result.lines)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let loaded = try frames == nil ? trust.load(model) : trust.loadClassifier(model)
    let readMs = (clock.now - start).seconds * 1e3
    if let frames {
      let result = try FrameBenchResult(
        loaded, path: model, folder: frames,
        detector: faces.isAsked
          ? try faces.open(for: loaded.description, threads: threads.count, trust.limits) : nil,
        threads: threads.count, runs: runs)
      return try show(result, result.lines)
    }
    let result =
      switch loaded {
      case .int8(let int8): try BenchResult(int8, path: model, readMs: readMs, threads: threads.count, runs: runs)
      case .float(let float): try BenchResult(float, path: model, readMs: readMs, threads: threads.count, runs: runs)
      }
    try show(result, result.lines)
  }

  private func show(_ result: some Encodable, _ lines: [String]) throws {
    guard output.json else { return lines.forEach(emit) }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys]
    emit(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}
