import CInt8Kernels
import CThreads
import Models
import Numerics

/// Runs a quantized model: pixels in, float logits out, the bytes of `Reference` between.
///
/// Everything is allocated when it is made: `invoke` allocates nothing. One interpreter serves one thread at a time;
/// make one for each thread that classifies on its own.
public final class Interpreter {
  /// What runs, in order: one entry for each call of a kernel.
  public struct Layer: Hashable, Sendable {
    /// The nodes that it computes, joined by "+".
    public let name: String
    /// The kernel's name.
    public let kernel: String
    /// The kernel's instruction set.
    public let isa: ISA
    /// Why this kernel serves here.
    public let reason: String
    /// Multiply-adds of one picture.
    public let multiplyAdds: Int
  }

  /// The layers in order of execution.
  public let layers: [Layer]
  /// Where activations lie.
  public let plan: MemoryPlan
  /// The bytes of packed weights, tables and descriptions.
  public let packedBytes: Int
  /// Logits of all outputs together.
  public let logitCount: Int
  /// How many threads compute a picture.
  public let threads: Int

  private let graph: Graph
  private let shapes: [Shape]
  private let quantization: [QuantizationParameters]
  private let memory: PackedMemory
  private let addresses: [UnsafeMutablePointer<UInt8>]
  private let steps: UnsafeMutablePointer<ck_step>
  let jobs: [Job]
  private let pixelFields: [UnsafeMutablePointer<UnsafeRawPointer?>]
  private let places: [PlanBuilder.Place]
  private let outputs: [Output]
  let team: OpaquePointer

  private struct Output {
    let accumulators: UnsafeMutablePointer<Int32>
    let count: Int
    let scales: UnsafeMutablePointer<Float>
    let channels: Int
  }

  /// What all threads do together before they meet: a step cut into parts, or several at once.
  struct Job {
    let work: ct_job
    let layers: Range<Int>
    let chain: Chain.Work?
  }

  /// Checks the model, packs its weights for the kernels that serve, and plans its memory.
  ///
  /// - Parameters:
  ///   - model: the network, its weights and scales.
  ///   - kernels: which kernels may serve.
  ///   - threads: how many threads compute one picture, the caller's among them.
  ///   - keepingAllValues: nothing is fused and no memory reused, so that `value(_:)` answers for every value.
  /// - Throws: `RuntimeError` naming the node that makes no sense.
  public convenience init(
    _ model: QuantizedModel, kernels: KernelTable = .detected, threads: Int = 1, keepingAllValues: Bool = false
  ) throws(RuntimeError) {
    try self.init(model, kernels: kernels, threads: threads, keepingAllValues: keepingAllValues, placing: nil)
  }

  /// As above, with as many threads as are fastest, which are fewer than `most` where a network has many small steps.
  ///
  /// - Throws: `RuntimeError` naming the node that makes no sense.
  public convenience init(
    _ model: QuantizedModel, kernels: KernelTable = .detected, atMost most: Int
  ) throws(RuntimeError) {
    let check = try ModelCheck(model)
    var builder = try PlanBuilder(check, table: kernels, threads: most, keepsAll: false)
    let fastest = builder.fastestThreads
    if fastest < most { builder = try PlanBuilder(check, table: kernels, threads: fastest, keepsAll: false) }
    try self.init(builder, placing: nil)
  }

  /// As above, with buffers where `placing` puts them: tests end each at an unmapped page. The places outlive the
  /// interpreter.
  package convenience init(
    _ model: QuantizedModel, kernels: KernelTable, threads: Int, keepingAllValues: Bool,
    placing: ((MemoryPlan.Buffer) -> UnsafeMutablePointer<UInt8>)?
  ) throws(RuntimeError) {
    let check = try ModelCheck(model)
    try self.init(
      PlanBuilder(check, table: kernels, threads: threads, keepsAll: keepingAllValues), placing: placing)
  }

  private init(
    _ builder: PlanBuilder, placing: ((MemoryPlan.Buffer) -> UnsafeMutablePointer<UInt8>)?
  ) throws(RuntimeError) {
    let (check, model) = (builder.check, builder.model)
    threads = builder.threads
    graph = model.description.graph
    shapes = check.shapes
    quantization = model.quantization
    memory = builder.memory
    places = builder.places
    plan = MemoryPlan(builder.buffers)
    if let placing {
      addresses = plan.buffers.map(placing)
    } else {
      let arena = memory.allocate(UInt8.self, plan.arenaBytes)
      arena.initialize(repeating: 0, count: plan.arenaBytes)
      addresses = plan.buffers.map { arena + $0.offset }
    }
    steps = memory.allocate(ck_step.self, builder.steps.count)
    var jobs: [Job] = []
    // Chains are made in the order of their steps.
    var chains = builder.chains[...]
    for (index, step) in builder.steps.enumerated() {
      (steps + index).initialize(to: step.step)
      if let past = chains.first, past.steps.upperBound <= index { chains.removeFirst() }
      if let chain = chains.first, chain.steps.contains(index) {
        guard chain.steps.lowerBound == index else { continue }
        let work =
          switch chain.work {
          case .bands(let bands, let count): ct_job(task: ck_band_run, context: bands, parts: count, pieces: 1)
          case .pass(let pass, let pieces):
            ct_job(task: ck_pass_run, context: pass, parts: pass.pointee.parts, pieces: pieces)
          }
        jobs.append(Job(work: work, layers: chain.steps, chain: chain.work))
      } else {
        let work = ct_job(task: ck_step_run, context: steps + index, parts: step.step.parts, pieces: step.pieces)
        jobs.append(Job(work: work, layers: index..<index + 1, chain: nil))
      }
    }
    self.jobs = jobs
    let list = memory.allocate(ct_job.self, jobs.count)
    list.initialize(from: jobs.map { $0.work }, count: jobs.count)
    guard jobs.count <= UInt16.max else {
      throw RuntimeError("engine", "a network of \(jobs.count) steps; at most \(UInt16.max) are run")
    }
    guard let team = ct_team_create(Int32(clamping: threads), list, jobs.count) else {
      throw RuntimeError("engine", "the system gives no \(threads) threads")
    }
    self.team = team
    var pixelFields: [UnsafeMutablePointer<UnsafeRawPointer?>] = []
    for link in builder.links {
      switch link.place {
      case .pixels: pixelFields.append(link.field)
      case .buffer(let index):
        link.field.pointee = UnsafeRawPointer(addresses[index] + link.offset)
      case .nowhere: link.field.pointee = nil
      }
    }
    self.pixelFields = pixelFields
    layers = builder.steps.map {
      Layer(
        name: $0.name, kernel: $0.kernel.name, isa: $0.kernel.isa, reason: $0.reason, multiplyAdds: $0.multiplyAdds)
    }
    var outputs: [Output] = []
    for output in graph.outputs {
      let node = graph.nodes[output.value - 1]
      // Equation (6): the scale of a logit is s_in * s_w[channel].
      let input = model.quantization[node.inputs[0]].scale
      let scales = model.parameters[output.value - 1]!.scales.map { input * $0 }
      outputs.append(
        Output(
          accumulators: builder.accumulators[output.value]!, count: check.shapes[output.value].count,
          scales: memory.copy(scales), channels: scales.count))
    }
    self.outputs = outputs
    logitCount = outputs.reduce(0) { $0 + $1.count }
    packedBytes = memory.bytes - plan.arenaBytes
    warmUp()
  }

  /// Computes a black picture, so that the first real one finds code, threads and weights where later ones do. The
  /// first time moves the weights from where they were packed to the threads' caches, the second settles them there.
  private func warmUp() {
    let pixels = [UInt8](repeating: 0, count: graph.input.count)
    var logits = [Float](repeating: 0, count: logitCount)
    for _ in 0..<2 { pixels.withUnsafeBufferPointer { invoke(pixels: $0.baseAddress!, logits: &logits) } }
  }

  deinit { ct_team_destroy(team) }

  /// Computes one picture.
  ///
  /// - Parameters:
  ///   - pixels: `[height, width, channels]` of the graph's input, read until this returns.
  ///   - logits: room for the logits of every output, joined; its count is `logitCount`.
  public func invoke(pixels: UnsafePointer<UInt8>, logits: inout [Float]) {
    start(pixels)
    ct_team_run(team, 0, jobs.count)
    finish(&logits)
  }

  /// Computes one picture of `[height, width, channels]` and returns the logits of every output, joined.
  public func invoke(_ pixels: [UInt8]) -> [Float] {
    precondition(pixels.count == graph.input.count, "the network reads \(graph.input) pixels")
    var logits = [Float](repeating: 0, count: logitCount)
    pixels.withUnsafeBufferPointer { invoke(pixels: $0.baseAddress!, logits: &logits) }
    return logits
  }

  /// The codes of a value after `invoke`, row-major; for an interpreter that keeps all values. Empty for a value that
  /// leaves the graph as logits.
  public func value(_ number: Int) -> [Int16] {
    guard case .buffer(let index) = places[number] else { return [] }
    if quantization[number].isSixteenBits { return Array(words(index, number)) }
    let bytes = UnsafeBufferPointer(start: addresses[index], count: shapes[number].count)
    return bytes.map { Int16(StoredCode.code($0)) }
  }

  private func words(_ buffer: Int, _ value: Int) -> UnsafeBufferPointer<Int16> {
    let start = UnsafeRawPointer(addresses[buffer]).assumingMemoryBound(to: Int16.self)
    return UnsafeBufferPointer(start: start, count: shapes[value].count)
  }

  /// The share of a value's elements with the largest code after `invoke`; for an interpreter that keeps all values.
  public func saturation(_ number: Int) -> Float {
    guard case .buffer(let index) = places[number] else { return 0 }
    if quantization[number].isSixteenBits {
      let (words, largest) = (words(index, number), quantization[number].largest)
      return Float(words.reduce(into: 0) { $0 += $1 == largest ? 1 : 0 }) / Float(words.count)
    }
    let bytes = UnsafeBufferPointer(start: addresses[index], count: shapes[number].count)
    let largest = StoredCode.byte(127)
    return Float(bytes.reduce(into: 0) { $0 += $1 == largest ? 1 : 0 }) / Float(bytes.count)
  }

  /// The raw accumulators of an output after `invoke`, row-major.
  ///
  /// - Parameter output: its index in `graph.outputs`.
  public func accumulators(output: Int) -> [Int32] {
    [Int32](UnsafeBufferPointer(start: outputs[output].accumulators, count: outputs[output].count))
  }

  func start(_ pixels: UnsafePointer<UInt8>) {
    for field in pixelFields { field.pointee = UnsafeRawPointer(pixels) }
  }

  private func finish(_ logits: inout [Float]) {
    precondition(logits.count == logitCount, "room for \(logitCount) logits")
    var place = 0
    for output in outputs {
      for index in 0..<output.count {
        logits[place] = Float(output.accumulators[index]) * output.scales[index % output.channels]
        place += 1
      }
    }
  }
}
