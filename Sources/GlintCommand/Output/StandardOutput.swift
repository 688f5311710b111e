import CSystem
import Glibc
import Threads

/// Standard output, of which every write is checked: results that are not printed are a failure.
///
/// Where it fails, the program ends with status 1, or, where nobody reads any more, as SIGPIPE ends programs: without
/// a word. Commands that make files or serve a page go on with that, and end so when they are done.
enum StandardOutput {
  /// How output is lost.
  enum Loss: Sendable {
    /// The reader of the pipe has gone, as `head` does.
    case reader
    /// The disk is full or broken, the terminal has gone, or the descriptor is closed.
    case place
  }

  private struct State {
    var survived: Set<Loss> = []
    var lost: Loss?
  }

  private static let state = Locked(State())

  /// The work is worth more than what it prints: it goes on where output is lost in these ways.
  static func goOn(without losses: Set<Loss>) { state.withLock { $0.survived = losses } }

  /// Writes all of a text at once; texts of several threads do not mix. Writes nothing any more once output is lost.
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    let (error, isSurvived) = state.withLock { state -> (CInt, Bool) in
      guard state.lost == nil else { return (0, true) }
      let error = bytes.withUnsafeBytes { sys_write_all(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if error != 0 { state.lost = error == EPIPE ? .reader : .place }
      return (error, state.lost.map(state.survived.contains) ?? true)
    }
    guard error != 0 else { return }
    if error != EPIPE {
      printError("glint: standard output cannot be written: \(String(cString: sys_error_text(error)))")
    }
    if !isSurvived { endIfLost() }
  }

  /// Ends the program where output was lost; else goes on.
  static func endIfLost() {
    switch state.withLock({ $0.lost }) {
    case nil: return
    case .place: exit(1)
    case .reader:
      // Whoever started the program sees what it would of any other; 141 is what shells make of that.
      signal(SIGPIPE, SIG_DFL)
      kill(getpid(), SIGPIPE)
      exit(128 + SIGPIPE)
    }
  }
}
