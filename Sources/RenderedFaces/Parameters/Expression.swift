/// What the muscles of a face do. Zero everywhere is a neutral face; happy and sad differ in several of these at once
/// and by different amounts, so that no single one names the class.
///
/// The features follow the action units that the Facial Action Coding System (Ekman and Friesen 1978) gives for joy
/// (6 + 12, 25, 26), sadness (1 + 4, 15, 17), surprise (1 + 2, 5, 26), fear (1 + 2 + 4, 5, 20, 25), anger (4, 5, 7, 23)
/// and disgust (9, 10, 17).
public struct Expression: Hashable, Sendable {
  /// Mouth corners: -1 pulled down, 1 pulled up (units 15 and 12).
  public var mouthCurve: Float = 0
  /// Mouth width: -1 pursed, 1 stretched.
  public var mouthStretch: Float = 0
  /// Jaw: 0 closed, 1 wide open (units 25 and 26).
  public var mouthOpen: Float = 0
  /// How much of an open mouth the teeth fill, 0...1.
  public var teeth: Float = 0
  /// Lips: 0 at rest, 1 pressed thin (unit 24).
  public var lipPress: Float = 0
  /// Chin boss: 0 at rest, 1 pushed up, the lower lip with it (unit 17).
  public var chinRaise: Float = 0
  /// Cheeks: 0 at rest, 1 raised, the fold beside the nose deep (unit 6).
  public var cheekRaise: Float = 0
  /// Lower lids: 0 at rest, 1 pushed up.
  public var squint: Float = 0
  /// Upper lids: 0 at rest, 1 nearly closed, outer corners hanging.
  public var lidDroop: Float = 0
  /// Both eyes: 0 open, 1 shut, as in a blink.
  public var blink: Float = 0
  /// Inner ends of the eyebrows: -1 drawn down, 1 raised (unit 1).
  public var browInner: Float = 0
  /// Outer ends of the eyebrows: -1 lowered, 1 raised (unit 2).
  public var browOuter: Float = 0
  /// Upper lids: 0 at rest, 1 raised, so that white shows above the iris (unit 5).
  public var eyesWide: Float = 0
  /// Eyebrows: 0 at rest, 1 lowered and drawn together (unit 4).
  public var browFrown: Float = 0
  /// Nose: 0 at rest, 1 wrinkled at its root, the wings raised (unit 9).
  public var noseWrinkle: Float = 0
  /// Upper lip: 0 at rest, 1 raised in the middle (unit 10).
  public var lipRaise: Float = 0
  /// Lips: 0 at rest, 1 a narrow round opening (unit 18 with 26).
  public var mouthRound: Float = 0
  /// Difference between the two sides, -1...1: faces are seldom symmetric.
  public var asymmetry: Float = 0

  /// A neutral face.
  public init() {}

  /// The expression part of the way to `other`: this one at 0, `other` at 1.
  public func interpolated(to other: Expression, by t: Float) -> Expression {
    var result = self
    for path in Self.features {
      result[keyPath: path] = mix(self[keyPath: path], other[keyPath: path], t)
    }
    return result
  }

  private static var features: [WritableKeyPath<Expression, Float>] {
    [
      \.mouthCurve, \.mouthStretch, \.mouthOpen, \.teeth, \.lipPress, \.chinRaise, \.cheekRaise, \.squint,
      \.lidDroop, \.blink, \.browInner, \.browOuter, \.eyesWide, \.browFrown, \.noseWrinkle, \.lipRaise, \.mouthRound,
      \.asymmetry,
    ]
  }
}
