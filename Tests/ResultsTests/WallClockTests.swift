import Foundation
import Imaging
import Live
import Models
import Results
import Testing

@Suite struct WallClockTests {
  /// Foundation reads back what was written, whatever zone the tests run in.
  @Test(arguments: [0, 1, 999_999, 951_827_696_789_000_000, 1_795_815_000_123_000_000, -1_000_000, -86_400_000_000_001])
  func textsAreISO8601(wall: Int64) throws {
    let text = WallClock.text(wall: wall)
    let reader = ISO8601DateFormatter()
    reader.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    let date = try #require(reader.date(from: text), "\(text)")
    let milliseconds = (Double(wall) / 1e6).rounded(.down)
    #expect(abs(date.timeIntervalSince1970 * 1000 - milliseconds) < 0.5, "\(text)")
  }

  @Test func framesGetTheTimeOfDayAtWhichTheyWereTaken() {
    let clock = WallClock { (wall: 5_000_000_000, monotonic: 900_000_000) }
    #expect(clock.text(400_000_000) == WallClock.text(wall: 4_500_000_000))
    // A frame stamped a little later than the clock was read.
    #expect(clock.text(901_000_000) == WallClock.text(wall: 5_001_000_000))
  }

  @Test func rowsAreWhatTheirHeadersSay() {
    let rows = ResultRows(clock: WallClock { (wall: 5_000_000_000, monotonic: 0) })
    let face = LabelledFace(
      box: FaceBox(x: 1, y: 2.5, width: 30, height: 40), track: 7, logits: [], probabilities: [],
      answer: Decision(thresholds: [0], otherwise: "").answer([0.5], labels: ["so, \n\"so\""]))
    var frame = LabelledFrame(sequence: 3, nanoseconds: 0, width: 64, height: 48, faces: [face, face])
    let time = WallClock.text(wall: 5_000_000_000)
    let row = rows.rows(frame)[0]
    #expect(rows.rows(frame).count == 2 && !row.contains("\n"))
    #expect(row == "\(time),,3,,7,\"so,  \"\"so\"\"\",0.5000,1.0,2.5,30.0,40.0")
    // An empty room of a camera has no row, a frame of a recording always one, of the same columns.
    frame.faces = []
    #expect(rows.rows(frame).isEmpty)
    (frame.position, frame.file) = (1_500_000_000, "a,b.mp4")
    let columns = ResultRows.frameHeader.split(separator: ",").count
    #expect(rows.rows(frame) == [",1.500,3,\"a,b.mp4\",,,,,,,"])
    #expect(",1.500,3,a,,,,,,,".split(separator: ",", omittingEmptySubsequences: false).count == columns)
    let event = AnswerEvent(
      kind: .ended, nanoseconds: 0, track: 7, label: "happy", probability: 0.875, seconds: 12.5)
    #expect(rows.row(event) == "\(time),,ended,7,happy,0.8750,12.50")
  }
}
