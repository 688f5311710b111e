import Foundation
import Numerics

/// A span of time in the unit that a person reads, as in `0.64 ms`, `12 s` or `3 min 05 s`.
func duration(seconds: Double) -> String {
  switch seconds {
  case ..<0.001: fixed(seconds * 1e6, 0) + " µs"
  case ..<1: fixed(seconds * 1e3, 2) + " ms"
  case ..<10: fixed(seconds, 1) + " s"
  case ..<90: fixed(seconds, 0) + " s"
  default: String(format: "%d min %02d s", Int(seconds) / 60, Int(seconds) % 60)
  }
}
