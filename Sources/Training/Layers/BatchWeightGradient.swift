import CFloatKernels
import FloatRuntime
import Models
import Numerics
import Threads

/// The gradient by a convolution's weights, computed for the whole batch at once, two panels of channels and a run of
/// taps after the other: for many weights and small pictures, where sums of several slots would travel to memory and
/// back.
final class BatchWeightGradient {
  private let plan: ConvolutionPlan
  /// Pictures with their borders.
  private let pictures: FloatBuffer

  /// nil where sums by slots are less than what is read of each picture.
  init?(_ plan: ConvolutionPlan, capacity: Int) {
    guard plan.convolution.groups == 1, !plan.isDepthwise, plan.hasMoreWeightsThanValues else { return nil }
    self.plan = plan
    pictures = FloatBuffer(capacity * plan.paddedShape.count)
  }

  /// Keeps a picture until the gradient is asked for.
  func keep(_ image: Int, _ input: UnsafePointer<Float>) {
    plan.copy(input, intoPadded: pictures.start + image * plan.paddedShape.count)
  }

  /// Writes the gradients by weights and biases.
  ///
  /// - Parameter gradient: by the results of all images.
  func compute(_ pass: Pass, gradient: UnsafePointer<Float>, weight: FloatBuffer, bias: FloatBuffer) {
    bias.clear()
    let (panels, runs) = (padded(plan.output[2]) / CF_PANEL, Int(plan.window().runs))
    pass.pool.run((panels + 1) / 2 * runs) { task in
      let first = task / runs * 2
      addRun(pass, panels: first..<min(panels, first + 2), run: task % runs, gradient, weight.start, bias.start)
    }
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
        &window, pictures.start + image * plan.paddedShape.count, gradient + image * plan.output.count + channel, own,
        panel,
        run == 0 ? bias + channel : nil, 0, Int32(plan.output[0]))
    }
  }
}

extension ConvolutionPlan {
  /// Whether there are more weights than what is read of an image, there and back: then sums of gradients for each slot
  /// cost more than reading all images again.
  var hasMoreWeightsThanValues: Bool { taps * output[2] > input.count + output.count }
}
