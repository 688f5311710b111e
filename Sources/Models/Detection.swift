import Numerics

/// How the output of a detection network becomes boxes: sealed into the model, like the preprocessing.
///
/// The network's only output has the shape `[rows, columns, 4]`, one cell for each `stride` x `stride` pixels of its
/// input, and a face is a square to it. Channel 0 is the logit of "a face's centre is near this cell's centre"; with
/// the cell's centre at ((column + 1/2) stride, (row + 1/2) stride), channels 1 and 2 are the way from there to the
/// face's centre in units of the face's side, and channel 3 is log2(side / `unit`). Offsets in units of the size make
/// one error cost the same overlap at every size (as the box coding of Ren et al. 2015, without anchors). The box that
/// is reported is as high as that square and `aspect` as wide.
public struct Detection: Hashable, Sendable {
  /// The side, in pixels of the input, that channel 3 calls 0.
  public static let unit: Float = 32
  /// The thresholds that a file may hold, in thousandths of a logit.
  public static let thresholds = -100_000...100_000
  /// Channels of the output.
  public static let channels = 4
  /// The width of reported boxes over their height: faces are higher than wide, as people and other detectors draw
  /// them. Measured on 2,185 boxes of web photos with a short side of 40 pixels and more, in the median 0.85 where
  /// people drew them and 0.78 where a program did. Crops to a face are squares as high as its box.
  public static let aspect: Float = 0.85

  /// Pixels of the input from one cell to the next.
  public var stride: Int
  /// The logit from which on a cell is a face. Files keep thousandths.
  public var threshold: Float
  /// Of two boxes whose overlap (intersection over union) is larger, the one with the smaller logit is dropped.
  public var overlapPercent: Int
  /// The sides of faces that it was trained to find, in pixels of its input.
  public var sides: ClosedRange<Int>

  /// `sides` in pixels of the network's input, `threshold` a logit.
  public init(stride: Int, threshold: Float, overlapPercent: Int, sides: ClosedRange<Int>) {
    self.stride = stride
    self.threshold = threshold
    self.overlapPercent = overlapPercent
    self.sides = sides
  }

  /// The lowest threshold that a file may hold and that lets no lower score through. Of a network that has learned
  /// nothing yet scores may be larger than any that a file holds: it is the nearest then.
  public static func threshold(from score: Float) -> Float {
    let thousandths = (score * 1000).rounded(.up)
    return min(max(thousandths, Float(thresholds.lowerBound)), Float(thresholds.upperBound)) / 1000
  }

  /// The shape of the output for a network's input.
  public func output(of input: Shape) -> Shape { [input[0] / stride, input[1] / stride, Self.channels] }
}

extension Detection {
  /// 2^x for x in -60 ... 60 (clamped), to about 1e-7 of itself: the exponent's bits and a polynomial, which every
  /// machine computes alike.
  public static func exp2(_ x: Float) -> Float {
    let clamped = x > -60 ? min(x, 60) : -60  // also where x is no number
    let whole = clamped.rounded(.down)
    // e^t with t = ln 2 * fraction below 0.7: t^9 / 9! < 1.2e-7.
    let t = (clamped - whole) * 0.693_147_18
    var sum: Float = 1
    for n in Swift.stride(from: 9, through: 1, by: -1) { sum = 1 + sum * t / Float(n) }
    return sum * Float(sign: .plus, exponent: Int(whole), significand: 1)
  }

  /// The base-2 logarithm of a positive number, likewise: of its significand by 2 atanh((m - 1) / (m + 1)) / ln 2.
  public static func log2(_ x: Float) -> Float {
    let s = (x.significand - 1) / (x.significand + 1)  // at most 1/3: s^17 / 17 < 1e-9
    let square = s * s
    var sum: Float = 0
    for n in Swift.stride(from: 15, through: 1, by: -2) { sum = sum * square + 1 / Float(n) }
    return Float(x.exponent) + 2 * s * sum * 1.442_695
  }
}
