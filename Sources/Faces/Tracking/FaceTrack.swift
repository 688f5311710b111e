import Imaging
import Models

/// One face over time.
public struct FaceTrack: Sendable {
  /// A number that stays with the face, counted from 1; 0 until the face is sure.
  public internal(set) var number = 0
  /// When a detector last saw it.
  public private(set) var lastSeen: UInt64
  /// The detector's score of that sight, a logit.
  public private(set) var score: Float
  /// In how many passes in a row, up to the last, the face was found.
  private(set) var hits = 1
  /// How far the last sight was from where the face had been expected, in its sides.
  private(set) var surprise: Float = 0
  /// Probabilities of the labels, smoothed, and when they were last added to.
  private(set) var probabilities: [Float] = []
  private var labelled: UInt64 = 0
  /// The class whose label was said of it last, if one was.
  var shown: Int?
  private var x: MotionFilter
  private var y: MotionFilter
  private var width: Float
  private var height: Float

  /// How exactly detectors place faces, in sides of the face, as a standard deviation.
  private static let noise: Float = 0.06
  /// How much a face's velocity changes in a second, in sides a second.
  private static let agility: Float = 1.2
  /// How fast faces come in, in sides a second.
  private static let topSpeed: Float = 2
  /// Of a factor of two in size, how much a measured size is off.
  private static let sizeNoise: Float = 0.12
  /// What of a new size is taken over at once.
  private static let sizeGain: Float = 0.5
  /// Squared standard deviations beyond which a face would have had to jump.
  static let gate: Float = 10
  /// So far, in sides, a face may jump in any case.
  private static let jump: Float = 0.25

  init(_ face: DetectedFace, at nanoseconds: UInt64) {
    let box = face.box
    (width, height, score, lastSeen) = (box.width, box.height, face.score, nanoseconds)
    let side = max(box.width, box.height)
    x = MotionFilter(position: box.x + box.width / 2, noise: Self.noise * side, speed: Self.topSpeed * side)
    y = MotionFilter(position: box.y + box.height / 2, noise: Self.noise * side, speed: Self.topSpeed * side)
  }

  /// Where the face is, or is expected.
  public var box: FaceBox {
    FaceBox(x: x.position - width / 2, y: y.position - height / 2, width: width, height: height)
  }

  /// Whether it was seen often enough to count.
  public var isSure: Bool { number > 0 }

  private var side: Float { max(width, height) }

  /// How fast it moves, in its sides a second.
  var speed: Float { max(abs(x.velocity), abs(y.velocity)) / side }

  /// Moves it on to where it is expected.
  mutating func advance(_ seconds: Float) {
    x.advance(seconds, agility: Self.agility * side)
    y.advance(seconds, agility: Self.agility * side)
  }

  /// How unlike a detected face this one is: minus twice the logarithm of how likely it would be seen there, up to a
  /// constant. So of two tracks in one place the one that was seen more lately counts. Nil where it cannot be.
  func cost(_ face: DetectedFace) -> Float? {
    let noise = Self.noise * side
    let across = x.variance + noise * noise, down = y.variance + noise * noise
    let dx = face.box.x + face.box.width / 2 - x.position
    let dy = face.box.y + face.box.height / 2 - y.position
    let far = dx * dx / across + dy * dy / down
    guard far <= Self.gate || dx * dx + dy * dy <= Self.jump * Self.jump * side * side else { return nil }
    let ratio = (Detection.log2(face.box.width * face.box.height) - Detection.log2(width * height)) / 2
    guard abs(ratio) <= 0.35 else { return nil }
    let size = ratio / Self.sizeNoise
    let spread = Detection.log2(across * down) - 2 * Detection.log2(noise * noise)
    return min(far, Self.gate) + size * size + Self.naturalLogarithmOf2 * spread
  }

  private static let naturalLogarithmOf2: Float = 0.6931472

  /// Takes in where a detector saw it.
  mutating func see(_ face: DetectedFace, at nanoseconds: UInt64) {
    let noise = Self.noise * side
    let centre = (x: face.box.x + face.box.width / 2, y: face.box.y + face.box.height / 2)
    surprise = max(abs(centre.x - x.position), abs(centre.y - y.position)) / side
    x.correct(centre.x, noise: noise)
    y.correct(centre.y, noise: noise)
    width += Self.sizeGain * (face.box.width - width)
    height += Self.sizeGain * (face.box.height - height)
    (score, lastSeen, hits) = (face.score, nanoseconds, hits + 1)
  }

  /// Takes in that a detector did not see it.
  mutating func miss() { hits = 0 }

  /// Forgets what was said of it.
  mutating func forgetAnswers() { (probabilities, shown) = ([], nil) }

  /// Takes in what a classifier says of it, and returns that smoothed over time: new probabilities count for
  /// 1 - 2^(-t / halfLife), with t from the time before to this one.
  mutating func smooth(_ new: [Float], at nanoseconds: UInt64, halfLife: Float) -> [Float] {
    if probabilities.count == new.count {
      let seconds = Float(nanoseconds - min(labelled, nanoseconds)) * 1e-9
      let share = halfLife > 0 ? 1 - Detection.exp2(-seconds / halfLife) : 1
      for index in new.indices { probabilities[index] += share * (new[index] - probabilities[index]) }
    } else {
      probabilities = new
    }
    labelled = nanoseconds
    return probabilities
  }
}
