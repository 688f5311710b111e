import Numerics

/// A span of time in the unit that a person reads, as in `0.64 ms`, `12 s` or `3 min 05 s`.
func duration(seconds: Double) -> String {
  switch seconds {
  case ..<0.001: fixed(seconds * 1e6, 0) + " µs"
  case ..<1: fixed(seconds * 1e3, 2) + " ms"
  case ..<10: fixed(seconds, 1) + " s"
  case ..<90: fixed(seconds, 0) + " s"
  default: "\(Int(seconds) / 60) min \(Int(seconds) % 60 < 10 ? "0" : "")\(Int(seconds) % 60) s"
  }
}

/// The time that is left, which is an estimate: no finer than a person waits, as in `12 s left`. Empty where nothing
/// is.
func timeLeft(seconds: Double) -> String {
  guard seconds > 0, seconds.isFinite else { return "" }
  guard seconds >= 1 else { return "less than 1 s left" }
  return (seconds < 90 ? "\(Int(seconds.rounded())) s" : duration(seconds: seconds)) + " left"
}
