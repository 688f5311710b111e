/// Which of a class's pictures are learned from, and which only judge. The latest ones judge, and what is less than a
/// second older than they are is left out: neighbours of one second show the same, and a model would be judged by what
/// it has learned.
package enum TimeSplit {
  package enum Part: Hashable, Sendable {
    case training, validation, test
  }

  /// How long before the first picture that judges none is learned from, in milliseconds.
  package static let guardTime: Int64 = 1_000

  /// The part of each picture, nil where it is left out.
  ///
  /// The last quarter tests, at least four; before it a tenth validates, at least two.
  ///
  /// - Parameter milliseconds: when each was taken, in any order.
  package static func parts(_ milliseconds: [Int64]) -> [Part?] {
    let order = milliseconds.indices.sorted { (milliseconds[$0], $0) < (milliseconds[$1], $1) }
    let count = order.count
    let test = min(count, max(4, count / 4))
    let validation = min(count - test, max(2, count / 10))
    let learned = count - test - validation
    var parts = [Part?](repeating: nil, count: count)
    let begin = learned < count ? milliseconds[order[learned]] : .max
    for (rank, index) in order.enumerated() {
      if rank >= count - test {
        parts[index] = .test
      } else if rank >= learned {
        parts[index] = .validation
      } else if milliseconds[index] <= begin - guardTime || !hasRoom(order, milliseconds, learned, begin) {
        parts[index] = .training
      }
    }
    return parts
  }

  /// Whether the gap leaves at least half of the pictures to learn from. Pictures without times of their own, as of
  /// files copied in one second, have no gaps to keep.
  private static func hasRoom(_ order: [Int], _ milliseconds: [Int64], _ learned: Int, _ begin: Int64) -> Bool {
    let left = order[..<learned].count { milliseconds[$0] <= begin - guardTime }
    return 2 * left >= learned
  }
}
