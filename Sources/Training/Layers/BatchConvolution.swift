import CFloatKernels
import FloatRuntime
import Models
import Numerics
import Threads

/// A convolution 3x3 of small pictures with many weights, by Winograd's minimal filtering: several images are computed
/// together, so that weights are fetched once for all of them, and their gradient is summed over the batch at once.
final class BatchConvolution: BatchLayer {
  private let shape: WinogradTiles
  private let turnedShape: WinogradTiles?
  private let turned: TurnedWeights
  private let weight: Parameter
  private let bias: Parameter
  private let filters: FloatBuffer
  private let turnedFilters: FloatBuffer
  /// Gradients by the transformed weights of a task's channels.
  private let sums: [FloatBuffer]
  private let scratch: [FloatBuffer]
  private let workers: Workers

  /// Images of one task: as many as fill the tiles that the kernels compute together.
  private var group: Int { max(1, Int(CF_WINOGRAD4_TILES) / shape.count) }
  /// Channels of one task.
  private static let chunk = 64

  /// nil where windows are others, or weights fewer than what is read of each image.
  ///
  /// - Parameter workers: threads.
  init?(_ name: String, _ plan: ConvolutionPlan, workers: Int, needsInputGradient: Bool) {
    guard let shape = WinogradTiles(plan), plan.output[2] % CF_PANEL == 0, plan.hasMoreWeightsThanValues else {
      return nil
    }
    self.shape = shape
    self.workers = Workers(workers)
    turned = TurnedWeights(plan)
    turnedShape = needsInputGradient ? WinogradTiles(turned.plan) : nil
    (weight, bias) = Conv2D.parameters(name, plan)
    let (inputs, outputs) = (plan.input[2], plan.output[2])
    filters = FloatBuffer(shape.filterFloats(outputs: outputs))
    turnedFilters = FloatBuffer(turnedShape?.filterFloats(outputs: inputs) ?? 0)
    sums = (0..<workers).map { _ in FloatBuffer(shape.filterFloats(outputs: 2 * CF_PANEL)) }
    let floats = max(
      cf_winograd4_scratch(Int32(max(inputs, outputs))),
      cf_winograd4_weights_scratch(Int32(inputs), 2 * Int32(CF_PANEL)))
    scratch = (0..<workers).map { _ in FloatBuffer(floats) }
  }

  var parameters: [Parameter] { [weight, bias] }

  // Weights are transformed just before they are used, while they are in a cache.

  func forward(_ pass: Pass, _ operands: Operands) {
    let panels = padded(shape.plan.output[2]) / CF_PANEL
    pass.pool.run(panels) { transform(pass, shape, weight.values, panel: $0, into: filters) }
    convolve(pass, shape, operands.inputs[0], filters, bias.values, operands.output)
  }

  func backward(_ pass: Pass, _ operands: Operands, _ gradients: Gradients) {
    addWeights(pass, operands.inputs[0], gradients.output)
    guard let turnedShape, let dx = gradients.inputs[0] else { return }
    pass.pool.run(turned.panels) { panel in
      turned.turn(pass.kernels, weight.values.start, panel: panel)
      transform(pass, turnedShape, turned.weights, panel: panel, into: turnedFilters)
    }
    convolve(pass, turnedShape, gradients.output, turnedFilters, turned.bias, dx)
  }

  private func transform(
    _ pass: Pass, _ shape: WinogradTiles, _ weights: FloatBuffer, panel: Int, into filters: FloatBuffer
  ) {
    pass.kernels.table.pointee.winograd4_filters(
      weights.start + panel * shape.plan.taps * CF_PANEL,
      filters.start + panel * shape.filterFloats(outputs: CF_PANEL), Int32(shape.plan.input[2]), Int32(CF_PANEL))
  }

  /// Computes groups of images and of channels at the same time.
  private func convolve(
    _ pass: Pass, _ shape: WinogradTiles, _ images: UnsafePointer<Float>, _ filters: FloatBuffer, _ bias: FloatBuffer,
    _ results: UnsafeMutablePointer<Float>
  ) {
    let plan = shape.plan
    let (groups, chunks) = ((pass.images + group - 1) / group, (plan.output[2] + Self.chunk - 1) / Self.chunk)
    pass.pool.run(groups * chunks) { task in
      let (first, channel) = (task / chunks * group, task % chunks * Self.chunk)
      var tiles = shape.tiles(
        images: min(group, pass.images - first), outputs: min(Self.chunk, plan.output[2] - channel))
      workers.borrow { worker in
        pass.kernels.table.pointee.conv_winograd4(
          &tiles, images + first * plan.input.count,
          filters.start + channel / CF_PANEL * shape.filterFloats(outputs: CF_PANEL), bias.start + channel,
          results + first * plan.output.count + channel, scratch[worker].start)
      }
    }
  }

  private func addWeights(_ pass: Pass, _ images: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>) {
    let plan = shape.plan
    // Each task transforms all inputs anew.
    let channels = plan.output[2] >= 8 * CF_PANEL ? 2 * CF_PANEL : CF_PANEL
    bias.gradient.clear()
    pass.pool.run((plan.output[2] + channels - 1) / channels) { task in
      let channel = task * channels
      let count = min(channels, plan.output[2] - channel)
      var tiles = shape.tiles(images: pass.images, outputs: count)
      let kernels = pass.kernels.table.pointee
      workers.borrow { worker in
        let own = sums[worker]
        own.clear()
        kernels.weights_winograd4(
          &tiles, images, gradient + channel, own.start, bias.gradient.start + channel, scratch[worker].start)
        kernels.winograd4_weights(
          own.start, weight.gradient.start + channel * plan.taps, Int32(plan.input[2]), Int32(count))
      }
    }
  }
}
