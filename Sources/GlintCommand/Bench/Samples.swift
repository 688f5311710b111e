import Glibc
import Models
import Numerics

/// Measured times, in milliseconds.
struct Samples {
  private var times: [Double] = []

  mutating func add(_ time: Double) { times.append(time) }

  var least: Double { times.min() ?? 0 }
  var median: Double { quantile(0.5) }

  /// The smallest time that a share of all times does not exceed.
  func quantile(_ share: Double) -> Double {
    let sorted = times.sorted()
    return sorted[max(0, min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.up)) - 1))]
  }

  /// Times a first call, then `runs` more.
  static func timing(_ runs: Int, _ call: () -> Void) -> (firstMs: Double, later: Samples) {
    let clock = ContinuousClock()
    let firstMs = clock.measure(call).seconds * 1e3
    var later = Samples()
    for _ in 0..<runs { later.add(clock.measure(call).seconds * 1e3) }
    return (firstMs, later)
  }

  /// Random pixels of a graph's input.
  static func pixels(_ graph: Graph) -> [UInt8] {
    var random = CounterRandom(seed: 1)
    return (0..<graph.input.count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// The most memory that this process has held, in bytes.
  static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
