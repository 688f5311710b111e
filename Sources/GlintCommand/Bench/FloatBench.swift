import FloatRuntime
import Models
import Numerics

extension BenchResult {
  /// Times the fastest float kernels within the limit of the process.
  init(_ float: FloatModel, path: String, readMs: Double, threads: Int, runs: Int) throws {
    let kernels = FloatKernels.fastest
    let pixels = Samples.pixels(float.description.graph)
    let clock = ContinuousClock()
    let start = clock.now
    let interpreter = try FloatInterpreter(float, threads: threads, kernels: kernels)
    let loadMs = (clock.now - start).seconds * 1e3
    let (first, samples) = Samples.timing(runs) { _ = interpreter.run(pixels: pixels) }
    times = Times(
      path, isa: kernels.name, threads: threads, runs: runs, first: first, samples: samples, readMs: readMs,
      loadMs: loadMs)
    engine = nil
  }
}
