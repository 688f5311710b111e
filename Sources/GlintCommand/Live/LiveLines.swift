import Camera
import Live
import Models
import Numerics
import Results

/// One frame in the words of `live --json`.
struct LiveLine: Encodable {
  struct Face: Encodable {
    let box: BoxLine
    let label: String
    let probability: Float
    let probabilities: [String: Float]
    let track: Int
  }

  let sequence: Int
  let timestamp_ns: UInt64
  let time: String?
  let seconds: Double?
  let file: String?
  let width: Int
  let height: Int
  let faces: [Face]
  let latency_ms: [String: Double]
  let dropped: Int
  let warning: String?
  let board: BoardLine?

  init(_ frame: LabelledFrame, _ description: ModelDescription, clock: WallClock, board: BoardLine?) {
    self.board = board
    sequence = frame.sequence
    timestamp_ns = frame.nanoseconds
    time = frame.position == nil ? clock.text(frame.nanoseconds) : nil
    seconds = frame.position.map { Double($0) / 1e9 }
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

/// One event in the words of `live --events`.
struct EventLine: Encodable {
  let event: String
  let time: String?
  let seconds: Double?
  let face: Int
  let label: String
  let probability: Float
  let duration: Double

  init(_ event: AnswerEvent, clock: WallClock) {
    self.event = event.kind.rawValue
    time = event.isRecorded ? nil : clock.text(event.nanoseconds)
    seconds = event.isRecorded ? Double(event.nanoseconds) / 1e9 : nil
    face = event.track
    label = event.label
    probability = event.probability
    duration = (event.seconds * 100).rounded() / 100
  }

  /// The same for people: what stands before the label, and behind it.
  var before: [String] { [time ?? fixed(seconds ?? 0, 2) + " s", "face \(face)"] }
  var behind: [String] { [percent(Double(probability), 0), fixed(duration) + " s", event] }
}
