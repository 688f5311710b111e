import Foundation
import Graphs
import Tensors

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
