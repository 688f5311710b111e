import CThreads
import Glibc

/// The clock of a camera that is none: frame k is due at start + k * period, and frames whose time has passed unseen
/// are lost, as a camera's are.
struct FramePacer {
  private let period: UInt64
  private let start = ct_now()
  private var due = 0

  init(rate: Double) {
    period = UInt64(1e9 / rate)
  }

  /// Waits for the next frame's time; its number and time, or nil when that is further off than `milliseconds`.
  mutating func next(milliseconds: Int) -> (number: Int, nanoseconds: UInt64)? {
    let now = ct_now()
    let wanted = start + UInt64(due) * period
    if wanted > now {
      let wait = min(wanted - now, UInt64(milliseconds) * 1_000_000)
      var time = timespec(tv_sec: Int(wait / 1_000_000_000), tv_nsec: Int(wait % 1_000_000_000))
      nanosleep(&time, nil)
      guard ct_now() >= wanted else { return nil }
    }
    let number = max(due, Int((ct_now() - start) / period))
    due = number + 1
    return (number, start + UInt64(number) * period)
  }
}
