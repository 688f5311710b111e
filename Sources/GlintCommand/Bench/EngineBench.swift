import Models
import Numerics
import Runtime

/// What the int8 engine counts: memory, and time and speed by layer.
struct EngineFigures: Encodable {
  /// One layer as it is run: several nodes may be one.
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

  let arenaBytes: Int
  let packedBytes: Int
  let peakGmacs: Double
  let macs: Int
  let gmacs: Double
  let shareOfPeak: Double
  let layers: [Layer]
  /// The share of each layer that each thread took at the end.
  let threadShares: [Double]
  /// Nil where all values have 8 bits.
  let sixteenBits: SixteenBitPrice?

  /// - Parameters:
  ///   - samples: of each layer.
  ///   - medianMs: of one whole inference.
  ///   - sixteenBits: what values of 16 bits cost.
  init(
    _ interpreter: Interpreter, _ samples: [Samples], medianMs: Double, threads: Int, sixteenBits: SixteenBitPrice?
  ) {
    self.sixteenBits = sixteenBits
    let peak = DotProductPeak.measure(KernelTable.detected.isa, threads: threads)
    func speed(_ macs: Int, _ milliseconds: Double) -> Double { Double(macs) / (max(milliseconds, 1e-6) * 1e6) }
    func share(_ gmacs: Double) -> Double { peak > 0 ? gmacs * 1e9 / peak : 0 }
    layers = zip(interpreter.layers, samples).map { layer, samples in
      let gmacs = speed(layer.multiplyAdds, samples.median)
      return Layer(
        name: layer.name, kernel: layer.kernel, macs: layer.multiplyAdds, minMs: samples.least,
        medianMs: samples.median, p99Ms: samples.quantile(0.99), gmacs: gmacs, shareOfPeak: share(gmacs))
    }
    threadShares = interpreter.threadShares
    (arenaBytes, packedBytes) = (interpreter.plan.arenaBytes, interpreter.packedBytes)
    peakGmacs = peak * 1e-9
    macs = interpreter.layers.reduce(0) { $0 + $1.multiplyAdds }
    gmacs = speed(macs, medianMs)
    shareOfPeak = share(gmacs)
  }

  /// The table for people.
  func lines(_ times: BenchResult.Times) -> [String] {
    var table = Table(["layer", "kernel", "M MAC", "min ms", "median ms", "p99 ms", "share", "G MAC/s", "of peak"])
    func row(
      _ name: String, _ kernel: String, _ macs: Int, _ times: (Double, Double, Double), _ share: Double,
      _ gmacs: Double, _ peak: Double
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
    table.add(row("all", "", macs, (times.minMs, times.medianMs, times.p99Ms), 1, gmacs, shareOfPeak))
    return ["\(times.model): \(times.title), peak \(fixed(peakGmacs)) G MAC/s", ""] + table.lines + [
      "", times.footer("arena \(arenaBytes / 1024) KiB, packed \(packedBytes / 1024) KiB, "),
    ] + (sharesLine.map { [$0] } ?? []) + (sixteenBits.map { [$0.line] } ?? [])
  }

  /// How threads shared the work; nil where each took as much as the others.
  private var sharesLine: String? {
    guard let most = threadShares.max(), let least = threadShares.min(), most - least > 0.01 else { return nil }
    let shares = threadShares.map { percent($0) }.joined(separator: ", ")
    return "threads' shares of a layer at the end: \(shares), since some cores were slower than others"
  }
}

extension BenchResult {
  /// Times the int8 engine: whole inferences, then again by layer.
  init(_ quantized: QuantizedModel, path: String, readMs: Double, threads: Int, runs: Int) throws {
    let clock = ContinuousClock()
    let pixels = Samples.pixels(quantized.description.graph)
    let start = clock.now
    let interpreter = try Interpreter(quantized, atMost: threads)
    let loadMs = (clock.now - start).seconds * 1e3
    var logits = [Float](repeating: 0, count: interpreter.logitCount)
    let (first, totals) = Samples.timing(runs) {
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    }
    var byLayer = [Samples](repeating: Samples(), count: interpreter.layers.count)
    var nanoseconds = [UInt64](repeating: 0, count: interpreter.layers.count)
    for _ in 0..<runs {
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, timing: &nanoseconds) }
      for (index, time) in nanoseconds.enumerated() { byLayer[index].add(Double(time) * 1e-6) }
    }
    engine = EngineFigures(
      interpreter, byLayer, medianMs: totals.median, threads: interpreter.threads,
      sixteenBits: try SixteenBitPrice(
        quantized, pixels, medianMs: totals.median, threads: interpreter.threads, runs: runs))
    times = Times(
      path, isa: KernelTable.detected.isa.name, threads: interpreter.threads, atMost: threads, runs: runs, first: first,
      samples: totals,
      readMs: readMs, loadMs: loadMs)
  }
}
