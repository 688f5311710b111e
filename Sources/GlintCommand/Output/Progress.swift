import Glibc
import Numerics

/// A progress bar with the time left on a terminal, and a plain line every few seconds where standard error is piped.
///
/// `title  [#######-----]  58 %  12 s left  note`
struct Progress {
  private let title: String
  private let quiet: Bool
  private let start = ContinuousClock.now
  private var drawn = ContinuousClock.now - .seconds(1)

  /// Starts a bar; `quiet` shows nothing.
  init(_ title: String, quiet: Bool = false) {
    self.title = title
    self.quiet = quiet
  }

  /// Shows that `done` of `total` steps are done, and a short note such as the loss.
  mutating func update(_ done: Int, of total: Int, note: String = "") {
    guard total > 0 else { return }
    update(share: Double(done) / Double(total), plainly: "\(done) of \(total)", note: note)
  }

  /// Shows that a share of the work is done, where its steps are too unlike to be counted.
  mutating func update(share: Double, note: String = "") {
    update(share: share, plainly: "\(fixed(share * 100, 0)) %", note: note)
  }

  private mutating func update(share: Double, plainly: String, note: String) {
    guard !quiet else { return }
    let now = ContinuousClock.now
    let isDrawn = TerminalLook.canRedraw(STDERR_FILENO)
    let pause: Duration = isDrawn ? .milliseconds(80) : .seconds(5)
    guard now - drawn >= pause else { return }
    drawn = now
    let elapsed = (now - start).seconds
    let left = share > 0 ? timeLeft(seconds: elapsed / share - elapsed) : ""
    if isDrawn {
      let room = StatusLine.room(STDERR_FILENO)
      let percents = "\(fixed(share * 100, 0)) %"
      // What is left of the line is the bar's, where that is enough for one.
      let cells = min(24, room - TextWidth.columns("\(title)  \(percents)  \(left)") - 2)
      let full = Int(share * Double(max(cells, 0)))
      let bar = String(repeating: "█", count: full) + String(repeating: "░", count: max(cells, 0) - full)
      let pieces = [title, cells < 4 ? "" : bar, percents, left, note].map { LinePiece($0) }
      StatusLine.draw(LinePiece.line(pieces, room: room), on: STDERR_FILENO)
    } else {
      printError(["\(title): \(plainly)", left, note].filter { !$0.isEmpty }.joined(separator: ", "))
    }
  }

  /// Removes the bar and leaves one line that says what was done and how long it took.
  mutating func finish(_ note: String = "") {
    guard !quiet else { return }
    StatusLine.clear()
    let took = duration(seconds: (ContinuousClock.now - start).seconds)
    printError("\(title): \(note.isEmpty ? "done" : note) (\(took))")
  }
}
