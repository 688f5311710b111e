import CThreads
import Glibc

/// CLOCK_MONOTONIC in nanoseconds: the kernel stamps camera frames by it, so that ages of frames are differences of it.
func monotonicNow() -> UInt64 { ct_now() }

/// The processor time of all threads of the program so far, in seconds.
func processorNow() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
