import Numerics

/// What one benchmark of a model found, in the words of `bench --json`.
struct BenchResult: Encodable {
  /// How long one inference takes, of either kind of model. Milliseconds.
  struct Times: Encodable {
    let model: String
    let isa: String
    let threads: Int
    /// Threads that were offered, of which fewer serve where more would be slower.
    let threadsOffered: Int
    let runs: Int
    let minMs: Double
    let medianMs: Double
    let p99Ms: Double
    let firstMs: Double
    let readMs: Double
    let loadMs: Double
    let peakMemoryBytes = Samples.peakMemory()

    /// - Parameters:
    ///   - samples: of one inference each.
    ///   - readMs: what reading the file took.
    ///   - loadMs: what preparing the model took.
    init(
      _ path: String, isa: String, threads: Int, atMost offered: Int? = nil, runs: Int, first: Double,
      samples: Samples, readMs: Double, loadMs: Double
    ) {
      (model, self.isa, self.threads, self.runs, firstMs) = (path, isa, threads, runs, first)
      threadsOffered = offered ?? threads
      (minMs, medianMs, p99Ms) = (samples.least, samples.median, samples.quantile(0.99))
      (self.readMs, self.loadMs) = (readMs, loadMs)
    }

    /// The model, the instruction set and the rest of what was asked for.
    var title: String {
      let fewer = threads < threadsOffered ? " of \(threadsOffered), since more would be slower" : ""
      return "\(isa), \(threads) thread\(threads == 1 ? "" : "s")\(fewer), \(runs) runs"
    }

    /// Times that matter once, and memory; `engine` goes between.
    func footer(_ engine: String = "") -> String {
      "first inference \(fixed(firstMs, 3)) ms, read \(fixed(readMs, 2)) ms, load \(fixed(loadMs, 2)) ms, \(engine)"
        + "peak memory \(peakMemoryBytes / 1_048_576) MiB"
    }
  }

  let times: Times
  /// What the int8 engine counts by layer; nil for a float model.
  let engine: EngineFigures?

  func encode(to encoder: any Encoder) throws {
    try times.encode(to: encoder)
    try engine?.encode(to: encoder)
  }

  /// The same for people.
  var lines: [String] {
    if let engine { return engine.lines(times) }
    return [
      "\(times.model): float, \(times.title)",
      "min \(fixed(times.minMs, 4)) ms, median \(fixed(times.medianMs, 4)) ms, p99 \(fixed(times.p99Ms, 4)) ms",
      times.footer(),
    ]
  }
}
