/// Leaves out frames of a camera that gives more a second than were asked for: cameras know few rates, and many none
/// below five a second.
package struct FrameThinner {
  private let period: UInt64?
  private var due: UInt64?

  /// - Parameter rate: frames a second; nil for all that come.
  package init(rate: Double?) {
    period = rate.map { UInt64(1e9 / $0) }
  }

  /// Whether the frame of this time is to be taken. On the average as many are as were asked for; one that comes a
  /// little early, by the clock of a camera that means the same rate, is not left out.
  package mutating func takes(_ nanoseconds: UInt64) -> Bool {
    guard let period else { return true }
    guard let due, nanoseconds < due + 4 * period else {
      due = nanoseconds + period
      return true
    }
    guard nanoseconds + period / 4 >= due else { return false }
    self.due = due + period
    return true
  }
}
