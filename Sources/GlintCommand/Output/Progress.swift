import Numerics

/// A progress bar with the time left on a terminal, and a plain line every few seconds where standard error is piped.
///
/// `title  [#######-----]  58 %  12 s left  note`
struct Progress {
  private let title: String
  private let quiet: Bool
  private let start = ContinuousClock.now
  private var drawn = ContinuousClock.now - .seconds(1)
  private var width = 0

  /// Starts a bar; `quiet` shows nothing.
  init(_ title: String, quiet: Bool = false) {
    self.title = title
    self.quiet = quiet
  }

  /// Shows that `done` of `total` steps are done, and a short note such as the loss.
  mutating func update(_ done: Int, of total: Int, note: String = "") {
    guard !quiet, total > 0 else { return }
    let now = ContinuousClock.now
    let pause: Duration = errorIsTerminal ? .milliseconds(80) : .seconds(5)
    guard now - drawn >= pause else { return }
    drawn = now
    let share = Double(done) / Double(total)
    let elapsed = (now - start).seconds
    let left = done > 0 ? duration(seconds: elapsed / share - elapsed) + " left" : ""
    if errorIsTerminal {
      let cells = Int(share * 24)
      let bar = String(repeating: "█", count: cells) + String(repeating: "░", count: 24 - cells)
      draw("\(title)  \(bar)  \(fixed(share * 100, 0)) %  \(left)  \(note)")
    } else {
      printError("\(title): \(done) of \(total), \(left)\(note.isEmpty ? "" : ", \(note)")")
    }
  }

  /// Removes the bar and leaves one line that says what was done and how long it took.
  mutating func finish(_ note: String = "") {
    guard !quiet else { return }
    if errorIsTerminal { draw("") }
    let took = duration(seconds: (ContinuousClock.now - start).seconds)
    printError("\(title): \(note.isEmpty ? "done" : note) (\(took))")
  }

  private mutating func draw(_ line: String) {
    let padding = String(repeating: " ", count: max(0, width - line.count))
    drawOnError("\r" + TerminalText.escaped(line) + padding + (line.isEmpty ? "\r" : ""))
    width = line.count
  }
}
