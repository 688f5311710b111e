import Numerics

/// What goes in and comes out of the file that a model was imported from, in the file's own names, extents and units:
/// with this, numbers for that file are numbers for the model.
public struct FileInterface: Hashable, Sendable {
  /// One tensor that goes in or comes out.
  public struct Port: Hashable, Sendable {
    /// Its name in the file.
    public var name: String
    /// Its extents in the file's order, with a batch of 1 where the file has one.
    public var dimensions: [Int]
    /// Whether the file's second dimension, the channels, lies last in the model's memory; otherwise the file's order
    /// is the model's.
    public var isChannelsFirst: Bool

    /// `dimensions` in the file's order, none negative.
    public init(name: String, dimensions: [Int], isChannelsFirst: Bool) {
      self.name = name
      self.dimensions = dimensions
      self.isChannelsFirst = isChannelsFirst
    }
  }

  /// What comes out.
  public struct Output: Hashable, Sendable {
    /// Name and extents.
    public var port: Port
    /// What the file makes of the model's logits.
    public var function: Function

    /// A tensor that is `function` of the model's logits.
    public init(_ port: Port, _ function: Function) {
      self.port = port
      self.function = function
    }
  }

  /// What the file makes of logits. The model may make something else of them: probabilities, where labels were given.
  public enum Function: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case identity
    /// 1 / (1 + e^-x).
    case sigmoid
    /// e^x / sum e^x over all of them.
    case softmax
    /// The logarithm of that.
    case logSoftmax = "log-softmax"
  }

  /// Codes that the file takes in place of real numbers.
  public struct Codes: Hashable, Sendable {
    /// What a code is worth: `scale * (code - zeroPoint)`.
    public var scale: Float
    /// The code of 0, from -128 to 255.
    public var zeroPoint: Int
    /// Whether codes are uint8; otherwise int8.
    public var isUnsigned: Bool

    /// `scale` above 0.
    public init(scale: Float, zeroPoint: Int, isUnsigned: Bool) {
      self.scale = scale
      self.zeroPoint = zeroPoint
      self.isUnsigned = isUnsigned
    }
  }

  /// What goes in; the first of several inputs.
  public var input: Port
  /// The file's other inputs. Where there are any, the graph's one input is a list of numbers: each input's elements in
  /// the model's order, one input after the other, and zeros to the end of the last row. They are real numbers, `scale`
  /// is 1 and `shift` 0.
  public var furtherInputs: [Port]
  /// By the model's channels in the file's order: the file reads `scale * pixel / 255 + shift`.
  public var scale: [Float]
  /// Likewise.
  public var shift: [Float]
  /// Whether the file's first channel is the model's third.
  public var readsBlueFirst: Bool
  /// The codes that the file takes, nil where it takes real numbers.
  public var codes: Codes?
  /// What comes out, in the order of the graph's outputs.
  public var outputs: [Output]

  /// `scale` and `shift` have one number for each channel of the graph's input.
  public init(
    input: Port, furtherInputs: [Port] = [], scale: [Float], shift: [Float], readsBlueFirst: Bool, codes: Codes? = nil,
    outputs: [Output]
  ) {
    self.input = input
    self.furtherInputs = furtherInputs
    self.scale = scale
    self.shift = shift
    self.readsBlueFirst = readsBlueFirst
    self.codes = codes
    self.outputs = outputs
  }
}

extension FileInterface {
  /// The most inputs.
  public static let mostInputs = 256

  /// All that goes in, in the order of the file.
  public var inputs: [Port] { [input] + furtherInputs }
}

extension FileInterface.Port {
  /// How many elements it has.
  public var count: Int { dimensions.reduce(1, *) }

  /// For each element in the model's order, its place in the file's: `file[i]` is what the model has at `i`.
  public var places: [Int] {
    guard isChannelsFirst, dimensions.count > 2 else { return Array(0..<count) }
    let (batch, channels) = (dimensions[0], dimensions[1])
    let inner = dimensions[2...].reduce(1, *)
    var places: [Int] = []
    places.reserveCapacity(count)
    for example in 0..<batch {
      for place in 0..<inner {
        for channel in 0..<channels { places.append((example * channels + channel) * inner + place) }
      }
    }
    return places
  }
}
