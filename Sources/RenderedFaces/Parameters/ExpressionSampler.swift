import Numerics

extension FaceSampler {
  /// An expression of the class, from faint to strong, in which some features may be missing. Classes are those of
  /// `RenderedFaces.allLabels`.
  func expression(label: Int) -> Expression {
    var random = random(.expression)
    let strength = random.uniform(mix(0.95, 0.45, variety), 1)
    var result =
      switch label {
      case 0: Self.happy(strength, &random)
      case 1: Self.sad(strength, &random)
      case 2: Self.neutral(&random)
      case 3: Self.surprised(strength, &random)
      case 4: Self.afraid(strength, &random)
      case 5: Self.angry(strength, &random)
      default: Self.disgusted(strength, &random)
      }
    result.asymmetry = random.centred(0.35)
    if random.chance(0.04) { result.blink = 1 }
    return result
  }

  private static func happy(_ strength: Float, _ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.mouthCurve = strength * random.uniform(0.65, 1)
    e.mouthStretch = strength * random.uniform(0, 0.9)
    if random.chance(0.5) {
      e.mouthOpen = strength * random.uniform(0.2, 0.9)
      e.teeth = random.uniform(0.3, 1)
    }
    e.cheekRaise = strength * random.uniform(0.4, 1)
    e.squint = strength * random.uniform(0, 0.9)
    e.lidDroop = random.uniform(0, 0.25)
    e.browInner = random.uniform(-0.25, 0.3)
    e.browOuter = random.uniform(-0.1, 0.5)
    e.lipPress = random.uniform(0, 0.3)
    return e
  }

  private static func sad(_ strength: Float, _ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.mouthCurve = -strength * random.uniform(0.55, 1)
    e.mouthStretch = random.uniform(-0.4, 0.4)
    if random.chance(0.3) {
      e.mouthOpen = strength * random.uniform(0.15, 0.6)
      e.teeth = random.uniform(0, 0.7)
    }
    e.browInner = strength * random.uniform(0.4, 1)
    e.browOuter = random.uniform(-0.6, 0.1)
    e.lidDroop = strength * random.uniform(0.1, 0.8)
    e.squint = random.uniform(0, 0.4)
    e.cheekRaise = random.uniform(0, 0.2)
    e.chinRaise = e.mouthOpen > 0 ? 0 : strength * random.uniform(0, 1)
    e.lipPress = random.uniform(0, 0.5)
    return e
  }

  /// What a face does that does nothing: never quite symmetric, never quite at rest.
  private static func neutral(_ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.mouthCurve = random.centred(0.14)
    e.mouthStretch = random.centred(0.25)
    e.mouthOpen = random.chance(0.2) ? random.uniform(0.02, 0.1) : 0
    e.browInner = random.centred(0.15)
    e.browOuter = random.centred(0.2)
    e.lidDroop = random.uniform(0, 0.3)
    e.squint = random.uniform(0, 0.25)
    e.lipPress = random.uniform(0, 0.3)
    return e
  }

  private static func surprised(_ strength: Float, _ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.eyesWide = strength * random.uniform(0.5, 1)
    e.browInner = strength * random.uniform(0.6, 1)
    e.browOuter = strength * random.uniform(0.7, 1)
    if random.chance(0.85) {
      e.mouthOpen = strength * random.uniform(0.4, 1)
      e.mouthRound = random.uniform(0.3, 1)
      e.teeth = random.uniform(0, 0.3)
    }
    e.mouthCurve = random.centred(0.15)
    return e
  }

  private static func afraid(_ strength: Float, _ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.eyesWide = strength * random.uniform(0.5, 1)
    e.browInner = strength * random.uniform(0.5, 1)
    e.browFrown = strength * random.uniform(0.3, 0.7)
    e.browOuter = random.uniform(-0.2, 0.3)
    e.mouthStretch = strength * random.uniform(0.5, 1)
    e.mouthOpen = strength * random.uniform(0.12, 0.5)
    e.teeth = random.uniform(0.2, 0.9)
    e.mouthCurve = -strength * random.uniform(0, 0.35)
    return e
  }

  private static func angry(_ strength: Float, _ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.browFrown = strength * random.uniform(0.6, 1)
    e.browInner = -strength * random.uniform(0.4, 1)
    e.browOuter = random.uniform(-0.2, 0.4)
    e.eyesWide = random.uniform(0, 0.5)
    e.squint = strength * random.uniform(0.2, 0.8)
    if random.chance(0.4) {
      e.mouthOpen = strength * random.uniform(0.25, 0.8)
      e.teeth = random.uniform(0.5, 1)
      e.mouthStretch = random.uniform(0, 0.5)
    } else {
      e.lipPress = strength * random.uniform(0.6, 1)
      e.chinRaise = random.uniform(0, 0.5)
    }
    e.mouthCurve = -strength * random.uniform(0, 0.4)
    e.noseWrinkle = random.uniform(0, 0.3)
    return e
  }

  private static func disgusted(_ strength: Float, _ random: inout CounterRandom) -> Expression {
    var e = Expression()
    e.noseWrinkle = strength * random.uniform(0.6, 1)
    e.lipRaise = strength * random.uniform(0.5, 1)
    e.squint = strength * random.uniform(0.5, 1)
    e.browFrown = strength * random.uniform(0.2, 0.6)
    e.browInner = -random.uniform(0, 0.4)
    e.cheekRaise = strength * random.uniform(0.3, 0.8)
    e.mouthCurve = -strength * random.uniform(0.15, 0.6)
    e.mouthStretch = random.uniform(-0.3, 0.3)
    if random.chance(0.4) {
      e.mouthOpen = strength * random.uniform(0.1, 0.3)
      e.teeth = random.uniform(0.2, 0.8)
    } else {
      e.chinRaise = random.uniform(0, 0.6)
    }
    return e
  }
}
