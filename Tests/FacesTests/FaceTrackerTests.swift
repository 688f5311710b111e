import Faces
import Foundation
import Imaging
import Models
import Testing

@Suite struct FaceTrackerTests {
  private func face(_ x: Float, _ y: Float = 100, side: Float = 60, score: Float = 4) -> DetectedFace {
    DetectedFace(box: FaceBox(x: x - side / 2, y: y - side / 2, width: side, height: side), score: score)
  }

  /// The time of a frame at 30 a second.
  private func time(_ frame: Int) -> UInt64 { 1_000_000_000 + UInt64(frame) * 33_333_333 }

  private func model(_ decision: Decision?) -> ModelDescription {
    ModelDescription(
      graph: .happySad(), preprocessing: Preprocessing(width: 256, height: 256), labels: ["happy", "sad"],
      decision: decision)
  }

  @Test func aFaceCountsFromTheSecondSight() {
    var tracker = FaceTracker()
    tracker.update([face(100)], at: time(0))
    #expect(tracker.faces.isEmpty)
    tracker.update([face(101)], at: time(1))
    #expect(tracker.faces.map(\.number) == [1])
    // Once seen is not enough, and leaves no trace.
    tracker.update([face(102), face(400)], at: time(2))
    tracker.update([face(103)], at: time(3))
    tracker.update([face(104), face(400)], at: time(4))
    #expect(tracker.faces.map(\.number) == [1] && tracker.tracks.count == 2)
    tracker.update([face(105), face(401)], at: time(5))
    #expect(Set(tracker.faces.map(\.number)) == [1, 2])
  }

  @Test func aFaceThatTurnsAwayKeepsItsNumberAndGoesInTheEnd() {
    var tracker = FaceTracker()
    for frame in 0..<30 { tracker.update([face(100 + 3 * Float(frame))], at: time(frame)) }
    // Half a second away, moving on meanwhile.
    for frame in 30..<45 { tracker.update([], at: time(frame)) }
    #expect(tracker.faces.isEmpty && tracker.tracks.count == 1, "it is remembered, and not shown")
    tracker.update([face(100 + 3 * 45)], at: time(45))
    #expect(tracker.faces.map(\.number) == [1])
    for frame in 46..<80 { tracker.update([], at: time(frame)) }
    #expect(tracker.tracks.isEmpty)
    for frame in 80..<83 { tracker.update([face(240)], at: time(frame)) }
    #expect(tracker.faces.map(\.number) == [2])
  }

  @Test func twoThatCrossKeepTheirNumbers() {
    var tracker = FaceTracker()
    for frame in 0..<90 {
      let left = face(100 + 4 * Float(frame)), right = face(460 - 4 * Float(frame), 104)
      // Where they meet, the detector sees one.
      let meets = abs(left.box.x - right.box.x) < 24
      tracker.update(meets ? [left] : [right, left], at: time(frame))
    }
    let numbers = Dictionary(uniqueKeysWithValues: tracker.faces.map { ($0.box.x > 280, $0.number) })
    // Of two new faces the first found gets the lower number: the one that came from the right.
    #expect(numbers == [true: 2, false: 1])
  }

  @Test func looksLessOftenWhereAllIsSteady() {
    var tracker = FaceTracker()
    func looks(_ frames: Range<Int>, _ faces: (Int) -> [DetectedFace]) -> Int {
      frames.count { frame in
        guard tracker.wantsDetection(at: time(frame)) else {
          tracker.advance(to: time(frame))
          return false
        }
        tracker.update(faces(frame), at: time(frame))
        return true
      }
    }
    #expect(looks(0..<10) { _ in [] } == 10, "a face that comes shall be found at once")
    #expect(looks(10..<19) { [face(100 + Float($0))] } == 4, "two looks make sure; then every third frame")
    #expect(looks(19..<49) { [face(100 + Float($0))] } == 10)
    #expect(looks(49..<64) { _ in [] } >= 13, "a lost face is looked for in each frame")
    #expect(tracker.tracks.count == 1)
    #expect(looks(64..<66) { [face(100 + Float($0))] } == 2)
  }

  @Test func looksAsOftenInTimeWhateverTheRate() {
    for (rate, most) in [(5, 5), (12, 12), (25, 13), (30, 11), (60, 13), (120, 14)] {
      var tracker = FaceTracker(), looks = 0
      for frame in 0...2 * rate {
        let now = 1_000_000_000 + UInt64(frame) * 1_000_000_000 / UInt64(rate)
        if tracker.wantsDetection(at: now) {
          tracker.update([face(100)], at: now)
          if frame > rate { looks += 1 }
        } else {
          tracker.advance(to: now)
        }
      }
      #expect((min(rate, 10)...most).contains(looks), "\(looks) looks in a second of \(rate) frames")
    }
  }

  @Test func probabilitiesFollowWithTheTimeConstant() {
    var tracker = FaceTracker()
    let model = model(nil)
    func say(_ share: Float, _ frame: Int) -> Float {
      tracker.update([face(100)], at: time(frame))
      return tracker.label([share, 1 - share], ofFace: 1, by: model).probabilities[0]
    }
    _ = say(0, 0)
    for frame in 1..<4 { #expect(say(0, frame) == 0) }
    var shown: Float = 0
    for frame in 4...15 { shown = say(1, frame) }
    // 12 frames are 0.4 s.
    #expect(abs(shown - (1 - exp(-1))) < 0.01)
    // Frames that come at half the rate count twice.
    for frame in 16..<90 { shown = say(0, frame) }
    #expect(shown < 0.01)
    for step in 1...6 { shown = say(1, 89 + 2 * step) }
    #expect(abs(shown - (1 - exp(-1))) < 0.01)
    #expect(tracker.label([0.25, 0.75], ofFace: 9, by: model).probabilities == [0.25, 0.75])
  }

  @Test func aLabelAppearsSurerThanOnAPhotoAndStaysLonger() {
    let model = model(Decision(thresholds: [0.5, 0.5], otherwise: "unsure"))
    var settings = FaceTracker.Settings()
    (settings.timeConstant, settings.steadiness) = (0, 4)
    var tracker = FaceTracker(settings)
    func say(_ share: Float, _ frame: Int) -> String {
      tracker.update([face(100)], at: time(frame))
      return tracker.label([share, 1 - share], ofFace: 1, by: model).answer.label
    }
    // Odds of 1 are enough for a photo, here 4 are needed, and 2 to stay.
    #expect(say(0.7, 0) == "happy", "a face that is not followed yet is as on a photo")
    #expect(say(0.79, 1) == "unsure")
    #expect(say(0.81, 2) == "happy")
    #expect(say(0.68, 3) == "happy")
    #expect(say(0.66, 4) == "unsure")
    #expect(say(0.68, 5) == "unsure")
    #expect(say(0.21, 6) == "unsure" && say(0.19, 7) == "sad" && say(0.32, 8) == "sad")
    tracker.forgetAnswers()
    #expect(say(0.32, 9) == "unsure")
  }

  @Test func oddTimesAndCrowdsAreSurvived() {
    var tracker = FaceTracker()
    let crowd = (0..<80).map { face(Float($0 % 10) * 70, Float($0 / 10) * 70) }
    tracker.update(crowd, at: time(5))
    tracker.update(crowd, at: time(5))
    #expect(tracker.faces.count == 64)
    tracker.update(crowd, at: time(2))
    #expect(tracker.faces.count == 64)
    tracker.update([face(35, 35)], at: time(1_000_000))
    #expect(tracker.tracks.count == 1 && tracker.faces.isEmpty)
    let broken = DetectedFace(box: FaceBox(x: 0, y: 0, width: 1e-3, height: 1e-3), score: 1)
    for frame in 0..<5 { tracker.update([broken, face(35, 35)], at: time(1_000_001 + frame)) }
    for track in tracker.tracks { #expect(track.box.x.isFinite && track.box.width.isFinite) }
  }
}
