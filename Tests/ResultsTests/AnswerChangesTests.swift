import Imaging
import Live
import Models
import Results
import Testing

/// Frames with answers, in words: `h` happy, `s` sad, `-` no face.
private func frames(_ answers: String, every milliseconds: UInt64 = 100, from start: UInt64 = 0) -> [LabelledFrame] {
  answers.enumerated().map { number, letter in
    let label = ["h": "happy", "s": "sad", "u": "unsure"][letter]
    let answer = label.map { Decision(thresholds: [0], otherwise: "").answer([0.75], labels: [$0]) }
    let faces = answer.map {
      [
        LabelledFace(
          box: FaceBox(x: 0, y: 0, width: 9, height: 9), track: 1, logits: [], probabilities: [0.75, 0.25], answer: $0)
      ]
    }
    return LabelledFrame(
      sequence: number, nanoseconds: start + UInt64(number) * milliseconds * 1_000_000, width: 64, height: 48,
      faces: faces ?? [])
  }
}

@Suite struct AnswerChangesTests {
  private func events(_ frames: [LabelledFrame], lasting: Double = 1) -> [String] {
    var changes = AnswerChanges(lasting: lasting)
    let events = frames.flatMap { changes.look(at: $0) } + changes.finish()
    return events.map { "\($0.kind.rawValue) \($0.label) at \($0.nanoseconds / 1_000_000) for \($0.seconds)" }
  }

  @Test func anAnswerThatLastsIsToldOnceAndEnds() {
    let answers = String(repeating: "h", count: 21)
    #expect(events(frames(answers)) == ["began happy at 0 for 1.0", "ended happy at 2000 for 2.0"])
  }

  @Test func flickersAreNotTold() {
    // Sad for 0.9 s three times, with a happy frame between.
    let nearly = String(repeating: "s", count: 10) + "h"
    let answers = String(repeating: "h", count: 15) + nearly + nearly + nearly
    #expect(events(frames(answers)) == ["began happy at 0 for 1.0", "ended happy at 4700 for 4.7"])
    #expect(events(frames("hshshshshshshshshs")).isEmpty)
    #expect(events(frames("hs"), lasting: 0).count == 4)
  }

  @Test func aChangeEndsOneAndBeginsTheOther() {
    let answers = String(repeating: "h", count: 12) + String(repeating: "s", count: 12)
    #expect(
      events(frames(answers)) == [
        "began happy at 0 for 1.0", "ended happy at 1100 for 1.1", "began sad at 1200 for 1.0",
        "ended sad at 2300 for 1.1",
      ])
  }

  @Test func aFaceThatGoesEndsItsAnswerWhereItWasSeenLast() {
    let answers = String(repeating: "h", count: 15)
    // Away for 0.9 s is not gone; for 3 s it is.
    let short = answers + String(repeating: "-", count: 8) + answers
    #expect(events(frames(short)) == ["began happy at 0 for 1.0", "ended happy at 3700 for 3.7"])
    let long = answers + String(repeating: "-", count: 30) + answers
    #expect(
      events(frames(long)) == [
        "began happy at 0 for 1.0", "ended happy at 1400 for 1.4", "began happy at 4500 for 1.0",
        "ended happy at 5900 for 1.4",
      ])
  }

  /// A camera that was unplugged gives no frames in between.
  @Test func aGapWithoutFramesEndsAnswersToo() {
    let first = frames(String(repeating: "h", count: 15))
    let second = frames(String(repeating: "h", count: 15), from: 60_000_000_000)
    #expect(events(first + second).count == 4)
  }

  /// A frame every 2 s: a face is not gone between two of them.
  @Test func slowCamerasHaveEventsToo() {
    #expect(events(frames("hhhhsss", every: 2000)).count == 4)
  }

  @Test func recordingsGoByTheirOwnTime() {
    var changes = AnswerChanges(lasting: 1)
    var told: [AnswerEvent] = []
    for (number, frame) in frames(String(repeating: "h", count: 30), every: 1).enumerated() {
      var frame = frame
      frame.position = UInt64(number) * 100_000_000
      told += changes.look(at: frame)
    }
    #expect(told.count == 1 && told.first?.isRecorded == true && told.first?.seconds == 1)
    #expect(told.first?.probability == 0.75)
  }
}
