import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// How a convolution 3x3 is cut into tiles of 4x4 results for Winograd's minimal filtering.
struct WinogradTiles {
  let plan: ConvolutionPlan
  /// Tiles of one image.
  let count: Int
  /// What rows beyond an image's edges hold.
  private let zeros: FloatBuffer

  /// nil where windows are others.
  init?(_ plan: ConvolutionPlan) {
    let (convolution, output) = (plan.convolution, plan.output)
    guard convolution.window.height == 3, convolution.window.width == 3, convolution.window.stride == 1,
      convolution.dilation == 1, convolution.groups == 1, plan.input[2] % CF_PANEL == 0
    else { return nil }
    self.plan = plan
    count = ((output[0] + 3) / 4) * ((output[1] + 3) / 4)
    zeros = FloatBuffer(plan.input[1] * plan.input[2])
  }

  /// Transformed weights of `outputs` channels, floats.
  func filterFloats(outputs: Int) -> Int { 36 * (plan.input[2] + 1) * padded(outputs) }

  /// The kernels' view of the shapes of some images that follow one another, with some of the channels.
  func tiles(images: Int, outputs: Int? = nil) -> cf_tiles {
    let (pad, input, output) = (plan.convolution.window.padding, plan.input, plan.output)
    return cf_tiles(
      images: Int32(images), input_height: Int32(input[0]), input_width: Int32(input[1]), top: Int32(pad.top),
      left: Int32(pad.left), height: Int32(output[0]), width: Int32(output[1]), inputs: Int32(input[2]),
      outputs: Int32(outputs ?? output[2]), output_column: output[2], zeros: UnsafePointer(zeros.start))
  }
}
