import CSystem
import FoundationEssentials
import Glibc

/// What a terminal can show: how wide, and in which colours.
enum TerminalLook {
  /// Columns of the terminal behind a descriptor; nil where it is none, or says nothing.
  static func width(_ descriptor: CInt) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    let columns = Int(sys_terminal_columns(descriptor))
    if columns > 0 { return columns }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether a line can be drawn over: on terminals that know more than lines.
  static func canRedraw(_ descriptor: CInt) -> Bool {
    isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether colours are wanted (no-color.org) and can be shown.
  static func hasColours(_ descriptor: CInt) -> Bool {
    canRedraw(descriptor) && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }
}
