import CFloatKernels
import FloatRuntime
import Models
import Numerics
import Threads

/// The gradient by a convolution's weights, computed for the whole batch at once, a panel of channels and a run of taps
/// after the other: for many weights and small pictures, where sums of several slots would travel to memory and back.
final class BatchWeightGradient {
  private let plan: ConvolutionPlan
  /// Pictures with their borders.
  private let pictures: FloatBuffer

  /// nil where sums by slots are less than what is read of each picture.
  init?(_ plan: ConvolutionPlan, capacity: Int) {
    let weights = plan.taps * plan.output[2]
    guard plan.convolution.groups == 1, !plan.isDepthwise, weights > plan.input.count + plan.output.count else {
      return nil
    }
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
    let window = plan.window()
    let (runs, runFloats) = (Int(window.runs), Int(window.run_length) * CF_PANEL)
    pass.pool.run(padded(plan.output[2]) / CF_PANEL * runs) { task in
      let (panel, run) = (task / runs, task % runs)
      var part = window
      part.runs = 1
      part.run_offsets += run
      part.channels = Int32(min(CF_PANEL, plan.output[2] - panel * CF_PANEL))
      let sums = weight.start + (panel * runs + run) * runFloats
      sums.update(repeating: 0, count: runFloats)
      let biases = bias.start + panel * CF_PANEL
      if run == 0 { biases.update(repeating: 0, count: CF_PANEL) }
      for image in 0..<pass.images {
        pass.kernels.table.pointee.conv_weights(
          &part, pictures.start + image * plan.paddedShape.count,
          gradient + image * plan.output.count + panel * CF_PANEL, sums, run == 0 ? biases : nil, 0,
          Int32(plan.output[0]))
      }
    }
  }
}
