import FloatRuntime
import Foundation
import Models
import Numerics
import Runtime

/// What the benchmark of a float model found, in the words of `bench --json`.
struct FloatBenchResult: Encodable {
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
  let peakMemoryBytes: Int

  /// Times the fastest float kernels within the limit of the process.
  init(_ float: FloatModel, path: String, readMs: Double, threads: Int, runs: Int) throws {
    let kernels = FloatKernels.fastest
    let pixels = Samples.pixels(float.description.graph)
    let clock = ContinuousClock()
    let start = clock.now
    let interpreter = try FloatInterpreter(float, threads: threads, kernels: kernels)
    loadMs = (clock.now - start).seconds * 1e3
    let times: Samples
    (firstMs, times) = Samples.timing(runs) { _ = interpreter.run(pixels: pixels) }
    (model, isa, self.threads, self.runs, self.readMs) = (path, kernels.name, threads, runs, readMs)
    (minMs, medianMs, p99Ms) = (times.least, times.median, times.quantile(0.99))
    peakMemoryBytes = Samples.peakMemory()
  }

  /// The same for people.
  var lines: [String] {
    [
      "\(model): float, \(isa), \(threads) thread\(threads == 1 ? "" : "s"), \(runs) runs",
      "min \(fixed(minMs, 4)) ms, median \(fixed(medianMs, 4)) ms, p99 \(fixed(p99Ms, 4)) ms",
      "first inference \(fixed(firstMs, 3)) ms, read \(fixed(readMs, 2)) ms, load \(fixed(loadMs, 2)) ms, peak memory "
        + "\(peakMemoryBytes / 1_048_576) MiB",
    ]
  }
}
