import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// Batch normalization (Ioffe, Szegedy 2015): each channel is centred and scaled by its mean and variance over the
/// batch, then by two learned numbers. Afterwards running means of both statistics take their place. An activation may
/// be part of it, and a max pooling 2x2 behind a ReLU.
///
/// Statistics are those of each image alone first, joined in the order of the images (Chan, Golub, LeVeque 1979), so
/// that the number of threads does not change them.
final class BatchNormalization: SurveyLayer {
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
  /// Of the activation.
  private let clamp: cf_clamp
  private let pool: WinnerPool?
  /// `[images][2][channels filled up]`: sums of one image.
  private let imageSums: FloatBuffer
  /// `[2][channels]`: those of all images.
  private let joined: Sums
  /// Of the latest training batch.
  private let batchMean: FloatBuffer
  private var inverse: [Double]
  /// Two for the way there, three for that back.
  private let factors: [FloatBuffer]

  /// - Parameters:
  ///   - activation: that follows.
  ///   - pools: whether the activation is a ReLU that a max pooling 2x2, step 2, follows.
  ///   - shape: of what is normalized.
  ///   - capacity: images of the largest batch.
  init(_ name: String, _ activation: Operator.Activation, pools: Bool, shape: Shape, capacity: Int) {
    let channels = shape[shape.rank - 1]
    self.channels = channels
    positions = shape.count / channels
    clamp = cf_clamp(activation)
    pool = pools ? WinnerPool(input: shape, capacity: capacity) : nil
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
    joined = Sums(2 * channels)
    batchMean = FloatBuffer(padded(channels))
    inverse = [Double](repeating: 0, count: channels)
    factors = (0..<5).map { _ in FloatBuffer(padded(channels)) }
  }

  var parameters: [Parameter] { [scale, shift, mean, variance] }

  private var stride: Int { padded(channels) }

  func survey(_ pass: Pass, image: Int, _ input: UnsafePointer<Float>) {
    let means = imageSums.start + image * 2 * stride
    let kernels = pass.kernels.table.pointee
    kernels.channel_sums(input, Int32(positions), Int32(channels), means)
    for channel in 0..<channels { means[channel] /= Float(positions) }
    kernels.channel_squares(input, means, Int32(positions), Int32(channels), means + stride)
  }

  func conclude(_ pass: Pass) {
    if pass.training {
      joinStatistics(pass)
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
  }

  func forward(_ pass: Pass, image: Int, _ operands: Operands) {
    if let pool {
      return pass.kernels.table.pointee.channel_scale_pool(
        operands.inputs[0], factors[0].start, factors[1].start, Int32(pool.input[0]), Int32(pool.input[1]),
        Int32(channels), operands.output, pool.winners(image), pool.won(image))
    }
    var scaling = scaling
    pass.kernels.table.pointee.channel_scale(
      operands.inputs[0], &scaling, operands.output, Int32(positions), Int32(channels))
  }

  private func joinStatistics(_ pass: Pass) {
    let n = Double(positions)
    let (centres, squares) = (joined.start, joined.start + channels)
    joined.clear()
    for image in 0..<pass.images {
      let (means, own) = (imageSums.start + image * 2 * stride, imageSums.start + image * 2 * stride + stride)
      let (share, weight) = (1 / Double(image + 1), n * Double(image) / Double(image + 1))
      for channel in 0..<channels {
        let distance = Double(means[channel]) - centres[channel]
        centres[channel] += distance * share
        squares[channel] += Double(own[channel]) + distance * distance * weight
      }
    }
    let total = n * Double(pass.images)
    for channel in 0..<channels {
      let biased = squares[channel] / total
      batchMean.start[channel] = Float(centres[channel])
      inverse[channel] = 1 / (biased + Self.epsilon).squareRoot()
      let unbiased = total > 1 ? squares[channel] / (total - 1) : biased
      follow(mean, channel, centres[channel])
      follow(variance, channel, unbiased)
    }
  }

  private func follow(_ running: Parameter, _ channel: Int, _ value: Double) {
    let old = Double(running.values.start[channel])
    running.values.start[channel] = Float(old + Self.momentum * (value - old))
  }

  func surveyBackward(_ pass: Pass, image: Int, _ operands: Operands, gradient: UnsafePointer<Float>) {
    let sums = imageSums.start + image * 2 * stride
    var scaling = scaling
    // What did not win has no part.
    let (x, count) = pool.map { (UnsafePointer($0.won(image)), $0.count / channels) } ?? (operands.inputs[0], positions)
    pass.kernels.table.pointee.channel_gradients(
      gradient, x, &scaling, batchMean.start, Int32(count), Int32(channels), sums, sums + stride)
  }

  func concludeBackward(_ pass: Pass) {
    let total = Double(positions * pass.images)
    let (sums, products) = (joined.start, joined.start + channels)
    joined.clear()
    for image in 0..<pass.images {
      let own = imageSums.start + image * 2 * stride
      for channel in 0..<channels {
        sums[channel] += Double(own[channel])
        products[channel] += Double(own[stride + channel])
      }
    }
    for channel in 0..<channels {
      let (sum, product) = (sums[channel], products[channel])
      shift.gradient.start[channel] = Float(sum)
      scale.gradient.start[channel] = Float(product * inverse[channel])
      // dx = k (dy - mean(dy) - normalized x * mean(dy * normalized x)), k = scale / deviation
      let k = Double(scale.values.start[channel]) * inverse[channel]
      let slope = -k * product * inverse[channel] * inverse[channel] / total
      factors[2].start[channel] = Float(k)
      factors[3].start[channel] = Float(slope)
      factors[4].start[channel] = Float(-k * sum / total - slope * Double(batchMean.start[channel]))
    }
  }

  func backward(_ pass: Pass, image: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    if let pool {
      return pass.kernels.table.pointee.channel_mix_pool(
        gradients.output, pool.winners(image), operands.inputs[0], factors[2].start, factors[3].start,
        factors[4].start, Int32(pool.input[0]), Int32(pool.input[1]), Int32(channels), dx)
    }
    var scaling = scaling
    pass.kernels.table.pointee.channel_mix(
      gradients.output, operands.inputs[0], &scaling, factors[2].start, factors[3].start, factors[4].start, dx,
      Int32(positions), Int32(channels))
  }

  private var scaling: cf_scaling { cf_scaling(scale: factors[0].start, shift: factors[1].start, clamp: clamp) }

  /// What a convolution before it is multiplied by and shifted to, by channel, when the running statistics are used.
  var folded: [(factor: Double, shift: Double)] {
    (0..<channels).map { channel in
      let factor =
        Double(scale.values.start[channel]) / (Double(variance.values.start[channel]) + Self.epsilon).squareRoot()
      return (factor, Double(shift.values.start[channel]) - Double(mean.values.start[channel]) * factor)
    }
  }

  /// Sums in double.
  private final class Sums {
    let start: UnsafeMutablePointer<Double>
    private let count: Int

    init(_ count: Int) {
      self.count = count
      start = .allocate(capacity: count)
      start.initialize(repeating: 0, count: count)
    }

    deinit { start.deallocate() }

    func clear() { start.update(repeating: 0, count: count) }
  }
}
