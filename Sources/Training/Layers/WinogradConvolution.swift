import CFloatKernels
import FloatRuntime
import Numerics

/// A convolution 3x3 by Winograd's minimal filtering, with buffers for each worker.
final class WinogradConvolution {
  private let shape: WinogradTiles
  private let filters: FloatBuffer
  private let scratch: [FloatBuffer]

  init(_ shape: WinogradTiles, workers: Int) {
    self.shape = shape
    filters = FloatBuffer(shape.filterFloats(outputs: shape.plan.output[2]))
    scratch = (0..<workers).map { _ in FloatBuffer(cf_winograd4_scratch(Int32(shape.plan.input[2]))) }
  }

  /// Takes over weights in panels.
  func prepare(_ pass: Pass, _ panels: UnsafePointer<Float>) {
    pass.kernels.table.pointee.winograd4_filters(
      panels, filters.start, Int32(shape.plan.input[2]), Int32(shape.plan.output[2]))
  }

  /// Computes one image.
  func run(
    _ pass: Pass, image: UnsafePointer<Float>, bias: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>
  ) {
    var tiles = shape.tiles(images: 1)
    pass.kernels.table.pointee.conv_winograd4(&tiles, image, filters.start, bias, result, scratch[pass.worker].start)
  }
}

/// The gradient by the weights of such a convolution, summed over the images of a slot.
final class WinogradWeightGradient {
  private let shape: WinogradTiles
  /// Of a slot that a worker is at, by the transformed weights.
  private let sums: [FloatBuffer]
  private let scratch: [FloatBuffer]

  init(_ shape: WinogradTiles, workers: Int) {
    self.shape = shape
    let (inputs, outputs) = (shape.plan.input[2], shape.plan.output[2])
    sums = (0..<workers).map { _ in FloatBuffer(shape.filterFloats(outputs: outputs)) }
    scratch = (0..<workers).map { _ in FloatBuffer(cf_winograd4_weights_scratch(Int32(inputs), Int32(outputs))) }
  }

  /// Takes an image of a slot; behind the slot's last, writes the slot's gradient by weights.
  ///
  /// - Parameters:
  ///   - images: of the slot, which one worker takes in turn.
  ///   - weights: panels, written.
  ///   - biases: added to.
  func add(
    _ pass: Pass, image: Int, of images: Range<Int>, input: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    weights: UnsafeMutablePointer<Float>, biases: UnsafeMutablePointer<Float>
  ) {
    let sums = sums[pass.worker]
    if image == images.lowerBound { sums.clear() }
    var tiles = shape.tiles(images: 1)
    let kernels = pass.kernels.table.pointee
    kernels.weights_winograd4(&tiles, input, gradient, sums.start, biases, scratch[pass.worker].start)
    if image == images.upperBound - 1 {
      kernels.winograd4_weights(sums.start, weights, Int32(shape.plan.input[2]), Int32(shape.plan.output[2]))
    }
  }
}
