import ArgumentParser
import Foundation
import ModelFiles
import Models
import Numerics
import Runtime

/// `glint bench`: how long one picture takes, per layer and in all.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the latency of a model: int8 per layer and in all, float in all; or the speed of training.",
    discussion: """
      One picture at a time, random pixels. The peak is that of the machine's dot-product instructions, measured in
      the same run. A float model is run by what trains and calibrates it, to tell what int8 gains.

      Examples:
        glint bench happy-sad.int8.safetensors
        glint bench happy-sad.int8.safetensors --threads 1 --isa avx2 --runs 500
        glint bench happy-sad.int8.safetensors --json > bench.json
        glint bench happy-sad.safetensors --isa avx2
        glint bench happy-sad.int8.safetensors --frames photos/ --threads 1
        glint bench --training --threads 2 --runs 40

      With --frames, from a camera's JPEG to its label: decoding, preparing and the network, as 'glint live' does it
      where it looks for no face.

      With --training, --runs steps of the reference network, forward, backward and Adam, on batches of rendered faces
      that are in memory already.
      """)

  @Argument(help: "A model file, int8 or float.")
  var model: String?

  @Option(name: .long, help: "Measure from JPEG to label, on the JPEGs of this folder as a camera's frames.")
  var frames: String?

  @Flag(name: .long, help: "Measure training in place of inference; takes no model.")
  var training = false

  @Option(name: .long, help: "Pictures of one step of training.")
  var batch = 32

  @Option(name: .long, help: "The learning rate of training.")
  var learningRate: Float = 1e-3

  @Option(name: .long, help: "With --training: the seed of faces and first weights.")
  var seed: UInt64 = 1

  @Option(
    name: .long,
    help: "With --training: write weights before the first step, their gradients, pictures and labels to this file.")
  var record: String?

  @Option(name: .long, help: "How often to measure.")
  var runs = 300

  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var output: JSONOption

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs takes a number from 1 to 1000000.") }
    guard learningRate.isFinite, learningRate > 0 else {
      throw ValidationError("--learning-rate takes a number above 0.")
    }
    guard (1...1024).contains(batch) else { throw ValidationError("--batch takes a number from 1 to 1024.") }
    guard training == (model == nil) else {
      throw ValidationError("Name the model to measure, or measure training with --training and no model.")
    }
    guard !training || frames == nil else { throw ValidationError("--frames takes a model and no --training.") }
    guard training || record == nil else { throw ValidationError("--record belongs to --training.") }
  }

  func run() throws {
    guard let model else {
      let result = try TrainingBench(
        threads: threads.count, batch: batch, learningRate: learningRate, steps: runs, seed: seed,
        record: record)
      return try show(result, result.lines)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let loaded = try ModelFile.load(model)
    let readMs = (clock.now - start).seconds * 1e3
    if let frames {
      let result = try FrameBenchResult(
        loaded, path: model, folder: frames, threads: threads.count, runs: runs)
      return try show(result, result.lines)
    }
    switch loaded {
    case .int8(let int8):
      let result = try BenchResult(
        int8, path: model, readMs: readMs, threads: threads.count, runs: runs)
      try show(result, result.lines)
    case .float(let float):
      let result = try FloatBenchResult(
        float, path: model, readMs: readMs, threads: threads.count, runs: runs)
      try show(result, result.lines)
    }
  }

  private func show(_ result: some Encodable, _ lines: [String]) throws {
    guard output.json else { return lines.forEach(emit) }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys]
    emit(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}

/// What one benchmark found, in the words of `bench --json`.
private struct BenchResult: Encodable {
  struct Layer: Encodable {
    let name: String
    let kernel: String
    let macs: Int
    let minMs: Double
    let medianMs: Double
    let p99Ms: Double
    let gmacs: Double
    let shareOfPeak: Double
  }

  let model: String
  let isa: String
  let threads: Int
  let runs: Int
  let minMs: Double
  let medianMs: Double
  let p99Ms: Double
  let firstMs: Double
  let readMs: Double
  let loadMs: Double
  let arenaBytes: Int
  let packedBytes: Int
  let peakMemoryBytes: Int
  let peakGmacs: Double
  let macs: Int
  let gmacs: Double
  let shareOfPeak: Double
  let layers: [Layer]

  init(
    _ quantized: QuantizedModel, path: String, readMs: Double, threads: Int, runs: Int
  ) throws {
    let clock = ContinuousClock()
    let pixels = Samples.pixels(quantized.description.graph)
    self.readMs = readMs
    let start = clock.now
    let interpreter = try Interpreter(quantized, threads: threads)
    loadMs = (clock.now - start).seconds * 1e3

    var logits = [Float](repeating: 0, count: interpreter.logitCount)
    let totals: Samples
    (firstMs, totals) = Samples.timing(runs) {
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    }
    var byLayer = [Samples](repeating: Samples(), count: interpreter.layers.count)
    var nanoseconds = [UInt64](repeating: 0, count: interpreter.layers.count)
    for _ in 0..<runs {
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, timing: &nanoseconds) }
      for (index, time) in nanoseconds.enumerated() { byLayer[index].add(Double(time) * 1e-6) }
    }
    let peak = DotProductPeak.measure(KernelTable.detected.isa, threads: threads)
    func speed(_ macs: Int, _ milliseconds: Double) -> Double { Double(macs) / (max(milliseconds, 1e-6) * 1e6) }

    layers = zip(interpreter.layers, byLayer).map { layer, samples in
      let gmacs = speed(layer.multiplyAdds, samples.median)
      return Layer(
        name: layer.name, kernel: layer.kernel, macs: layer.multiplyAdds, minMs: samples.least,
        medianMs: samples.median, p99Ms: samples.quantile(0.99), gmacs: gmacs,
        shareOfPeak: peak > 0 ? gmacs * 1e9 / peak : 0)
    }
    model = path
    isa = KernelTable.detected.isa.name
    self.threads = threads
    self.runs = runs
    minMs = totals.least
    medianMs = totals.median
    p99Ms = totals.quantile(0.99)
    arenaBytes = interpreter.plan.arenaBytes
    packedBytes = interpreter.packedBytes
    peakMemoryBytes = Samples.peakMemory()
    peakGmacs = peak * 1e-9
    macs = interpreter.layers.reduce(0) { $0 + $1.multiplyAdds }
    gmacs = speed(macs, medianMs)
    shareOfPeak = peak > 0 ? gmacs * 1e9 / peak : 0
  }

  /// The table for people.
  var lines: [String] {
    var table = Table(["layer", "kernel", "M MAC", "min ms", "median ms", "p99 ms", "share", "G MAC/s", "of peak"])
    func row(
      _ name: String, _ kernel: String, _ macs: Int, _ times: (Double, Double, Double), _ share: Double,
      _ gmacs: Double,
      _ peak: Double
    ) -> [String] {
      [
        name, kernel, macs > 0 ? fixed(Double(macs) * 1e-6, 2) : "", fixed(times.0, 4), fixed(times.1, 4),
        fixed(times.2, 4), percent(share), macs > 0 ? fixed(gmacs) : "", macs > 0 ? percent(peak) : "",
      ]
    }
    let sum = layers.reduce(0) { $0 + $1.medianMs }
    for layer in layers {
      table.add(
        row(
          layer.name, layer.kernel, layer.macs, (layer.minMs, layer.medianMs, layer.p99Ms), layer.medianMs / sum,
          layer.gmacs, layer.shareOfPeak))
    }
    table.add(row("all", "", macs, (minMs, medianMs, p99Ms), 1, gmacs, shareOfPeak))
    return [
      "\(model): \(isa), \(threads) thread\(threads == 1 ? "" : "s"), \(runs) runs, peak \(fixed(peakGmacs)) G MAC/s",
      "",
    ] + table.lines + [
      "",
      "first inference \(fixed(firstMs, 3)) ms, read \(fixed(readMs, 2)) ms, load \(fixed(loadMs, 2)) ms, arena "
        + "\(arenaBytes / 1024) KiB, packed \(packedBytes / 1024) KiB, peak memory \(peakMemoryBytes / 1_048_576) MiB",
    ]
  }
}
