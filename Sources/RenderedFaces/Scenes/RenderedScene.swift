import Imaging
import Numerics

/// A face in a rendered scene at one moment.
public struct SceneFace: Hashable, Sendable {
  /// From hairline to chin, in pixels of the frame, cut at its edges.
  public let face: FaceBox
  /// The same uncut: it reaches beyond the frame where the face does.
  public let whole: FaceBox
  /// 0 happy, 1 sad: what the face shows or is on the way to.
  public let label: Int
  /// Whose face it is: a number that stays with the person.
  public let person: Int
}

/// People in a room before a camera that does not exist: they move a little, blink, and change between happy and sad
/// every few seconds. What a frame shows depends on the seed and the time alone.
public struct RenderedScene: Sendable {
  /// How several people move.
  public enum Choreography: Sendable {
    /// Each strolls at leisure and is away for seconds at a time.
    case strolling
    /// They walk to and fro through each other's sight: every other one the other way, meeting in the middle of the
    /// picture, and every third so far that it leaves the frame on both sides.
    case crossing
  }

  /// Columns of a frame.
  public let width: Int
  /// Rows of a frame.
  public let height: Int
  private let people: [Actor]
  private let backdrop: Canvas
  private let capture: Capture

  /// Makes a scene. One person stays near the middle; several wander, cross and leave the frame.
  public init(
    seed: UInt64, width: Int = 640, height: Int = 480, people count: Int = 1, choreography: Choreography = .strolling
  ) {
    self.width = width
    self.height = height
    people = (0..<count).map { Actor(seed: seed, number: $0, alone: count == 1, choreography: choreography) }
    var room = FaceSampler(seed: seed, index: 0).nuisances().surroundings
    room.background = .room
    room.brightness = 0.55 + 0.3 * room.brightness
    room.colourfulness *= 0.6
    room.focus = 0.6
    backdrop = Backdrop(surroundings: room).canvas(width: width, height: height)
    var capture = Capture()
    capture.noise = 3
    capture.vignette = 0.15
    self.capture = capture
  }

  /// The picture at a time in seconds from the start, and the faces of which at least half can be seen, those further
  /// away first.
  public func frame(at seconds: Double) -> (image: Image, faces: [SceneFace]) {
    var canvas = backdrop
    for actor in people {
      PersonPainter(actor.parameters(at: seconds).0, width: width, height: height).paint(on: &canvas)
    }
    let grain = UInt32(truncatingIfNeeded: Int(seconds * 120)) &* 0x9E37_79B9
    return (Finish(capture: capture).develop(&canvas, noiseSeed: grain), faces(at: seconds))
  }

  /// The faces of `frame(at:)`, without painting it.
  public func faces(at seconds: Double) -> [SceneFace] {
    var faces: [SceneFace] = []
    for actor in people {
      let (parameters, label) = actor.parameters(at: seconds)
      let geometry = HeadGeometry(parameters, width: width, height: height)
      let whole = geometry.faceBox
      let cut = geometry.faceBox(width: width, height: height)
      if cut.width > 0, cut.height > 0, cut.width * cut.height > 0.5 * whole.width * whole.height {
        let face = FaceBox(x: cut.x, y: cut.y, width: cut.width, height: cut.height)
        // Nearer people come later and hide those behind them.
        faces.removeAll { $0.face.intersection(face) > 0.5 * $0.face.width * $0.face.height }
        faces.append(SceneFace(face: face, whole: whole, label: label, person: actor.number))
      }
    }
    return faces
  }
}

/// One person of a scene, and how that person moves.
private struct Actor: Sendable {
  let number: Int
  let seed: UInt64
  let look: FaceParameters
  let alone: Bool
  let choreography: RenderedScene.Choreography
  /// Seconds between changes of expression.
  let period: Double
  /// Where in its cycles each movement starts.
  let phases: SIMD8<Float>
  let startsSad: Bool

  init(seed: UInt64, number: Int, alone: Bool, choreography: RenderedScene.Choreography) {
    self.number = number
    self.alone = alone
    self.choreography = choreography
    var random = CounterRandom(seed: seed, stream: 1_000_003 &+ UInt64(number))
    self.seed = random.next()
    var look = FaceSampler(seed: self.seed, index: 0).nuisances()
    look.surroundings.occluder = .none
    look.light = FaceSampler(seed: seed, index: 1).nuisances().light
    look.light.shadow = 0
    look.light.key = 0.7 + 0.3 * look.light.key
    look.light.y = -0.4
    // Those who cross stand at clearly different distances.
    let step: Float = choreography == .crossing ? 0.045 : 0.03
    look.pose.scale = alone ? 0.285 : 0.105 + step * Float(number)
    self.look = look
    period = Double(random.uniform(3, 5))
    phases = SIMD8((0..<8).map { _ in random.unit() })
    startsSad = random.chance(0.5)
  }

  func parameters(at seconds: Double) -> (FaceParameters, label: Int) {
    var result = look
    let act = Int((seconds / period).rounded(.down))
    let since = Float(seconds - Double(act) * period)
    let (now, label) = expression(act: act)
    // Faces change in about half a second.
    let t = smoothstep(0, 0.6, since)
    result.expression = act == 0 ? now : expression(act: act - 1).0.interpolated(to: now, by: t)
    result.expression.blink = blink(at: seconds)
    let time = Float(seconds)
    func sway(_ phase: Int, every cycle: Float) -> Float { wave(time / cycle + phases[phase]) }
    if alone {
      // Framed as the data set's portraits are, for a network that learned from those.
      result.pose.x = 0.5 + 0.014 * sway(0, every: 7)
      result.pose.y = 0.5 + 0.014 * sway(1, every: 5)
    } else if choreography == .crossing {
      let way: Float = number.isMultiple(of: 2) ? 1 : -1
      let (reach, cycle): (Float, Float) = number % 3 == 2 ? (0.8, 12.7) : (0.38, 9)
      result.pose.x = 0.5 + way * reach * wave(time / cycle)
      result.pose.y = 0.4 + 0.02 * sway(1, every: 2.3)
    } else {
      result.pose.x = 0.5 + 0.62 * sway(0, every: 13 + 5 * Float(number))
      result.pose.y = 0.36 + 0.06 * Float(number % 3) + 0.015 * sway(1, every: 2.3)
    }
    let turn: Float = alone ? 0.5 : 1
    result.pose.scale *= 1 + 0.06 * turn * sway(2, every: 11)
    result.pose.yaw = 0.26 * turn * sway(3, every: 6.1)
    result.pose.pitch = 0.10 * turn * sway(4, every: 4.7)
    result.pose.roll = 0.12 * turn * sway(5, every: 5.3)
    result.pose.gazeX = 0.5 * sway(6, every: 3.1)
    result.pose.gazeY = 0.2 * sway(7, every: 4.3)
    return (result, label)
  }

  private func expression(act: Int) -> (Expression, label: Int) {
    let label = (act & 1) ^ (startsSad ? 1 : 0)
    var expression = FaceSampler(seed: seed, index: act).expression(label: label)
    expression.blink = 0
    return (expression, label)
  }

  /// A blink takes a sixth of a second, once in about four.
  private func blink(at seconds: Double) -> Float {
    let cycle = 3.7 + Double(phases[0])
    let since = seconds - (seconds / cycle).rounded(.down) * cycle
    return hill(Float((since - 0.1) * (since - 0.1) / 0.0064))
  }
}
