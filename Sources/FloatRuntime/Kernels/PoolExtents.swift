import CFloatKernels
import Models
import Numerics

extension cf_pool {
  package init(_ window: Operator.Window, input: Shape, output: Shape) {
    self.init(
      height: Int32(input[0]), width: Int32(input[1]), channels: Int32(input[2]), output_height: Int32(output[0]),
      output_width: Int32(output[1]), window_height: Int32(window.height), window_width: Int32(window.width),
      stride: Int32(window.stride),
      pad_top: Int32(window.padding.top), pad_left: Int32(window.padding.left))
  }
}
