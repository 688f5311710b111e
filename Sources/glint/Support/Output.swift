import Foundation

/// Prints a line on standard output at once, so that a program that reads a pipe sees it when it is true.
func emit(_ line: String) {
  print(line)
  fflush(nil)
}

/// Prints a line on standard error.
func complain(_ line: String) {
  fflush(nil)
  FileHandle.standardError.write(Data((line + "\n").utf8))
}

/// Whether standard error is a terminal that a progress bar may redraw.
var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

/// A number with a fixed count of decimals, whatever the locale.
func fixed(_ value: Double, _ decimals: Int = 1) -> String {
  String(format: "%.\(decimals)f", value)
}

/// A share as a percentage with one decimal, as in `97.3 %`.
func percent(_ share: Double, _ decimals: Int = 1) -> String { fixed(share * 100, decimals) + " %" }

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

/// A count with its digits in groups of three, as in `3 696 625`.
func grouped(_ number: Int) -> String {
  var digits = String(abs(number))
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert((number < 0 ? "-" : "") + digits, at: 0)
  return groups.joined(separator: " ")
}
