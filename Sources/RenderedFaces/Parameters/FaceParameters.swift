/// Everything that decides a rendered picture of one face, apart from its size in pixels.
///
/// All but `expression` is a nuisance: it is drawn without looking at the class.
public struct FaceParameters: Hashable, Sendable {
  /// What the face expresses: the only part that depends on the class.
  public var expression = Expression()
  /// Whose face it is.
  public var person = Person()
  /// Hair, beard, glasses, hat and clothes.
  public var look = Look()
  /// Where the head is and how it is turned.
  public var pose = Pose()
  /// The light on it.
  public var light = Light()
  /// What is behind and in front of it.
  public var surroundings = Surroundings()
  /// What the camera does to the picture.
  public var capture = Capture()

  /// A plain neutral face in the middle of the picture.
  public init() {}
}

/// Bones and skin.
public struct Person: Hashable, Sendable {
  /// 0 very light, 1 very dark.
  public var skinTone: Float = 0.3
  /// -1 pinkish, 1 yellowish.
  public var undertone: Float = 0
  /// 0 young adult, 1 old.
  public var age: Float = 0.2
  /// Height of the head over its width.
  public var aspect: Float = 1.32
  /// -1 pointed jaw, 1 square jaw.
  public var jaw: Float = 0
  /// 1 is ordinary, for the eyes.
  public var eyeSize: Float = 1
  /// Half the distance of the eyes, in half head widths.
  public var eyeSpacing: Float = 0.41
  /// Outer corners of the eyes: above 0 higher than the inner ones.
  public var eyeSlant: Float = 0
  /// 0 brown, 1 blue or green.
  public var irisTone: Float = 0
  /// Natural slope of the eyebrows, inner end up above 0.
  public var browSlope: Float = 0
  /// 1 is ordinary.
  public var browThickness: Float = 1
  /// 1 is ordinary.
  public var noseLength: Float = 1
  /// 1 is ordinary.
  public var noseWidth: Float = 1
  /// 1 is ordinary.
  public var lipFullness: Float = 1
  /// Half the width of the mouth at rest, in half head widths.
  public var mouthWidth: Float = 0.33
  /// Natural curve of the mouth at rest, as `Expression.mouthCurve`.
  public var mouthBias: Float = 0
  /// 0 none, 1 strong.
  public var lipColour: Float = 0
  /// 0 none, 1 many.
  public var freckles: Float = 0
  /// 0 pale, 1 rosy cheeks and nose.
  public var blush: Float = 0.3
}

/// What can be changed at the hairdresser's or in the wardrobe.
public struct Look: Hashable, Sendable {
  /// How the hair is cut or covered.
  public enum Hair: Int, Hashable, Sendable, CaseIterable {
    /// None at all.
    case bald
    /// A wreath around a bald top.
    case receding
    /// A few millimetres.
    case cropped
    /// Short, combed to one side.
    case parted
    /// Short and full at the top.
    case quiff
    /// A fringe over the forehead, to the chin.
    case bob
    /// To the shoulders, open.
    case long
    /// Tight curls.
    case curly
    /// A ball of curls.
    case afro
    /// Tied to a knot on top.
    case bun
    /// Covered with a scarf.
    case headscarf
  }
  /// A hat, where the hair leaves room.
  public enum Hat: Int, Hashable, Sendable, CaseIterable {
    /// No hat.
    case none
    /// Knitted.
    case beanie
    /// With a peak.
    case cap
  }
  /// What is in front of the eyes.
  public enum Glasses: Int, Hashable, Sendable, CaseIterable {
    /// No glasses.
    case none
    /// Round lenses.
    case round
    /// Square lenses.
    case square
    /// Thick frames.
    case thick
    /// Half-dark lenses.
    case tinted
  }
  /// The haircut.
  public var hair = Hair.parted
  /// 0 black, through brown and red to blond at 1.
  public var hairTone: Float = 0.3
  /// 0 none, 1 white.
  public var greyness: Float = 0
  /// Which side the hair is parted: -1 or 1.
  public var partSide: Float = 1
  /// What is worn on the head.
  public var hat = Hat.none
  /// What is worn before the eyes.
  public var glasses = Glasses.none
  /// 0 none, 1 full beard; small values are stubble.
  public var beard: Float = 0
  /// 0 none, 1 bushy.
  public var moustache: Float = 0
  /// Ends of the moustache: -1 hanging, 1 twirled up. Says nothing about the mouth.
  public var moustacheCurve: Float = 0
  /// Whether earrings are worn.
  public var earrings = false
  /// Hue of clothes, hat and scarf, 0..<1.
  public var clothesHue: Float = 0.6
  /// 0 dark, 1 light.
  public var clothesTone: Float = 0.4
}

/// Place, size and turn of the head.
public struct Pose: Hashable, Sendable {
  /// Centre of the head from the left, in picture widths.
  public var x: Float = 0.5
  /// Centre of the head from the top, in picture heights.
  public var y: Float = 0.5
  /// Half the width of the head in picture heights.
  public var scale: Float = 0.27
  /// Sine of the turn to the right of the picture.
  public var yaw: Float = 0
  /// Sine of the nod, above 0 down.
  public var pitch: Float = 0
  /// Sine of the tilt, above 0 clockwise.
  public var roll: Float = 0
  /// Where the eyes look, -1...1.
  public var gazeX: Float = 0
  /// Where the eyes look, -1 up, 1 down.
  public var gazeY: Float = 0
}

/// One lamp or window, and what the room throws back.
public struct Light: Hashable, Sendable {
  /// Where it comes from: -1 left, 1 right.
  public var x: Float = -0.4
  /// Where it comes from: -1 above, 1 below.
  public var y: Float = -0.5
  /// Strength of the direct light.
  public var key: Float = 0.8
  /// Strength of the light from everywhere.
  public var ambient: Float = 0.4
  /// -1 bluish, 1 reddish.
  public var warmth: Float = 0
  /// Strength of a light from behind at the edges.
  public var rim: Float = 0
  /// Strength of a shadow across the face, 0 none.
  public var shadow: Float = 0
  /// Direction of the shadow's edge, x part of a unit vector.
  public var shadowX: Float = 1
  /// Direction of the shadow's edge, y part of a unit vector.
  public var shadowY: Float = 0
  /// Where the shadow's edge is, in half head widths from the middle.
  public var shadowOffset: Float = 0
}

/// Background and foreground.
public struct Surroundings: Hashable, Sendable {
  /// What is behind the head.
  public enum Background: Int, Hashable, Sendable, CaseIterable {
    /// One colour running into another.
    case gradient
    /// A photographer's backdrop.
    case studio
    /// A wall with pictures.
    case wall
    /// A room with a window.
    case room
    /// Boards with books of all colours.
    case shelves
    /// Leaves in the sun.
    case foliage
    /// Streets at night, lights out of focus.
    case lights
    /// Hills and sky.
    case landscape
  }
  /// Something in front of a part of the face.
  public enum Occluder: Int, Hashable, Sendable, CaseIterable {
    /// The face is free.
    case none
    /// A blurred edge at one side.
    case edge
    /// A hand at a cheek.
    case hand
    /// A leaf or a tuft near the camera.
    case leaf
  }
  /// The kind of background.
  public var background = Background.studio
  /// Its main hue, 0..<1.
  public var hue: Float = 0.6
  /// From black, 0, to white, 1.
  public var brightness: Float = 0.5
  /// From grey, 0, to pure colour, 1.
  public var colourfulness: Float = 0.4
  /// How sharp it is, 0...1.
  public var focus: Float = 0.3
  /// The thing in front.
  public var occluder = Occluder.none
  /// Where that is: -1 left, 1 right.
  public var occluderSide: Float = 1
  /// Which of its many forms everything random here takes.
  public var pattern: UInt32 = 1
}

/// The camera's share.
public struct Capture: Hashable, Sendable {
  /// 0 sharp, in 256ths of the picture's height.
  public var blur: Float = 0
  /// Standard deviation of the noise in display values of 255.
  public var noise: Float = 2
  /// Factor on the light.
  public var exposure: Float = 1
  /// 1 is neutral.
  public var contrast: Float = 1
  /// 0 grey, 1 as it is.
  public var saturation: Float = 1
  /// Colour cast, -1 blue, 1 yellow.
  public var castWarm: Float = 0
  /// Colour cast, -1 green, 1 magenta.
  public var castTint: Float = 0
  /// Darkening of the corners, 0...1.
  public var vignette: Float = 0.2
}
