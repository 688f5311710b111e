import Numerics

/// What a node computes. A closed set, switched over exhaustively by everything that runs or explains graphs.
///
/// Shapes are of one image: `[height, width, channels]` for pictures and feature maps, `[count]` after flatten.
public enum Operator: Hashable, Sendable {
  /// Convolution, weights `[outputChannels, kernelHeight, kernelWidth, inputChannels / groups]`, bias
  /// `[outputChannels]`. A depthwise convolution has as many groups as input channels.
  case conv2D(Convolution)
  /// Largest value of each window.
  case maxPool2D(Window)
  /// Mean of each window; padding does not count.
  case averagePool2D(Window)
  /// Mean over height and width, `[h, w, c]` to `[c]`.
  case globalAveragePool
  /// Fully connected, weights `[outputs, inputs]`, bias `[outputs]`.
  case dense(Dense)
  /// Sum of two values of one shape, or of a picture and one number a channel, `[h, w, c]` and `[c]`.
  case add(Activation)
  /// Product of two values, of shapes as for a sum.
  case multiply(Activation)
  /// Join along channels.
  case concatenate
  /// Nearest-neighbour enlargement by a whole factor.
  case upsampleNearest(factor: Int)
  /// Another number of rows and columns.
  case resize(Resize)
  /// A function of each element.
  case function(Function)
  /// Elements picked at regular distances.
  case rearrange(Arrangement)
  /// `[h, w, c]` to `[h * w * c]`, row-major.
  case flatten
  /// The same elements under another shape.
  case reshape(Shape)

  /// The extents of a convolution.
  public struct Convolution: Hashable, Sendable {
    /// Filters, the channels of the result.
    public var outputChannels: Int
    /// Window, stride and padding.
    public var window: Window
    /// Distance between neighbouring taps, 1 for a plain convolution.
    public var dilation: Int
    /// Channel groups that do not see each other.
    public var groups: Int
    /// The clamp applied to the result.
    public var activation: Activation

    /// One group and dilation 1 by default: a plain convolution.
    public init(
      outputChannels: Int, window: Window, dilation: Int = 1, groups: Int = 1, activation: Activation = .none
    ) {
      self.outputChannels = outputChannels
      self.window = window
      self.dilation = dilation
      self.groups = groups
      self.activation = activation
    }

    /// Whether each of so many input channels has taps and a result of its own.
    public func isDepthwise(inputChannels: Int) -> Bool {
      groups > 1 && groups == inputChannels && outputChannels == inputChannels
    }
  }

  /// The extents of a fully connected layer.
  public struct Dense: Hashable, Sendable {
    /// Results.
    public var outputs: Int
    /// The clamp applied to the result.
    public var activation: Activation

    /// `outputs` numbers; the clamp comes after the bias.
    public init(outputs: Int, activation: Activation = .none) {
      self.outputs = outputs
      self.activation = activation
    }
  }

  /// A sliding window: its size, step and border.
  public struct Window: Hashable, Sendable {
    /// Rows of the window.
    public var height: Int
    /// Columns of the window.
    public var width: Int
    /// Step between windows, down and across.
    public var stride: Int
    /// Rows or columns added at each side.
    public var padding: Padding

    /// Stride 1 and no padding by default.
    public init(_ height: Int, _ width: Int, stride: Int = 1, padding: Padding = .none) {
      self.height = height
      self.width = width
      self.stride = stride
      self.padding = padding
    }
  }

  /// Rows and columns added around a picture before a window slides over it. They hold real 0 (the zero point); a
  /// pool passes over them.
  public struct Padding: Hashable, Sendable {
    /// Rows added above.
    public var top: Int
    /// Columns added to the left.
    public var left: Int
    /// Rows added below.
    public var bottom: Int
    /// Columns added to the right.
    public var right: Int

    /// Each side by itself, as "same" padding of an even window needs it.
    public init(top: Int, left: Int, bottom: Int, right: Int) {
      self.top = top
      self.left = left
      self.bottom = bottom
      self.right = right
    }

    /// No padding ("valid").
    public static let none = Padding(top: 0, left: 0, bottom: 0, right: 0)

    /// The same number of rows and columns on all sides.
    public static func all(_ size: Int) -> Padding { Padding(top: size, left: size, bottom: size, right: size) }
  }

  /// A clamp applied to a result before it is stored; in int8 it is the clamp of the requantization, equation (4).
  public enum Activation: String, Hashable, Sendable, CaseIterable {
    /// The value as it is.
    case none
    /// max(x, 0).
    case relu
    /// min(max(x, 0), 6).
    case relu6
  }

  /// The operator's name as files and tables show it.
  public var name: String {
    switch self {
    case .conv2D(let convolution): convolution.groups == 1 ? "conv2d" : "grouped_conv2d"
    case .maxPool2D: "max_pool2d"
    case .averagePool2D: "average_pool2d"
    case .globalAveragePool: "global_average_pool"
    case .dense: "dense"
    case .add: "add"
    case .concatenate: "concatenate"
    case .multiply: "multiply"
    case .upsampleNearest: "upsample_nearest"
    case .resize(let resize): resize.isLinear ? "resize_linear" : "resize_nearest"
    case .function(let function): function.kind.rawValue
    case .rearrange: "rearrange"
    case .flatten: "flatten"
    case .reshape: "reshape"
    }
  }

  /// Whether the node has a weight and a bias.
  public var hasParameters: Bool {
    switch self {
    case .conv2D, .dense: true
    default: false
    }
  }

  /// Whether the quantizer gives the result the scale and zero point of what is read: the node only moves bytes.
  public var keepsQuantization: Bool {
    switch self {
    case .maxPool2D, .flatten, .reshape, .upsampleNearest, .resize, .rearrange: true
    case .conv2D, .averagePool2D, .globalAveragePool, .dense, .add, .multiply, .concatenate, .function: false
    }
  }

  /// The clamp that the node applies.
  public var activation: Activation {
    switch self {
    case .conv2D(let convolution): convolution.activation
    case .dense(let dense): dense.activation
    case .add(let activation), .multiply(let activation): activation
    default: .none
    }
  }
}
