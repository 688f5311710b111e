import Live
import Models

/// Finds events in labelled frames: an answer that flickers tells nobody anything.
///
/// An answer counts when it was seen of a face, frame after frame, for `lasting` seconds. It ends where another has
/// lasted as long, or where its face was not seen for `lasting` seconds, one at least. What comes between and does not
/// last leaves it as it is. In a recording, time is the recording's own, so that it gives the same events however fast
/// it is read. For one thread at a time.
public struct AnswerChanges: Sendable {
  /// An answer of one face, as long as it is seen.
  private struct Run: Sendable {
    var label: String
    var began: UInt64
    var last: UInt64
    var sum = 0.0
    var count = 0

    init(_ face: LabelledFace, at time: UInt64) {
      label = face.answer.label
      (began, last) = (time, time)
      add(face, at: time)
    }

    mutating func add(_ face: LabelledFace, at time: UInt64) {
      last = time
      sum += Double(face.answer.probability)
      count += 1
    }

    func event(_ kind: AnswerEvent.Kind, _ track: Int, isRecorded: Bool) -> AnswerEvent {
      AnswerEvent(
        kind: kind, nanoseconds: kind == .began ? began : last, isRecorded: isRecorded, track: track, label: label,
        probability: Float(sum / Double(count)), seconds: Double(last - began) / 1e9)
    }
  }

  private struct Face: Sendable {
    /// What was told.
    var told: Run?
    /// What may come to last.
    var candidate: Run?
    var seen: UInt64
  }

  private let lasting: UInt64
  private var faces: [Int: Face] = [:]
  private var lastFrame: UInt64?
  private var interval: UInt64 = 0
  private var isRecorded = false

  /// - Parameter lasting: how long an answer must last, in seconds; 0 tells every change.
  public init(lasting: Double) {
    self.lasting = UInt64(max(0, lasting) * 1e9)
  }

  /// Looks at a frame; frames come in the order of their times.
  ///
  /// - Returns: what is to be told now, in the order of the faces' numbers.
  public mutating func look(at frame: LabelledFrame) -> [AnswerEvent] {
    let now = frame.position ?? frame.nanoseconds
    isRecorded = frame.position != nil
    // Faces are not missed between two frames of a slow camera.
    let patience = max(lasting, 1_000_000_000, 5 * interval / 2)
    var events = end { now > $0.seen + patience }
    if let lastFrame, now > lastFrame { interval = min(now - lastFrame, 10_000_000_000) }
    lastFrame = now
    for face in frame.faces.sorted(by: { $0.track < $1.track }) { events += look(at: face, now) }
    return events
  }

  /// The answers that have begun and not ended, of the frame's faces in their order: the largest first.
  public func standing(in frame: LabelledFrame) -> [StandingAnswer] {
    frame.faces.compactMap { face in
      faces[face.track]?.told.map { StandingAnswer(label: $0.label, probability: face.answer.probability) }
    }
  }

  /// Ends all answers, where the camera or the program stops.
  public mutating func finish() -> [AnswerEvent] { end { _ in true } }

  private mutating func look(at found: LabelledFace, _ now: UInt64) -> [AnswerEvent] {
    var face = faces[found.track] ?? Face(seen: now)
    defer { faces[found.track] = face }
    face.seen = now
    guard face.told?.label != found.answer.label else {
      face.told?.add(found, at: now)
      face.candidate = nil
      return []
    }
    if face.candidate?.label == found.answer.label {
      face.candidate?.add(found, at: now)
    } else {
      face.candidate = Run(found, at: now)
    }
    guard let run = face.candidate, now - run.began >= lasting else { return [] }
    let ended = face.told?.event(.ended, found.track, isRecorded: isRecorded)
    (face.told, face.candidate) = (run, nil)
    return [ended, run.event(.began, found.track, isRecorded: isRecorded)].compactMap { $0 }
  }

  private mutating func end(where isOver: (Face) -> Bool) -> [AnswerEvent] {
    let over = faces.filter { isOver($0.value) }
    for track in over.keys { faces[track] = nil }
    return over.sorted { $0.key < $1.key }.compactMap { $1.told?.event(.ended, $0, isRecorded: isRecorded) }
  }
}
