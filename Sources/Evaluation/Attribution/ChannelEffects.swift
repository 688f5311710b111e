import Numerics

/// What single output channels of a layer do to the logits: the layer before it in int8, behind it the float network,
/// and of the layer's results only one channel as int8 has it, all others as float makes them of the same inputs.
///
/// Channels do not add up to their layer, since their errors meet again behind it; they say which to look at.
public struct ChannelEffects: Hashable, Sendable {
  /// By channel, the mean squared change of the logits.
  public let squaredError: [Double]
  /// On how many pictures.
  public let images: Int

  /// The channel that moves the logits most; nil where none does.
  public var worst: Int? {
    squaredError.indexOfLargest.flatMap { squaredError[$0] > 0 ? $0 : nil }
  }

  /// A channel's squared change as a share of that of all.
  public func share(_ channel: Int) -> Double {
    let all = squaredError.reduce(0, +)
    return all > 0 ? squaredError[channel] / all : 0
  }
}
