import Models

/// What a foreign file does not say about itself.
public struct ImportOptions: Sendable {
  /// What the network was trained to read in place of a pixel from 0 to 255.
  public enum Range: String, Hashable, Sendable, CaseIterable {
    /// pixel / 255.
    case unit = "0..1"
    /// pixel / 127.5 - 1.
    case symmetric = "-1..1"
    /// The pixel itself.
    case bytes = "0..255"
    /// (pixel / 255 - mean) / deviation with the figures of ImageNet, by channel.
    case imagenet
  }

  /// The order of the channels in which the network was trained to see pictures.
  public enum Colour: String, Hashable, Sendable, CaseIterable {
    /// Red first.
    case rgb
    /// Blue first, as OpenCV reads pictures.
    case bgr
    /// One channel.
    case grey
  }

  /// How the axes of a picture lie in the file's input.
  public enum Layout: String, Hashable, Sendable, CaseIterable {
    /// Channels before rows and columns, as PyTorch has them.
    case nchw
    /// Channels last, as TensorFlow has them.
    case nhwc
  }

  /// Extents of the only input in the file's order, batch first; where nil, the file's own.
  public var input: [Int]?
  /// The same by name, also of several inputs.
  public var inputs: [String: [Int]] = [:]
  /// Where nil, as the file says, otherwise by its extents.
  public var layout: Layout?
  /// Where nil: 0 to 255 for an input of bytes, otherwise 0 to 1.
  public var range: Range?
  /// Subtracted, in the units of `range`: one number, or one a channel.
  public var mean: [Float] = []
  /// Divided by after that, likewise.
  public var deviation: [Float] = []
  /// Where nil: grey for one channel, otherwise red first.
  public var colour: Colour?
  /// Values of the file that come out of the model, by name; where empty, the file's outputs.
  public var outputs: [String] = []
  /// Names of the classes; where empty, those that the file brings along.
  public var labels: [String] = []
  /// The region of a picture that is used.
  public var fit = Preprocessing.Fit.stretch

  /// What the model may ask of this machine.
  public var limits = ModelLimits.standard

  /// Whatever the file says, and common conventions where it says nothing.
  public init() {}

  /// What is said of the extents of an input.
  func extents(of name: String) -> [Int]? { inputs[name] ?? input }
}
