/// How a picture becomes the network's input: sealed into the model, and executed by the same integer code in
/// trainer, calibrator and camera, so that nobody types a mean, a channel order or an image size twice.
///
/// The steps, in order: decode to 8-bit (EXIF orientation applied), convert to `colour`, cut out the region that
/// `fit` names, resample it to `width` x `height` by `resampling`. Pixels enter the network as pixel / 255.
public struct Preprocessing: Hashable, Sendable {
  /// The order and number of channels.
  public enum Colour: String, Hashable, Sendable, CaseIterable {
    /// Red, green, blue. Grey pictures repeat their value.
    case rgb
    /// One channel, ITU-R BT.601 luma.
    case grey

    /// Channels of one pixel.
    public var channels: Int { self == .rgb ? 3 : 1 }
  }

  /// Which region of the picture is used.
  public enum Fit: Hashable, Sendable {
    /// The largest centred square.
    case centreSquare
    /// All of it, its aspect not kept.
    case stretch
    /// All of it, its aspect kept: the smallest region of the input's aspect that holds the picture in its middle. What
    /// lies beyond the picture shows its edge pixels.
    case inside
    /// The square around a face box whose side is the longer side of the box times `1 + 2 * marginPercent / 100`;
    /// the centred square where no face is given.
    case face(marginPercent: Int)
  }

  /// The resampling rule.
  public enum Resampling: String, Hashable, Sendable, CaseIterable {
    /// Separable triangle filter, widened when shrinking so that it averages, in 14-bit fixed point.
    case triangle
  }

  /// The version of these rules that this code executes.
  public static let currentVersion = 1

  /// The version of the rules, `currentVersion` for what this code writes.
  public var version: Int
  /// Columns of the input.
  public var width: Int
  /// Rows of the input.
  public var height: Int
  /// Channels of the input.
  public var colour: Colour
  /// The region that is used.
  public var fit: Fit
  /// The resampling rule.
  public var resampling: Resampling

  /// The version is the current one: what a model is trained with is what it is fed with later.
  public init(
    width: Int, height: Int, colour: Colour = .rgb, fit: Fit = .centreSquare, resampling: Resampling = .triangle
  ) {
    version = Self.currentVersion
    self.width = width
    self.height = height
    self.colour = colour
    self.fit = fit
    self.resampling = resampling
  }
}

extension Preprocessing {
  /// Whether the region that is used is a face's.
  public var cropsToFaces: Bool { if case .face = fit { true } else { false } }

  /// The rule in one line.
  public var words: String { "\(width)x\(height) \(colour.rawValue), \(fit)" }
}
