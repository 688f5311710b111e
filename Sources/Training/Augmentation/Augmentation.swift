/// Random changes of training pictures that do not change their label: what cameras, light and people do to faces. What
/// happens to a picture depends on seed, epoch and the picture's number alone.
///
/// Shares of pictures say how many get a change at all; what "largest" names is drawn anew for each picture.
public struct Augmentation: Hashable, Sendable, Codable {
  /// Whether half of the pictures are mirrored.
  public var flip = false
  /// The largest shift, as a share of the side.
  public var shift: Float = 0
  /// The largest change of scale, as a share.
  public var scale: Float = 0
  /// The largest rotation, in degrees.
  public var rotation: Float = 0
  /// The largest change of brightness, as a share of white.
  public var brightness: Float = 0
  /// The largest change of contrast, as a share.
  public var contrast: Float = 0
  /// The largest bend of the tone curve, x + bend x (1 - x): shadows and middle tones lighter or darker, as by a gamma.
  public var bend: Float = 0
  /// The largest change of one colour channel against the others, as a share.
  public var colourCast: Float = 0
  /// The largest change of how colourful a picture is, as a share.
  public var saturation: Float = 0
  /// The largest difference of light from the middle to a border, as a share.
  public var sideLight: Float = 0
  /// The share of pictures that become grey.
  public var grey: Float = 0
  /// The share of pictures of which the contrast is spread over all brightnesses alike, at least by half: what
  /// histogram equalization does in cameras and in old collections.
  public var equalized: Float = 0
  /// The share of pictures with flat contrast, of a quarter to two thirds: haze, backlight, cheap lenses.
  public var flat: Float = 0
  /// The share of pictures that are blurred, each pixel by up to a twenty-eighth of the side to all sides.
  public var blur: Float = 0
  /// The share of pictures that get noise, of a standard deviation up to a twenty-fifth of white.
  public var noise: Float = 0
  /// The share of pictures that are compressed as JPEG once more.
  public var jpeg: Float = 0
  /// The lowest quality of that.
  public var jpegQuality = 90
  /// The share of pictures of which a rectangle, each side up to a third of theirs, is covered by one colour.
  public var erase: Float = 0

  /// Pictures as they are; set what shall change.
  public init() {}

  /// Sets of changes with a name.
  public enum Level: String, Hashable, Sendable, CaseIterable {
    /// Pictures as they are.
    case none
    /// Mirrored, shifted, turned and lit a little: for networks that learn slowly, and few epochs.
    case light
    /// Enough that a small network with normalization does not learn its pictures by heart, and sees what cheap cameras
    /// do: other light, grey, blur, noise, compression.
    case standard
    /// For faces of several sources that a webcam's are to be told by: as standard, moved more, with contrast from flat
    /// to equalized, and a part covered, as by a hand or hair.
    case webcam
    /// For long training, or where pictures in use are much worse than those learned from.
    case strong

    /// The changes.
    public var augmentation: Augmentation {
      var changes = Augmentation()
      guard self != .none else { return changes }
      changes.flip = true
      switch self {
      case .none, .light:
        (changes.shift, changes.scale, changes.rotation) = (0.04, 0.06, 6)
        (changes.brightness, changes.contrast, changes.colourCast) = (0.08, 0.15, 0.04)
      case .standard:
        (changes.shift, changes.scale, changes.rotation) = (0.06, 0.12, 10)
        (changes.brightness, changes.contrast, changes.bend) = (0.1, 0.25, 0.4)
        (changes.colourCast, changes.saturation, changes.sideLight) = (0.08, 0.3, 0.25)
        (changes.grey, changes.blur, changes.noise) = (0.1, 0.2, 0.2)
        (changes.jpeg, changes.jpegQuality) = (0.15, 30)
      case .webcam:
        (changes.shift, changes.scale, changes.rotation) = (0.08, 0.15, 15)
        (changes.brightness, changes.contrast, changes.bend) = (0.12, 0.3, 0.5)
        (changes.colourCast, changes.saturation, changes.sideLight) = (0.1, 0.4, 0.35)
        (changes.equalized, changes.flat, changes.erase) = (0.15, 0.1, 0.25)
        (changes.grey, changes.blur, changes.noise) = (0.2, 0.3, 0.25)
        (changes.jpeg, changes.jpegQuality) = (0.2, 20)
      case .strong:
        (changes.shift, changes.scale, changes.rotation) = (0.09, 0.18, 15)
        (changes.brightness, changes.contrast, changes.bend) = (0.15, 0.4, 0.6)
        (changes.colourCast, changes.saturation, changes.sideLight) = (0.12, 0.5, 0.4)
        (changes.grey, changes.blur, changes.noise) = (0.2, 0.3, 0.3)
        (changes.jpeg, changes.jpegQuality, changes.erase) = (0.25, 15, 0.25)
      }
      return changes
    }

    /// The level of a set of changes, nil for one that has no name.
    public init?(_ augmentation: Augmentation) {
      guard let level = Level.allCases.first(where: { $0.augmentation == augmentation }) else { return nil }
      self = level
    }
  }

  /// Pictures as they are.
  public static let none = Augmentation()

  /// Pixels of context around an input of this side that moving, turning and shrinking can bring into it.
  package func border(ofSide side: Int) -> Int {
    guard shift > 0 || scale > 0 || rotation > 0 else { return 0 }
    // Turned by a, a corner moves outwards by half of sin(a) of the side, for which a in radians is enough.
    let turned = rotation * (Float.pi / 180) / 2
    return Int((Float(side) * (shift + scale / 2 + turned)).rounded(.up))
  }
}
