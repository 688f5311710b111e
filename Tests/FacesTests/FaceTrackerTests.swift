import Faces
import Foundation
import Imaging
import RenderedFaces
import Tensors
import Testing

@Suite struct FaceTrackerTests {
  private func face(_ x: Float, _ y: Float = 100, side: Float = 60, score: Float = 4) -> DetectedFace {
    DetectedFace(box: FaceBox(x: x - side / 2, y: y - side / 2, width: side, height: side), score: score)
  }

  /// The time of a frame at 30 a second.
  private func time(_ frame: Int) -> UInt64 { 1_000_000_000 + UInt64(frame) * 33_333_333 }

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
        guard tracker.wantsDetection else {
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

  @Test func probabilitiesFollowWithTheTimeConstant() {
    var tracker = FaceTracker()
    func say(_ share: Float, _ frame: Int) -> Float {
      tracker.update([face(100)], at: time(frame))
      return tracker.smooth([share, 1 - share], ofFace: 1)[0]
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
    #expect(tracker.smooth([0.25, 0.75], ofFace: 9) == [0.25, 0.75])
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

/// Three people in a painted room: their true boxes, made as unsure as a detector's, and who is who.
@Suite struct RoomTests {
  /// What a camera's minute gave.
  struct Outcome: Equatable {
    /// Frames in which a person was in sight, and in which a face with its number stood there.
    var inSight = 0, followed = 0
    /// How often a person that was away no longer than half a second came back under another number.
    var exchanged: [String] = []
    /// Faces shown where nobody was.
    var ghosts = 0
    /// The numbers that each person had.
    var numbers: [Int: Set<Int>] = [:]
    var looks = 0, frames = 0
  }

  /// Plays `seconds` of the room at `rate` frames a second.
  private func play(
    seed: UInt64, seconds: Int, rate: Int, faces: (_ truth: [SceneFace], _ random: inout CounterRandom) -> [DetectedFace]
  ) -> Outcome {
    let scene = RenderedScene(seed: seed, people: 3, choreography: .crossing)
    var random = CounterRandom(seed: seed, stream: 7)
    var tracker = FaceTracker()
    var outcome = Outcome()
    var number: [Int: Int] = [:], seen: [Int: Double] = [:], came: [Int: Double] = [:]
    for frame in 0..<seconds * rate {
      let now = Double(frame) / Double(rate)
      let truth = scene.faces(at: now).filter { !Self.looksAway($0.person, in: scene, at: now) }
      let stamp = 1 + UInt64(now * 1e9)
      if tracker.wantsDetection {
        outcome.looks += 1
        tracker.update(faces(truth, &random), at: stamp)
      } else {
        tracker.advance(to: stamp)
      }
      outcome.frames += 1
      let faces = tracker.faces
      var pairs: [(overlap: Float, person: Int, face: Int)] = []
      for (person, sight) in truth.enumerated() {
        for (face, track) in faces.enumerated() { pairs.append((track.box.overlap(sight.whole), person, face)) }
      }
      var isMet = [Bool](repeating: false, count: faces.count), partner = [Int?](repeating: nil, count: truth.count)
      for pair in pairs.sorted(by: { $0.overlap > $1.overlap }) where pair.overlap > 0.4 {
        guard partner[pair.person] == nil, !isMet[pair.face] else { continue }
        (partner[pair.person], isMet[pair.face]) = (pair.face, true)
      }
      for (index, person) in truth.enumerated() {
        // Whoever has just come is not known yet.
        let isNew = now - (seen[person.person] ?? -10) > 0.6
        if isNew { (came[person.person], number[person.person]) = (now, nil) }
        seen[person.person] = now
        let mustBeKnown = now - came[person.person]! > 0.3
        if mustBeKnown { outcome.inSight += 1 }
        guard let partner = partner[index] else { continue }
        let found = faces[partner]
        if mustBeKnown { outcome.followed += 1 }
        if let before = number[person.person], before != found.number {
          outcome.exchanged.append("person \(person.person) at \(now) s: \(before), then \(found.number)")
        }
        number[person.person] = found.number
        outcome.numbers[person.person, default: []].insert(found.number)
      }
      outcome.ghosts += faces.indices.count { !isMet[$0] && faces[$0].lastSeen == stamp }
    }
    return outcome
  }

  /// Boxes shaken by some 4 % of the side, one in ten missing, in any order.
  private static func shaken(_ truth: [SceneFace], _ random: inout CounterRandom) -> [DetectedFace] {
    var faces: [DetectedFace] = []
    for person in truth where random.unit() >= 0.1 {
      let side = max(person.whole.width, person.whole.height)
      func shake() -> Float { (random.uniform(-1, 1) + random.uniform(-1, 1)) * 0.05 * side }
      faces.append(
        DetectedFace(
          box: FaceBox(
            x: person.whole.x + shake(), y: person.whole.y + shake(), width: person.whole.width + shake(),
            height: person.whole.height + shake()), score: random.uniform(1, 6)))
    }
    return faces.sorted { $0.score > $1.score }
  }

  /// Each in turn looks away for half a second, where nobody is near: of two in one place, nobody could say who is back.
  private static func looksAway(_ person: Int, in scene: RenderedScene, at now: Double) -> Bool {
    let since = (now + 1.7 * Double(person)).truncatingRemainder(dividingBy: 5.1)
    guard since < 0.5 else { return false }
    return [0, 0.25, 0.5].allSatisfy { (later: Double) -> Bool in
      let faces = scene.faces(at: max(0, now - since + later))
      guard let own = faces.first(where: { $0.person == person })?.whole else { return false }
      let around = FaceBox(x: own.x - own.width / 2, y: own.y, width: 2 * own.width, height: own.height)
      return faces.allSatisfy { $0.person == person || $0.whole.intersection(around) == 0 }
    }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func identitiesAreRightThroughout(seed: UInt64) {
    let outcome = play(seed: seed, seconds: 60, rate: 30, faces: Self.shaken)
    #expect(outcome.exchanged.isEmpty, "\(outcome.exchanged)")
    #expect(outcome.numbers.count == 3)
    for (person, numbers) in outcome.numbers {
      for (other, theirs) in outcome.numbers where other > person {
        #expect(numbers.isDisjoint(with: theirs), "persons \(person) and \(other) shared a number: \(numbers), \(theirs)")
      }
    }
    #expect(Double(outcome.followed) > 0.95 * Double(outcome.inSight), "\(outcome)")
    #expect(outcome.ghosts < outcome.frames / 100, "\(outcome)")
    #expect(outcome.looks < outcome.frames, "now and then it need not look")
  }

  @Test func theSameSightsGiveTheSameTracks() {
    let one = play(seed: 9, seconds: 10, rate: 30, faces: Self.shaken)
    #expect(one == play(seed: 9, seconds: 10, rate: 30, faces: Self.shaken))
  }

  @Test func theRoomIsWhatTheTestNeeds() {
    let scene = RenderedScene(seed: 1, people: 3, choreography: .crossing)
    var meetings = 0, departures = 0
    var before: [Int: Float] = [:]
    for tick in 0..<600 {
      let faces = Dictionary(uniqueKeysWithValues: scene.faces(at: Double(tick) / 10).map { ($0.person, $0.face) })
      departures += before.keys.count { faces[$0] == nil }
      if let first = faces[0], let second = faces[1], first.intersection(second) > 0 { meetings += 1 }
      before = faces.mapValues(\.x)
    }
    #expect(meetings > 20 && departures > 5, "\(meetings) \(departures)")
    #expect(scene.faces(at: 3) == scene.frame(at: 3).faces)
  }
}
