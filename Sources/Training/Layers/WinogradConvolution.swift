import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// A convolution 3x3 by Winograd's minimal filtering in tiles of 4x4 results, with buffers for each worker: what a
/// convolution of a batch runs where it saves most multiplications.
final class WinogradConvolution {
  private let plan: ConvolutionPlan
  private let filters: FloatBuffer
  private let borders: [FloatBuffer]
  private let scratch: [FloatBuffer]
  /// Rows and columns of pictures with their border, and with what the last tiles read beyond.
  private let extents: (rows: Int, columns: Int)

  /// nil where windows are others, or pictures so small that weights for few tiles would be fetched in vain.
  init?(_ plan: ConvolutionPlan, workers: Int) {
    let (convolution, output) = (plan.convolution, plan.output)
    let tiles = (across: (output[1] + 3) / 4, down: (output[0] + 3) / 4)
    guard convolution.window.height == 3, convolution.window.width == 3, convolution.window.stride == 1,
      convolution.dilation == 1, convolution.groups == 1, plan.input[2] % CF_PANEL == 0,
      tiles.across * tiles.down >= 4
    else { return nil }
    self.plan = plan
    extents = (tiles.down * 4 + 2, tiles.across * 4 + 2)
    filters = FloatBuffer(36 * plan.input[2] * padded(output[2]))
    let count = extents.rows * extents.columns * plan.input[2]
    borders = (0..<workers).map { _ in FloatBuffer(count) }
    scratch = (0..<workers).map { [plan] _ in FloatBuffer(cf_winograd4_scratch(Int32(plan.input[2]))) }
  }

  /// Takes over weights in panels.
  func prepare(_ pass: Pass, _ panels: UnsafePointer<Float>) {
    pass.kernels.table.pointee.winograd4_filters(
      panels, filters.start, Int32(plan.input[2]), Int32(plan.output[2]))
  }

  /// Computes one picture.
  func run(
    _ pass: Pass, image: UnsafePointer<Float>, bias: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>
  ) {
    let border = borders[pass.worker].start
    let (pad, input) = (plan.convolution.window.padding, plan.input)
    for row in 0..<input[0] {
      (border + ((row + pad.top) * extents.columns + pad.left) * input[2])
        .update(from: image + row * input[1] * input[2], count: input[1] * input[2])
    }
    var tiles = cf_tiles(
      input_row: extents.columns * input[2], height: Int32(plan.output[0]), width: Int32(plan.output[1]),
      inputs: Int32(input[2]), outputs: Int32(plan.output[2]))
    pass.kernels.table.pointee.conv_winograd4(
      &tiles, border, filters.start, bias, result, scratch[pass.worker].start)
  }
}
