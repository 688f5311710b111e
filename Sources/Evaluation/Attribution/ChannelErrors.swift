import Numerics

/// How far the results of a layer's output channels stray from what float makes of the same inputs.
public struct ChannelErrors: Hashable, Sendable {
  /// Sum of squares of the float results, by channel.
  public private(set) var signal: [Double]
  /// By source and channel, sum of squares of what the source moves the results by.
  public private(set) var noise: [ErrorSource: [Double]] = [:]

  init(_ channels: Int) { signal = [Double](repeating: 0, count: channels) }

  /// Adds a picture's float results; channels are innermost.
  mutating func add(signal results: [Float]) {
    Self.add(results.lazy.map { Double($0) }, to: &signal)
  }

  /// Adds a picture's results before and after one source of error.
  mutating func add(from: [Float], to: [Float], _ source: ErrorSource) {
    let none = [Double](repeating: 0, count: signal.count)
    Self.add(zip(from, to).lazy.map { Double($1) - Double($0) }, to: &noise[source, default: none])
  }

  private static func add(_ values: some Sequence<Double>, to sums: inout [Double]) {
    var channel = 0
    for value in values {
      sums[channel] += value * value
      channel = channel + 1 == sums.count ? 0 : channel + 1
    }
  }

  /// The squared error of a channel's results, as a share of that of all channels.
  public func share(_ channel: Int) -> Double {
    let all = noise.values.reduce(0) { $0 + $1.reduce(0, +) }
    return all > 0 ? noise.values.reduce(0) { $0 + $1[channel] } / all : 0
  }

  /// The channel with the largest squared error; nil where there is none.
  public var worst: Int? {
    let shares = signal.indices.map(share)
    return shares.indexOfLargest.flatMap { shares[$0] > 0 ? $0 : nil }
  }
}
