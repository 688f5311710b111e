import CThreads
import Glibc

/// When something that failed is tried again: soon, then less and less often.
struct Backoff {
  private static let first = 0.5, most = 30.0
  private var pause = first
  private var due: UInt64 = 0

  /// It failed now.
  mutating func fail() {
    due = ct_now() + UInt64(pause * 1e9)
    pause = min(2 * pause, Self.most)
  }

  /// It works again.
  mutating func succeed() { pause = Self.first }

  /// Waits until it is due, so many milliseconds at most; whether it is.
  func wait(milliseconds: Int) -> Bool {
    let now = ct_now()
    guard now < due else { return true }
    let pause = min(due - now, UInt64(max(0, milliseconds)) * 1_000_000)
    var time = timespec(tv_sec: Int(pause / 1_000_000_000), tv_nsec: Int(pause % 1_000_000_000))
    nanosleep(&time, nil)
    return ct_now() >= due
  }
}
