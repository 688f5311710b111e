import CFloatKernels
import FloatRuntime
import Models
import Numerics
import Threads

/// The gradient by a convolution's weights, computed for the whole batch at once, a panel of channels after the other:
/// for many weights and small pictures, where sums of several slots would travel to memory and back.
final class BatchWeightGradient {
  private let plan: ConvolutionPlan
  /// Where it fits, Winograd's convolution is used.
  private let shape: WinogradTiles?
  /// Pictures with their borders.
  private let pictures: FloatBuffer
  private let pictureFloats: Int
  private let sums: FloatBuffer
  private let scratch: [FloatBuffer]
  private let workers: Workers

  /// nil where sums by slots are less than what is read of each picture.
  init?(_ plan: ConvolutionPlan, capacity: Int, workers: Int) {
    let weights = plan.taps * plan.output[2]
    guard plan.convolution.groups == 1, !plan.isDepthwise, weights > plan.input.count + plan.output.count else {
      return nil
    }
    self.plan = plan
    self.workers = Workers(workers)
    let shape = WinogradTiles(plan)
    self.shape = shape
    pictureFloats = shape?.pictureFloats ?? plan.paddedShape.count
    pictures = FloatBuffer(capacity * pictureFloats)
    sums = FloatBuffer(shape?.filterFloats(outputs: plan.output[2]) ?? 0)
    let scratchFloats = shape == nil ? 0 : cf_winograd4_weights_scratch(Int32(plan.input[2]), Int32(CF_PANEL))
    scratch = (0..<workers).map { _ in FloatBuffer(scratchFloats) }
  }

  /// Keeps a picture until the gradient is asked for.
  func keep(_ image: Int, _ input: UnsafePointer<Float>) {
    let picture = pictures.start + image * pictureFloats
    if let shape { shape.copy(input, into: picture) } else { plan.copy(input, intoPadded: picture) }
  }

  /// Writes the gradients by weights and biases.
  ///
  /// - Parameter gradient: by the results of all images.
  func compute(_ pass: Pass, gradient: UnsafePointer<Float>, weight: FloatBuffer, bias: FloatBuffer) {
    bias.clear()
    let panels = padded(plan.output[2]) / CF_PANEL
    guard let shape else {
      let runs = Int(plan.window().runs)
      return pass.pool.run((panels + 1) / 2 * runs) { task in
        let first = task / runs * 2
        addRun(
          pass, panels: first..<min(panels, first + 2), run: task % runs, gradient, weight.start, bias.start)
      }
    }
    pass.pool.run(panels) { panel in
      workers.borrow { worker in addPanel(pass, shape, panel, worker, gradient, weight.start, bias.start) }
    }
  }

  private func outputs(_ panel: Int) -> Int { min(CF_PANEL, plan.output[2] - panel * CF_PANEL) }

  private func addPanel(
    _ pass: Pass, _ shape: WinogradTiles, _ panel: Int, _ worker: Int, _ gradient: UnsafePointer<Float>,
    _ weight: UnsafeMutablePointer<Float>, _ bias: UnsafeMutablePointer<Float>
  ) {
    let kernels = pass.kernels.table.pointee
    let floats = shape.filterFloats(outputs: CF_PANEL)
    let own = sums.start + panel * floats
    own.update(repeating: 0, count: floats)
    var tiles = shape.tiles(outputs: outputs(panel))
    for image in 0..<pass.images {
      kernels.weights_winograd4(
        &tiles, pictures.start + image * pictureFloats, gradient + image * plan.output.count + panel * CF_PANEL,
        plan.output[2], own, bias + panel * CF_PANEL, scratch[worker].start)
    }
    kernels.winograd4_weights(
      own, weight + panel * plan.taps * CF_PANEL, Int32(plan.input[2]), Int32(outputs(panel)))
  }

  /// One run of the taps, for panels that are computed together.
  private func addRun(
    _ pass: Pass, panels: Range<Int>, run: Int, _ gradient: UnsafePointer<Float>,
    _ weight: UnsafeMutablePointer<Float>, _ bias: UnsafeMutablePointer<Float>
  ) {
    var window = plan.window()
    let (panel, floats) = (plan.taps * CF_PANEL, Int(window.run_length) * CF_PANEL)
    let channel = panels.lowerBound * CF_PANEL
    let own = weight + panels.lowerBound * panel + run * floats
    window.runs = 1
    window.run_offsets += run
    window.channels = Int32(min(panels.upperBound * CF_PANEL, plan.output[2]) - channel)
    for index in 0..<panels.count { (own + index * panel).update(repeating: 0, count: floats) }
    for image in 0..<pass.images {
      pass.kernels.table.pointee.conv_weights(
        &window, pictures.start + image * pictureFloats, gradient + image * plan.output.count + channel, own, panel,
        run == 0 ? bias + channel : nil, 0, Int32(plan.output[0]))
    }
  }
}
