import Numerics

/// What a hand shows.
public enum Gesture: Int, Hashable, Sendable, CaseIterable {
  /// A fist, an open hand, two spread fingers.
  case rock, paper, scissors

  /// Its name, in lower case.
  public var name: String { ["rock", "paper", "scissors"][rawValue] }

  /// Which fingers are stretched, from the index to the little one; the thumb is only where all are.
  var stretched: [Bool] {
    switch self {
    case .rock: [false, false, false, false]
    case .paper: [true, true, true, true]
    case .scissors: [true, true, false, false]
    }
  }
}

/// Everything that decides a rendered picture of one hand, apart from its size in pixels. All but `gesture` is drawn
/// without looking at the class.
struct HandParameters: Hashable, Sendable {
  var gesture = Gesture.rock
  /// Of whose face it would be: the skin is the same.
  var person = Person()
  var light = Light()
  var surroundings = Surroundings()
  var capture = Capture()
  /// The middle of the palm, in shares of the picture.
  var centre = SIMD2<Float>(0.5, 0.55)
  /// Half the palm's width, as a share of the picture's height.
  var scale: Float = 0.13
  /// The direction from the wrist to the fingers: up is (0, -1).
  var upward = SIMD2<Float>(0, -1)
  /// 1 for a thumb on the left of the picture, -1 on the right.
  var side: Float = 1
  /// Whether the back of the hand is seen, with the fingers of a fist behind it.
  var showsBack = false
  /// How far stretched fingers are spread, 0 to 1.
  var spread: Float = 0.5
  /// How far each finger lies off its place, in palm widths, from the index to the little one.
  var sway = SIMD4<Float>(repeating: 0)
  /// How much narrower the hand is than seen from its front, since it is turned.
  var narrowing: Float = 0
  /// Lengths and thickness of fingers; 1 is ordinary.
  var (fingerLength, fingerWidth): (Float, Float) = (1, 1)
  /// How much of the arm a sleeve covers, from nothing to the wrist.
  var sleeve: Float = 0.5
  var sleeveHue: Float = 0.6
}

/// Draws the parameters of hand `index` of the data set with seed `seed`.
struct HandSampler {
  let seed: UInt64
  let index: Int
  /// How far pictures differ from a plain one, 0 to 1.
  let variety: Float

  /// Streams of their own, so that no picture is of a face's numbers.
  private func random(_ part: UInt64) -> CounterRandom {
    CounterRandom(seed: seed ^ 0x4841_4E44, stream: UInt64(index) &* 4 &+ part)
  }

  /// As many neighbours as there are gestures show each once, in random order.
  var gesture: Gesture {
    var random = CounterRandom(seed: seed ^ 0x4841_4E44, stream: UInt64(index / 3) &* 4)
    var order = Gesture.allCases
    for last in [2, 1] { order.swapAt(last, random.below(last + 1)) }
    return order[index % 3]
  }

  /// The seed of the pixel noise.
  var finishSeed: UInt32 {
    var random = random(3)
    return UInt32(truncatingIfNeeded: random.next())
  }

  /// The whole picture.
  var parameters: HandParameters {
    let scene = FaceSampler(seed: seed ^ 0x4841_4E44, index: index, variety: variety).nuisances()
    var hand = HandParameters()
    hand.gesture = gesture
    (hand.person, hand.light, hand.capture) = (scene.person, scene.light, scene.capture)
    hand.surroundings = scene.surroundings
    hand.light.shadow = 0
    var random = random(1)
    hand.centre = SIMD2(0.5 + random.centred(0.22 * variety), 0.56 + random.centred(0.18 * variety))
    hand.scale = 0.135 + random.centred(0.07 * variety)
    let lean = random.centred(1.5 * variety)
    hand.upward = SIMD2(lean, -1) / (lean * lean + 1).squareRoot()
    hand.side = random.chance(0.5) ? 1 : -1
    hand.showsBack = random.chance(0.5)
    hand.spread = random.uniform(0.5 - 0.3 * variety, 0.6 + 0.4 * variety)
    for finger in 0..<4 { hand.sway[finger] = random.centred(0.14 * variety) }
    hand.narrowing = random.uniform(0, 0.5 * variety)
    hand.fingerLength = random.uniform(0.88, 1.12)
    hand.fingerWidth = random.uniform(0.88, 1.15)
    hand.sleeve = random.unit()
    hand.sleeveHue = random.unit()
    return hand
  }
}
