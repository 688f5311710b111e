import Camera
import Foundation
import Live
import Models
import Numerics

/// What `glint live` shows: one line that is drawn again and again on a terminal, a line a second where output is
/// piped, or one JSON object a frame.
struct LiveScreen {
  private let description: ModelDescription
  private let json: Bool
  private let isTerminal = isatty(STDOUT_FILENO) == 1
  private var drawn: ContinuousClock.Instant?
  private var recent: [ContinuousClock.Instant] = []
  private var width = 0

  init(_ description: ModelDescription, json: Bool) {
    self.description = description
    self.json = json
  }

  /// Says what is looked at.
  func begin(_ title: String) {
    printError("Looking at \(title). Ctrl-C ends.")
  }

  /// The frame in the words of `--json`.
  func line(_ frame: LabelledFrame) -> String {
    (try? jsonLine(LiveLine(frame, description))) ?? "{}"
  }

  /// Shows a labelled frame.
  mutating func show(_ frame: LabelledFrame) {
    if json { return emit(line(frame)) }
    let now = ContinuousClock.now
    recent.append(now)
    while let first = recent.first, now - first > .seconds(2) { recent.removeFirst() }
    let pause: Duration = isTerminal ? .milliseconds(50) : .seconds(1)
    if let drawn, now - drawn < pause { return }
    drawn = now
    let rate = recent.count > 1 ? Double(recent.count - 1) / (now - recent[0]).seconds : 0
    let faces = frame.faces.map { face in
      let answer = face.answer
      guard answer.isSure else { return answer.label }
      let share = Double(answer.probability)
      let bar = String(repeating: "█", count: Int(share * 10)) + String(repeating: "░", count: 10 - Int(share * 10))
      return "\(answer.label) \(bar) \(percent(share, 0))"
    }
    let times = frame.times
    let line = [
      faces.isEmpty ? "no face" : faces.joined(separator: "  "), "\(fixed(rate, 0))/s",
      "decode \(milliseconds(times.decode))",
      "detect \(milliseconds(times.detect))", "prepare \(milliseconds(times.prepare))",
      "classify \(milliseconds(times.classify)) ms",
      "glass to label \(milliseconds(times.glassToLabel)) ms", "dropped \(frame.dropped)",
    ].joined(separator: "  ")
    if isTerminal { draw(line) } else { emit(line) }
  }

  /// Tells what a person should know, on standard error.
  mutating func show(_ notice: LivePipeline.Notice) {
    if isTerminal, !json { draw("") }
    switch notice {
    case .waiting(let error): printError("\(error) Waiting for it.")
    case .resumed(let title): printError("Looking again at \(title).")
    case .unreadable(let error): printError("Passed over \(error)")
    case .unlike(let fault): printError(fault.advice)
    }
  }

  /// Shows what happened in all.
  mutating func end(_ summary: LiveSummary) {
    if isTerminal, !json { draw("") }
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

  private mutating func draw(_ line: String) {
    let padding = String(repeating: " ", count: max(0, width - line.count))
    StandardOutput.write("\r" + TerminalText.escaped(line) + padding + (line.isEmpty ? "\r" : ""))
    width = line.count
  }
}

/// One frame in the words of `live --json`.
private struct LiveLine: Encodable {
  struct Face: Encodable {
    let box: BoxLine
    let label: String
    let probability: Float
    let probabilities: [String: Float]
    let track: Int
  }

  let sequence: Int
  let timestamp_ns: UInt64
  let file: String?
  let width: Int
  let height: Int
  let faces: [Face]
  let latency_ms: [String: Double]
  let dropped: Int
  let warning: String?

  init(_ frame: LabelledFrame, _ description: ModelDescription) {
    sequence = frame.sequence
    timestamp_ns = frame.nanoseconds
    file = frame.file
    width = frame.width
    height = frame.height
    dropped = frame.dropped
    warning = frame.fault?.advice
    faces = frame.faces.map {
      Face(
        box: BoxLine($0.box), label: $0.answer.label,
        probability: $0.answer.probability, probabilities: description.byLabel($0.probabilities), track: $0.track)
    }
    let times = frame.times
    let stages = [
      "capture": times.capture, "queue": times.queue, "decode": times.decode, "detect": times.detect,
      "prepare": times.prepare, "classify": times.classify, "glass_to_label": times.glassToLabel,
    ]
    latency_ms = stages.mapValues { (Double($0) / 1e3).rounded() / 1e3 }
  }
}
