import Numerics

/// Draws the parameters of picture `index` of the data set with seed `seed`.
///
/// Each part has a random stream of its own: the nuisances come from a stream that neither the label nor the
/// expression touches, so nothing but the expression can correlate with the class.
struct FaceSampler {
  let seed: UInt64
  let index: Int
  /// How far pictures may differ from a plain portrait, 0...1.
  let variety: Float

  init(seed: UInt64, index: Int, variety: Float = 1) {
    self.seed = seed
    self.index = index
    self.variety = variety
  }

  enum Part: UInt64 { case label, nuisance, expression, finish }

  func random(_ part: Part) -> CounterRandom {
    CounterRandom(seed: seed, stream: UInt64(index) &* 4 &+ part.rawValue)
  }

  /// 0 happy, 1 sad. Each pair of neighbours has one of both, in random order, so any even count is balanced.
  var label: Int {
    var random = CounterRandom(seed: seed, stream: UInt64(index / 2) &* 4 &+ Part.label.rawValue)
    return (index & 1) ^ Int(random.next() >> 63)
  }

  /// One of so many expressions: as many neighbours have one of each, in random order.
  func label(of classes: Int) -> Int {
    guard classes > 2 else { return label }
    var random = CounterRandom(seed: seed, stream: UInt64(index / classes) &* 4 &+ Part.label.rawValue)
    var order = Array(0..<classes)
    for last in stride(from: classes - 1, to: 0, by: -1) { order.swapAt(last, random.below(last + 1)) }
    return order[index % classes]
  }

  /// The seed of the pixel noise.
  var finishSeed: UInt32 {
    var random = random(.finish)
    return UInt32(truncatingIfNeeded: random.next())
  }

  /// The whole picture.
  func parameters(label: Int) -> FaceParameters {
    var parameters = nuisances()
    parameters.expression = expression(label: label)
    return parameters
  }

  /// Everything but the expression. Does not know the label.
  func nuisances() -> FaceParameters {
    var random = random(.nuisance)
    var result = FaceParameters()
    result.person = Self.person(&random)
    result.look = Self.look(&random, of: result.person)
    result.pose = Self.pose(&random, variety)
    result.light = Self.light(&random, variety)
    result.surroundings = Self.surroundings(&random, variety)
    result.capture = Self.capture(&random, variety)
    return result
  }

  private static func person(_ random: inout CounterRandom) -> Person {
    var p = Person()
    p.skinTone = random.unit()
    p.undertone = random.centred(1)
    p.age = random.chance(0.35) ? random.uniform(0.5, 1) : random.uniform(0, 0.5)
    p.aspect = random.uniform(1.22, 1.42)
    p.jaw = random.centred(1)
    p.eyeSize = random.uniform(0.85, 1.2)
    p.eyeSpacing = random.uniform(0.38, 0.45)
    p.eyeSlant = random.centred(0.16)
    p.irisTone = random.chance(0.35) ? random.uniform(0.4, 1) : random.uniform(0, 0.4)
    p.browSlope = random.centred(0.35)
    p.browThickness = random.uniform(0.6, 1.6)
    p.noseLength = random.uniform(0.85, 1.15)
    p.noseWidth = random.uniform(0.8, 1.3)
    p.lipFullness = random.uniform(0.6, 1.4)
    p.mouthWidth = random.uniform(0.31, 0.40)
    p.mouthBias = random.centred(0.12)
    p.lipColour = random.chance(0.25) ? random.uniform(0.4, 1) : 0
    p.freckles = random.chance(0.2) ? random.unit() : 0
    p.blush = random.unit()
    return p
  }

  private static func look(_ random: inout CounterRandom, of person: Person) -> Look {
    var l = Look()
    let cuts: [Look.Hair] = [
      .bald, .receding, .cropped, .cropped, .parted, .parted, .quiff, .bob, .bob, .long, .long, .long, .curly,
      .curly, .afro, .bun, .headscarf,
    ]
    l.hair = cuts[random.below(cuts.count)]
    l.hairTone = random.unit() * mix(1, 0.35, person.skinTone)
    l.greyness = person.age > 0.5 ? random.uniform(0, 1) : (random.chance(0.05) ? 0.5 : 0)
    l.partSide = random.chance(0.5) ? 1 : -1
    let short = [.bald, .receding, .cropped, .parted].contains(l.hair)
    if l.hair != .headscarf && l.hair != .afro && l.hair != .bun && random.chance(0.16) {
      l.hat = random.chance(0.5) ? .beanie : .cap
    }
    if random.chance(0.32) {
      l.glasses = [.round, .square, .thick, .square, .round, .tinted][random.below(6)]
    }
    if short || l.hair == .quiff || l.hair == .curly {
      let kind = random.unit()
      if kind < 0.2 {
        l.beard = random.uniform(0.05, 0.3)
      } else if kind < 0.42 {
        l.beard = random.uniform(0.5, 1)
        l.moustache = random.uniform(0.4, 1)
      } else if kind < 0.55 {
        l.moustache = random.uniform(0.4, 1)
      }
    }
    l.moustacheCurve = random.centred(1)
    l.earrings = !short && random.chance(0.4)
    l.clothesHue = random.unit()
    l.clothesTone = random.unit()
    return l
  }

  private static func pose(_ random: inout CounterRandom, _ variety: Float) -> Pose {
    var p = Pose()
    p.x = 0.5 + random.centred(0.06 * variety)
    p.y = 0.5 + random.centred(0.05 * variety)
    p.scale = 0.285 + random.centred(0.045 * variety)
    p.yaw = random.centred(0.42 * variety)
    p.pitch = random.centred(0.24 * variety)
    p.roll = random.centred(0.30 * variety)
    p.gazeX = random.centred(0.8)
    p.gazeY = random.centred(0.6)
    return p
  }

  private static func light(_ random: inout CounterRandom, _ variety: Float) -> Light {
    var l = Light()
    l.x = random.centred(1)
    l.y = random.uniform(-0.9, 0.35)
    l.key = random.uniform(mix(0.8, 0.4, variety), 1)
    l.ambient = random.uniform(mix(0.45, 0.25, variety), 0.6)
    l.warmth = random.centred(0.6)
    l.rim = random.chance(0.3) ? random.uniform(0.2, 0.8) : 0
    if random.chance(0.25 * variety) { l.shadow = random.uniform(0.25, 0.6) }
    let direction = random.direction()
    l.shadowX = direction.x
    l.shadowY = direction.y
    l.shadowOffset = random.centred(0.7)
    return l
  }

  private static func surroundings(_ random: inout CounterRandom, _ variety: Float) -> Surroundings {
    var s = Surroundings()
    s.background = Surroundings.Background.allCases[random.below(Surroundings.Background.allCases.count)]
    s.hue = random.unit()
    s.brightness = random.uniform(0.1, 0.9)
    s.colourfulness = random.uniform(0, 0.8)
    s.focus = random.unit()
    if random.chance(0.15 * variety) { s.occluder = [.edge, .hand, .leaf][random.below(3)] }
    s.occluderSide = random.chance(0.5) ? 1 : -1
    s.pattern = UInt32(truncatingIfNeeded: random.next())
    return s
  }

  private static func capture(_ random: inout CounterRandom, _ variety: Float) -> Capture {
    var c = Capture()
    if random.chance(0.3 * variety) { c.blur = random.uniform(0.6, 0.8 + 2 * variety) }
    c.noise = random.chance(0.3) ? random.uniform(4, 4 + 12 * variety) : random.uniform(0, 4)
    let stops = 0.35 * variety
    c.exposure = random.uniform(1 - stops, 1 + stops)
    c.contrast = random.uniform(1 - 0.6 * stops, 1.15)
    c.saturation = random.chance(0.08) ? 0 : random.uniform(0.6, 1.2)
    c.castWarm = random.centred(0.7)
    c.castTint = random.centred(0.35)
    c.vignette = random.uniform(0, 0.45)
    return c
  }
}

extension CounterRandom {
  /// A float in `-width ..< width`, small values likelier than large ones (a triangle).
  mutating func centred(_ width: Float) -> Float { (unit() + unit() - 1) * width }

  /// A unit vector of random direction.
  mutating func direction() -> SIMD2<Float> {
    while true {
      let v = SIMD2<Float>(uniform(-1, 1), uniform(-1, 1))
      let squared = v.x * v.x + v.y * v.y
      if squared > 0.01 && squared < 1 { return v / squared.squareRoot() }
    }
  }
}
