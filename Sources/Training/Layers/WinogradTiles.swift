import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// How a convolution 3x3 is cut into tiles of 4x4 results for Winograd's minimal filtering, and the bordered pictures
/// that it reads.
struct WinogradTiles {
  let plan: ConvolutionPlan
  /// Tiles of one image.
  let count: Int
  /// Rows and columns of pictures with their border, and with what the last tiles read beyond.
  private let rows: Int
  private let columns: Int

  /// nil where windows are others.
  init?(_ plan: ConvolutionPlan) {
    let (convolution, output) = (plan.convolution, plan.output)
    let (down, across) = ((output[0] + 3) / 4, (output[1] + 3) / 4)
    guard convolution.window.height == 3, convolution.window.width == 3, convolution.window.stride == 1,
      convolution.dilation == 1, convolution.groups == 1, plan.input[2] % CF_PANEL == 0
    else { return nil }
    self.plan = plan
    count = down * across
    (rows, columns) = (down * 4 + 2, across * 4 + 2)
  }

  /// Floats of a bordered picture.
  var pictureFloats: Int { rows * columns * plan.input[2] }

  /// Transformed weights of `outputs` channels, floats.
  func filterFloats(outputs: Int) -> Int { 36 * (plan.input[2] + 1) * padded(outputs) }

  /// Copies an image into a picture whose border is zero already.
  func copy(_ image: UnsafePointer<Float>, into picture: UnsafeMutablePointer<Float>) {
    let (pad, input) = (plan.convolution.window.padding, plan.input)
    for row in 0..<input[0] {
      (picture + ((row + pad.top) * columns + pad.left) * input[2])
        .update(from: image + row * input[1] * input[2], count: input[1] * input[2])
    }
  }

  /// The kernels' view of the shapes of some images whose pictures follow one another, with some of the channels.
  func tiles(images: Int, outputs: Int? = nil) -> cf_tiles {
    cf_tiles(
      images: Int32(images), input_image: pictureFloats, input_row: columns * plan.input[2],
      height: Int32(plan.output[0]), width: Int32(plan.output[1]), inputs: Int32(plan.input[2]),
      outputs: Int32(outputs ?? plan.output[2]), output_column: plan.output[2])
  }
}
