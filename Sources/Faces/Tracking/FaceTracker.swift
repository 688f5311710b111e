import Imaging
import Models

/// Who is who from frame to frame: faces keep their numbers while they move, cross, and turn away for a moment.
///
/// Each face moves on at constant velocity (see `MotionFilter`); what a detector finds is given to the faces so that
/// all together are likeliest (see `Assignment`). The same detections at the same times give the same tracks on every
/// machine.
public struct FaceTracker: Sendable {
  /// How patient it is.
  public struct Settings: Hashable, Sendable {
    /// A face is sure when it was found in so many passes in a row.
    public var hits = 2
    /// Seconds for which a face that is not found keeps its number.
    public var memory: Float = 1
    /// Seconds for which a face that is not found still counts as there.
    public var patience: Float = 0.2
    /// When all is steady, faces are looked for once in so many seconds: in every third frame of 30 a second, in every
    /// frame of 12 or fewer.
    public var pause: Float = 0.075
    /// Seconds after which a change of the classifier's probabilities shows to 63 %.
    public var timeConstant: Float = 0.4
    /// How much surer a label has to be than on a photo: see `ModelDescription.answer`. With 2.5, of seconds that show
    /// people who are neither happy nor sad less than half as many show a wrong label as with 1.
    public var steadiness: Float = Self.liveSteadiness
    /// What is usual before a camera.
    public static let liveSteadiness: Float = 2.5

    /// The default, for a camera.
    public init() {}
  }

  /// How fast faces are believed, and how long they are kept unseen.
  public let settings: Settings
  /// All faces, those not yet sure and those not found lately among them, the oldest first.
  public private(set) var tracks: [FaceTrack] = []
  private var now: UInt64 = 0
  private var lastPass: UInt64 = 0
  private var numbers = 0

  /// More faces than this are not followed.
  private static let most = 64
  /// A frame this far from where it was expected, or moving so fast, in sides and sides a second, is not steady.
  private static let steadySurprise: Float = 0.15
  private static let steadySpeed: Float = 1

  /// A tracker that follows no face yet.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Whether faces should be looked for in a frame: always, unless all faces are sure, were found in the last pass, and
  /// moved as expected, and that pass was a moment ago.
  ///
  /// - Parameter nanoseconds: the frame's time, not before the last one's.
  public func wantsDetection(at nanoseconds: UInt64) -> Bool {
    guard !tracks.isEmpty, nanoseconds >= lastPass, Self.seconds(from: lastPass, to: nanoseconds) < settings.pause
    else {
      return true
    }
    return !tracks.allSatisfy {
      $0.isSure && $0.hits >= settings.hits && $0.surprise < Self.steadySurprise && $0.speed < Self.steadySpeed
    }
  }

  /// The faces that are there now, the largest first; of equals the older one.
  public var faces: [FaceTrack] {
    let there = tracks.filter { $0.isSure && seconds(since: $0.lastSeen) <= settings.patience }
    return there.enumerated().sorted { (a: (offset: Int, element: FaceTrack), b: (offset: Int, element: FaceTrack)) in
      let (first, second) = (a.element.box, b.element.box)
      let (large, small) = (first.width * first.height, second.width * second.height)
      return large == small ? a.offset < b.offset : large > small
    }.map(\.element)
  }

  /// Goes on to a frame in which nobody looked for faces.
  ///
  /// - Parameter nanoseconds: the frame's time, not before the last one's.
  public mutating func advance(to nanoseconds: UInt64) {
    let passed = seconds(since: now, at: nanoseconds)
    now = max(now, nanoseconds)
    // A long pause tells nothing of where faces are; it would only make numbers large.
    for index in tracks.indices { tracks[index].advance(min(passed, 2 * settings.memory)) }
    let memory = settings.memory, time = now
    tracks.removeAll { Self.seconds(from: $0.lastSeen, to: time) > memory }
  }

  /// Goes on to a frame in which faces were looked for.
  ///
  /// - Parameters:
  ///   - found: what was found, the surest first.
  ///   - nanoseconds: the frame's time, not before the last one's.
  public mutating func update(_ found: [DetectedFace], at nanoseconds: UInt64) {
    advance(to: nanoseconds)
    lastPass = now
    let pairs = Assignment.cheapest(rows: tracks.count, columns: found.count, alone: 1.5 * FaceTrack.gate) {
      tracks[$0].cost(found[$1])
    }
    var isNew = [Bool](repeating: true, count: found.count)
    for (index, pair) in pairs.enumerated() {
      if let pair {
        isNew[pair] = false
        tracks[index].see(found[pair], at: now)
      } else {
        tracks[index].miss()
      }
    }
    tracks.removeAll { !$0.isSure && $0.hits == 0 }
    for (index, face) in found.enumerated() where isNew[index] && tracks.count < Self.most {
      tracks.append(FaceTrack(face, at: now))
    }
    for index in tracks.indices where !tracks[index].isSure && tracks[index].hits >= settings.hits {
      numbers += 1
      tracks[index].number = numbers
    }
  }

  /// Takes in what a classifier says of a face in this frame: the probabilities, smoothed by `Settings.timeConstant`,
  /// and what is said of them, with `Settings.steadiness`.
  ///
  /// - Parameters:
  ///   - probabilities: of the labels.
  ///   - number: the face's; of one that is not followed the same is said as of a photo.
  ///   - model: what the probabilities are of.
  public mutating func label(
    _ probabilities: [Float], ofFace number: Int, by model: ModelDescription
  ) -> (probabilities: [Float], answer: Answer) {
    guard let index = tracks.firstIndex(where: { $0.number == number && $0.isSure }) else {
      return (probabilities, model.answer(probabilities))
    }
    // e^(-t / constant) = 2^(-t / (constant ln 2))
    let smooth = tracks[index].smooth(probabilities, at: now, halfLife: 0.6931472 * settings.timeConstant)
    let answer = model.answer(smooth, after: tracks[index].shown, steadiness: settings.steadiness)
    tracks[index].shown = answer.isSure ? answer.candidate : nil
    return (smooth, answer)
  }

  /// Forgets what was said of everybody; the faces are still followed.
  public mutating func forgetAnswers() {
    for index in tracks.indices { tracks[index].forgetAnswers() }
  }

  /// Forgets everybody, as where a new scene begins; numbers go on.
  public mutating func forget() { tracks = [] }

  private func seconds(since time: UInt64) -> Float { Self.seconds(from: time, to: now) }

  private func seconds(since time: UInt64, at other: UInt64) -> Float {
    time == 0 ? 0 : Self.seconds(from: time, to: other)
  }

  private static func seconds(from time: UInt64, to other: UInt64) -> Float {
    Float(other - min(time, other)) * 1e-9
  }
}
