import Faces
import Imaging
import RenderedFaces

/// A tracker in a rendered room, held against who is truly where.
enum RoomTrial {
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

    /// Numbers that more than one person had.
    var sharedNumbers: Set<Int> {
      var seen = Set<Int>(), shared = Set<Int>()
      for own in numbers.values {
        shared.formUnion(seen.intersection(own))
        seen.formUnion(own)
      }
      return shared
    }
  }

  /// Plays `seconds` of a room at `rate` frames a second.
  ///
  /// - Parameters:
  ///   - truth: the faces that can be seen at a time.
  ///   - find: what a detector says at a time.
  static func play(
    seconds: Int, rate: Int, truth: (_ now: Double) -> [SceneFace],
    find: (_ now: Double, _ truth: [SceneFace]) -> [DetectedFace]
  ) -> Outcome {
    var tracker = FaceTracker()
    var outcome = Outcome()
    var number: [Int: Int] = [:], seen: [Int: Double] = [:], came: [Int: Double] = [:]
    for frame in 0..<seconds * rate {
      let now = Double(frame) / Double(rate)
      let truth = truth(now)
      let stamp = 1 + UInt64(now * 1e9)
      if tracker.wantsDetection(at: stamp) {
        outcome.looks += 1
        tracker.update(find(now, truth), at: stamp)
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
        // Before that, it may be the box of somebody else who has just gone from there.
        guard mustBeKnown else { continue }
        outcome.followed += 1
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
}
