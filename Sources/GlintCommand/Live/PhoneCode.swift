import Glibc
import QRCodes

/// An address as a QR code on the terminal, for a phone's camera.
enum PhoneCode {
  /// Draws it on standard error, where that is a terminal with colours and room for it.
  static func show(_ address: String) {
    guard TerminalLook.hasColours(STDERR_FILENO), let code = QRCode(address) else { return }
    let margin = 2
    guard let width = TerminalLook.width(STDERR_FILENO), width >= code.size + 2 * margin else { return }
    drawOnError(lines(of: code, margin: margin).joined(separator: "\n") + "\n")
  }

  /// Two modules a character, one above the other, black on white whatever the terminal's own colours are: readers want
  /// a light margin.
  static func lines(of code: QRCode, margin: Int) -> [String] {
    stride(from: -margin, to: code.size + margin, by: 2).map { row in
      var line = ""
      for column in -margin..<code.size + margin {
        switch (code[column, row], code[column, row + 1]) {
        case (true, true): line += "█"
        case (true, false): line += "▀"
        case (false, true): line += "▄"
        case (false, false): line += " "
        }
      }
      return "\u{1B}[30;107m\(line)\u{1B}[0m"
    }
  }
}
