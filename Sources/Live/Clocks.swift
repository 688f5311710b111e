import Foundation

/// CLOCK_MONOTONIC in nanoseconds: the kernel stamps camera frames by it, so that ages of frames are differences of it.
func monotonicNow() -> UInt64 { nanoseconds(of: CLOCK_MONOTONIC) }

/// The processor time of all threads of the program so far, in seconds.
func processorNow() -> Double { Double(nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID)) / 1e9 }

private func nanoseconds(of clock: clockid_t) -> UInt64 {
  var time = timespec()
  clock_gettime(clock, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
