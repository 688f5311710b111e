import CSystem
import Glibc
import Threads

/// The one line of a terminal that is drawn over again and again. It is never wider than the terminal, so that it never
/// scrolls, and whatever else is printed goes above it.
enum StatusLine {
  private struct State: Sendable {
    var text = ""
    var descriptor: CInt = STDERR_FILENO
    /// How many print just now; the line is drawn when the last of them is done.
    var printing = 0
  }

  private static let state = Locked(State())

  /// Draws a line over the last one.
  ///
  /// - Parameters:
  ///   - text: fits, as `room` says; it may hold colours.
  ///   - descriptor: of a terminal that can be drawn over.
  static func draw(_ text: String, on descriptor: CInt) {
    state.withLock { state in
      guard state.text != text || state.descriptor != descriptor else { return }
      if state.descriptor != descriptor { erase(state) }
      (state.text, state.descriptor) = (text, descriptor)
      if state.printing == 0 { write(erasing + text, descriptor) }
    }
  }

  /// Takes the line away.
  static func clear() {
    state.withLock { state in
      erase(state)
      state.text = ""
    }
  }

  /// Columns that a line on this terminal may take: the last one stays free, where some terminals begin a new line.
  static func room(_ descriptor: CInt) -> Int { max(10, (TerminalLook.width(descriptor) ?? 80) - 1) }

  /// Prints with the line out of the way, and draws it again.
  static func above<Result>(_ print: () -> Result) -> Result {
    // What prints may fail, and print that: no lock is held.
    state.withLock { state in
      if state.printing == 0 { erase(state) }
      state.printing += 1
    }
    defer {
      state.withLock { state in
        state.printing -= 1
        if state.printing == 0, !state.text.isEmpty { write(erasing + state.text, state.descriptor) }
      }
    }
    return print()
  }

  /// Back to the first column, and nothing behind (ECMA-48, EL).
  private static let erasing = "\r\u{1B}[K"

  private static func erase(_ state: State) {
    if !state.text.isEmpty { write(erasing, state.descriptor) }
  }

  /// Nothing is lost with what cannot be drawn.
  private static func write(_ text: String, _ descriptor: CInt) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { sys_write_all(descriptor, $0.baseAddress, $0.count) }
  }
}

/// A piece of a line: what is shown, and, with colours, how.
struct LinePiece {
  /// Without colours.
  var plain: String
  /// As it is drawn.
  var shown: String

  /// A piece without colours.
  init(_ text: String) {
    plain = TerminalText.escaped(text)
    shown = plain
  }

  /// A label in the colour of its class; none for the model's word for being unsure.
  ///
  /// - Parameter index: of the class, nil for none.
  init(label: String, index: Int?, hasColours: Bool) {
    self.init(label)
    // Yellow, cyan, green, magenta, blue, red: readable on black and on white, in the order of the page's.
    guard hasColours, let index else { return }
    let colour = [33, 36, 32, 35, 34, 31][index % 6]
    shown = "\u{1B}[1;\(colour)m\(plain)\u{1B}[0m"
  }

  /// Pieces side by side.
  static func + (one: LinePiece, other: LinePiece) -> LinePiece {
    var piece = one
    piece.plain += other.plain
    piece.shown += other.shown
    return piece
  }

  /// As many pieces as fit, the first ones first; the first is cut where it alone does not.
  static func line(_ pieces: [LinePiece], room: Int) -> String {
    guard let first = pieces.first else { return "" }
    var width = TextWidth.columns(first.plain)
    guard width <= room else { return TextWidth.cut(first.plain, to: room) }
    var line = first.shown
    for piece in pieces.dropFirst() where !piece.plain.isEmpty {
      let more = 2 + TextWidth.columns(piece.plain)
      guard width + more <= room else { break }
      line += "  " + piece.shown
      width += more
    }
    return line
  }
}
