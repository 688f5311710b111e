import Camera
import Glibc
import Live
import Models
import Numerics
import Results

/// What `glint live` shows: one line that is drawn again and again on a terminal, a line a second where output is
/// piped, or one JSON object a frame; with events, a line or an object for each of them in place of these.
struct LiveScreen {
  private var description: ModelDescription
  private let json: Bool
  private let events: Bool
  private let clock: WallClock
  /// What the board tells, for the lines of JSON.
  var board: BoardLine?
  private let isDrawn = TerminalLook.canRedraw(STDOUT_FILENO)
  private let hasColours = TerminalLook.hasColours(STDOUT_FILENO)
  private var drawn: ContinuousClock.Instant?
  private var recent: [ContinuousClock.Instant] = []

  init(_ description: ModelDescription, json: Bool, events: Bool = false, clock: WallClock = WallClock()) {
    self.description = description
    self.json = json
    self.events = events
    self.clock = clock
  }

  /// Shows what another model says from now on.
  mutating func use(_ description: ModelDescription) { self.description = description }

  /// Says what is looked at.
  func begin(_ title: String) {
    printError("Looking at \(title). Ctrl-C ends.")
  }

  /// The frame in the words of `--json`.
  func line(_ frame: LabelledFrame) -> String {
    (try? jsonLine(LiveLine(frame, description, clock: clock, board: board))) ?? "{}"
  }

  /// Shows a labelled frame.
  mutating func show(_ frame: LabelledFrame) {
    if events, json || !isDrawn { return }
    if json { return emitWhole(line(frame)) }
    let now = ContinuousClock.now
    recent.append(now)
    while let first = recent.first, now - first > .seconds(2) { recent.removeFirst() }
    let pause: Duration = isDrawn ? .milliseconds(50) : .seconds(1)
    if let drawn, now - drawn < pause { return }
    drawn = now
    let rate = recent.count > 1 ? Double(recent.count - 1) / (now - recent[0]).seconds : 0
    let faces = frame.faces.isEmpty ? [LinePiece("no face")] : frame.faces.map(piece)
    let times = frame.times
    let further = [
      "\(fixed(rate, 0))/s", board?.celsius.map { "\(fixed($0, 0)) °C" } ?? "",
      "glass to label \(milliseconds(times.glassToLabel)) ms", "decode \(milliseconds(times.decode))",
      "detect \(milliseconds(times.detect))", "prepare \(milliseconds(times.prepare))",
      "classify \(milliseconds(times.classify)) ms", "dropped \(frame.dropped)",
    ]
    let pieces = faces + further.filter { !$0.isEmpty }.map { LinePiece($0) }
    guard isDrawn else { return emit(pieces) }
    StatusLine.draw(LinePiece.line(pieces, room: StatusLine.room(STDOUT_FILENO)), on: STDOUT_FILENO)
  }

  /// A face's label, with a bar and its probability where the model is sure.
  private func piece(_ face: LabelledFace) -> LinePiece {
    let answer = face.answer
    let label = label(answer.label)
    guard answer.isSure else { return label }
    let share = Double(answer.probability)
    let bar = String(repeating: "█", count: Int(share * 10)) + String(repeating: "░", count: 10 - Int(share * 10))
    return label + LinePiece(" \(bar) \(percent(share, 0))")
  }

  private func label(_ text: String) -> LinePiece {
    LinePiece(label: text, index: description.labels.firstIndex(of: text), hasColours: hasColours)
  }

  /// Shows an event, where these are wanted.
  mutating func show(_ event: AnswerEvent) {
    guard events else { return }
    let line = EventLine(event, clock: clock)
    if json { return emitWhole((try? jsonLine(line)) ?? "{}") }
    emit(line.before.map { LinePiece($0) } + [label(event.label)] + line.behind.map { LinePiece($0) })
  }

  /// Tells what a person should know, on standard error.
  mutating func show(_ notice: LivePipeline.Notice) {
    switch notice {
    case .waiting(let error): printError("\(error) Waiting for it.")
    case .resumed(let title): printError("Looking again at \(title).")
    case .unreadable(let error): printError("Passed over \(error)")
    case .unlike(let fault): printError(fault.advice)
    }
  }

  /// Shows what happened in all.
  mutating func end(_ summary: LiveSummary) {
    StatusLine.clear()
    let rate = summary.seconds > 0 ? Double(summary.labelled) / summary.seconds : 0
    printError(
      "\(summary.labelled) frames labelled in \(duration(seconds: summary.seconds)), \(fixed(rate))/s, "
        + "\(percent(summary.processorSeconds / max(summary.seconds, 1e-9), 0)) of one core")
    printError(
      """
      dropped: \(summary.losses.lost) lost by the source, \(summary.losses.skipped + summary.replaced) passed over \
      for newer ones, \(summary.damaged) damaged
      """)
    guard summary.labelled > 0 else { return }
    var table = Table(["ms", "p50", "p95", "p99"])
    for (name, times) in summary.stages {
      table.add([name] + [0.5, 0.95, 0.99].map { fixed(times.milliseconds(atShare: $0), 2) })
    }
    table.lines.forEach(printError)
  }

  private func milliseconds(_ nanoseconds: UInt64) -> String { fixed(Double(nanoseconds) / 1e6) }
}
