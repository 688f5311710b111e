import CFloatKernels
import FloatRuntime
import Numerics
import Threads

/// Batch normalization (Ioffe, Szegedy 2015): each channel is centred and scaled by its mean and variance over the
/// batch, then by two learned numbers. Afterwards running means of both statistics take their place.
///
/// Statistics are those of each image alone first, joined in the order of the images (Chan, Golub, LeVeque 1979), so
/// that the number of threads does not change them.
final class BatchNormalization: BatchLayer {
  /// Added to the variance.
  static let epsilon = 1e-5
  /// The share of a new batch in the running statistics.
  static let momentum = 0.1

  let scale: Parameter
  let shift: Parameter
  let mean: Parameter
  let variance: Parameter
  private let channels: Int
  private let positions: Int
  /// `[images][2][channels filled up]`: sums of one image.
  private let imageSums: FloatBuffer
  /// Of the latest training batch.
  private let batchMean: FloatBuffer
  private var inverse: [Double]
  private let factors: [FloatBuffer]

  init(_ name: String, shape: Shape, capacity: Int) {
    let channels = shape[shape.rank - 1]
    self.channels = channels
    positions = shape.count / channels
    func parameter(_ suffix: String, _ value: Float, trained: Bool) -> Parameter {
      Parameter(
        name + suffix, shape: [channels], layout: .vectors(groups: 1, rows: channels), decays: false,
        initialValue: value, isTrained: trained)
    }
    scale = parameter(".scale", 1, trained: true)
    shift = parameter(".shift", 0, trained: true)
    mean = parameter(".mean", 0, trained: false)
    variance = parameter(".variance", 1, trained: false)
    imageSums = FloatBuffer(capacity * 2 * padded(channels))
    batchMean = FloatBuffer(padded(channels))
    inverse = [Double](repeating: 0, count: channels)
    factors = (0..<3).map { _ in FloatBuffer(padded(channels)) }
  }

  var parameters: [Parameter] { [scale, shift, mean, variance] }

  func forward(_ pass: Pass, _ operands: Operands) {
    if pass.training {
      findStatistics(pass, operands.inputs[0])
    } else {
      for channel in 0..<channels {
        batchMean.start[channel] = mean.values.start[channel]
        inverse[channel] = 1 / (Double(variance.values.start[channel]) + Self.epsilon).squareRoot()
      }
    }
    for channel in 0..<channels {
      let factor = Double(scale.values.start[channel]) * inverse[channel]
      factors[0].start[channel] = Float(factor)
      factors[1].start[channel] = Float(Double(shift.values.start[channel]) - Double(batchMean.start[channel]) * factor)
    }
    let count = positions * channels
    pass.pool.run(pass.images) { image in
      pass.kernels.table.pointee.channel_scale(
        operands.inputs[0] + image * count, factors[0].start, factors[1].start, operands.output + image * count,
        Int32(positions), Int32(channels))
    }
  }

  private func findStatistics(_ pass: Pass, _ x: UnsafePointer<Float>) {
    let (count, stride) = (positions * channels, padded(channels))
    pass.pool.run(pass.images) { image in
      let means = imageSums.start + image * 2 * stride
      let kernels = pass.kernels.table.pointee
      kernels.channel_sums(x + image * count, Int32(positions), Int32(channels), means)
      for channel in 0..<channels { means[channel] /= Float(positions) }
      kernels.channel_squares(x + image * count, means, Int32(positions), Int32(channels), means + stride)
    }
    let n = Double(positions)
    for channel in 0..<channels {
      var (centre, squares) = (0.0, 0.0)
      for image in 0..<pass.images {
        let own = imageSums.start + image * 2 * stride + channel
        let distance = Double(own[0]) - centre
        centre += distance / Double(image + 1)
        squares += Double(own[stride]) + distance * distance * n * Double(image) / Double(image + 1)
      }
      let total = n * Double(pass.images)
      let biased = squares / total
      batchMean.start[channel] = Float(centre)
      inverse[channel] = 1 / (biased + Self.epsilon).squareRoot()
      let unbiased = total > 1 ? squares / (total - 1) : biased
      follow(mean, channel, centre)
      follow(variance, channel, unbiased)
    }
  }

  private func follow(_ running: Parameter, _ channel: Int, _ value: Double) {
    let old = Double(running.values.start[channel])
    running.values.start[channel] = Float(old + Self.momentum * (value - old))
  }

  func backward(_ pass: Pass, _ operands: Operands, _ gradients: Gradients) {
    let (count, stride) = (positions * channels, padded(channels))
    pass.pool.run(pass.images) { image in
      let sums = imageSums.start + image * 2 * stride
      let kernels = pass.kernels.table.pointee
      let (x, dy) = (operands.inputs[0] + image * count, gradients.output + image * count)
      kernels.channel_sums(dy, Int32(positions), Int32(channels), sums)
      kernels.channel_products(dy, x, batchMean.start, Int32(positions), Int32(channels), sums + stride)
    }
    let total = Double(positions * pass.images)
    for channel in 0..<channels {
      var (sum, product) = (0.0, 0.0)
      for image in 0..<pass.images {
        sum += Double(imageSums.start[image * 2 * stride + channel])
        product += Double(imageSums.start[image * 2 * stride + stride + channel])
      }
      shift.gradient.start[channel] = Float(sum)
      scale.gradient.start[channel] = Float(product * inverse[channel])
      // dx = k (dy - mean(dy) - normalized x * mean(dy * normalized x)), k = scale / deviation
      let k = Double(scale.values.start[channel]) * inverse[channel]
      let slope = -k * product * inverse[channel] * inverse[channel] / total
      factors[0].start[channel] = Float(k)
      factors[1].start[channel] = Float(slope)
      factors[2].start[channel] = Float(-k * sum / total - slope * Double(batchMean.start[channel]))
    }
    guard let dx = gradients.inputs[0] else { return }
    pass.pool.run(pass.images) { image in
      pass.kernels.table.pointee.channel_mix(
        gradients.output + image * count, operands.inputs[0] + image * count, factors[0].start, factors[1].start,
        factors[2].start, dx + image * count, Int32(positions), Int32(channels))
    }
  }

  /// What a convolution before it is multiplied by and shifted to, by channel, when the running statistics are used.
  var folded: [(factor: Double, shift: Double)] {
    (0..<channels).map { channel in
      let factor =
        Double(scale.values.start[channel]) / (Double(variance.values.start[channel]) + Self.epsilon).squareRoot()
      return (factor, Double(shift.values.start[channel]) - Double(mean.values.start[channel]) * factor)
    }
  }
}
