import Models
import Runtime

/// What a second network takes longer than a first on this machine, measured in turn, so that what disturbs the machine
/// meets both.
public struct PairedTime: Hashable, Sendable {
  /// The median time of the first, in seconds.
  public let first: Double
  /// The median of the differences of neighbouring runs, second less first, in seconds.
  public let difference: Double
  /// Its 95 % interval, by the order of the differences alone, so that single disturbed runs count for little.
  public let interval: ClosedRange<Double>

  /// Whether the difference stands out of the noise.
  public var isMeasurable: Bool { !interval.contains(0) }

  /// The difference as a share of the first's time.
  public var share: Double { first > 0 ? difference / first : 0 }

  /// Runs both in turn.
  ///
  /// - Parameter seconds: about how long each of the two runs in all; 9 to 400 runs of each, whatever they take.
  public init(_ first: Interpreter, _ second: Interpreter, pixels: [UInt8], seconds: Double = 0.06) {
    _ = Self.time(second, pixels)
    let once = Self.time(first, pixels)
    let rounds = max(9, min(400, Int(seconds / max(once, 1e-6))))
    var times: [Double] = []
    var differences: [Double] = []
    for round in 0..<rounds {
      // Which comes first changes, since it may find the caches as the other left them.
      let secondFirst = round % 2 == 0 ? nil : Self.time(second, pixels)
      times.append(Self.time(first, pixels))
      differences.append((secondFirst ?? Self.time(second, pixels)) - times[round])
    }
    self.init(times: times, differences: differences)
  }

  /// Times of the first, and by how much the second took longer, run by run.
  init(times: [Double], differences: [Double]) {
    let sorted = differences.sorted()
    // The ranks between which the median lies: binomial with one half, near enough normal from nine runs on.
    let half = 0.98 * Double(sorted.count).squareRoot()
    let low = max(0, Int(Double(sorted.count) / 2 - half))
    first = times.sorted()[times.count / 2]
    difference = sorted[sorted.count / 2]
    interval = sorted[low]...sorted[sorted.count - 1 - low]
  }

  private static func time(_ interpreter: Interpreter, _ pixels: [UInt8]) -> Double {
    let start = ContinuousClock.now
    _ = interpreter.invoke(pixels)
    return (ContinuousClock.now - start) / .seconds(1)
  }
}
