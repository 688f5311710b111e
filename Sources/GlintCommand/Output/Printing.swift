import CSystem
import Glibc

/// Prints a line on standard output at once, so that a program that reads a pipe sees it when it is true.
func emit(_ line: String) {
  let text = TerminalText.fitted(line, on: STDOUT_FILENO) + "\n"
  StatusLine.above { StandardOutput.write(text) }
}

/// The same of a line that is made to be copied, such as JSON or a command: it is broken nowhere.
func emitWhole(_ line: String) {
  let text = TerminalText.shown(line, on: STDOUT_FILENO) + "\n"
  StatusLine.above { StandardOutput.write(text) }
}

/// Prints a line of pieces, which may have colours, on standard output.
func emit(_ pieces: [LinePiece]) {
  let isShort = TerminalLook.width(STDOUT_FILENO).map {
    TextWidth.columns(pieces.map(\.plain).joined(separator: "  ")) <= $0
  }
  guard isShort == true else { return emit(pieces.map(\.plain).joined(separator: "  ")) }
  let text = pieces.map(\.shown).joined(separator: "  ") + "\n"
  StatusLine.above { StandardOutput.write(text) }
}

/// Prints a line on standard error.
func printError(_ line: String) {
  let text = TerminalText.fitted(line, on: STDERR_FILENO) + "\n"
  StatusLine.above { drawOnError(text) }
}

/// Writes to standard error as it is. Nothing can be done, and nobody told, where that fails: work goes on.
func drawOnError(_ text: String) {
  let bytes = Array(text.utf8)
  _ = bytes.withUnsafeBytes { sys_write_all(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// Text for terminals.
enum TerminalText {
  /// A text as it may be printed, in lines that fit a terminal.
  static func fitted(_ text: String, on descriptor: CInt) -> String {
    let text = shown(text, on: descriptor)
    guard let width = TerminalLook.width(descriptor) else { return text }
    return TextWidth.wrapped(text, to: width)
  }

  /// A text as it may be printed: where a terminal reads it, characters that would command it are shown by their
  /// numbers, since names of files may hold any.
  static func shown(_ text: String, on descriptor: CInt) -> String {
    text.unicodeScalars.contains(where: commands) && isatty(descriptor) == 1 ? escaped(text) : text
  }

  /// The same whoever reads it.
  static func escaped(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      if commands(scalar) {
        shown += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// Control characters but tabs and line ends, and those that turn the direction of what follows.
  private static func commands(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10: false
    case 0..<32, 127..<160, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
