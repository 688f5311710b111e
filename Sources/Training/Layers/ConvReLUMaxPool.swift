import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// Convolution, ReLU and max pooling 2x2 in one pass: it keeps the pooled result and which of four won, and its
/// gradient touches one position in four.
final class ConvReLUMaxPool: ImageLayer {
  let plan: ConvolutionPlan
  let weight: Parameter
  let bias: Parameter
  private let pooled: Shape
  /// Weights as `[channels][runs][run length filled up to 16]`: the gradient runs over the taps of one channel.
  private let rows: FloatBuffer
  private let winners: UnsafeMutablePointer<UInt8>
  private let borders: [FloatBuffer]
  private let inputGradients: [FloatBuffer]
  private let weightSums: SlotSums
  private let biasSums: SlotSums
  private let scratch: [FloatBuffer]
  /// The weights as Winograd's convolution takes them, where it fits.
  private let filters: FloatBuffer?
  private let needsInputGradient: Bool

  /// Whether the fused kernels compute these three layers.
  static func fits(_ convolution: Operator.Convolution, input: Shape, pool: Operator.Window) -> Bool {
    let window = convolution.window
    let rowFloats = (input[1] + window.padding.left + window.padding.right) * input[2]
    return convolution.groups == 1 && convolution.dilation == 1 && window.stride == 1
      && pool == Operator.Window(2, 2, stride: 2) && rowFloats >= padded(window.width * input[2])
  }

  /// - Parameters:
  ///   - output: of the convolution, before pooling.
  ///   - capacity: images of the largest batch.
  ///   - workers: threads that treat images at the same time.
  init(
    _ name: String, _ convolution: Operator.Convolution, input: Shape, output: Shape, capacity: Int, workers: Int,
    needsInputGradient: Bool
  ) {
    plan = ConvolutionPlan(convolution, input: input, output: output)
    pooled = [output[0] / 2, output[1] / 2, output[2]]
    (weight, bias) = Conv2D.parameters(name, plan)
    self.needsInputGradient = needsInputGradient
    rows = FloatBuffer(output[2] * plan.rowFloats)
    winners = .allocate(capacity: capacity * pooled.count + CF_SLACK)
    winners.initialize(repeating: 0, count: capacity * pooled.count + CF_SLACK)
    borders = plan.isValid ? [] : (0..<workers).map { [plan] _ in FloatBuffer(plan.paddedShape.count) }
    // The kernel adds zeros beyond the end of an image, which another thread may be writing: unless the image ends
    // with a whole vector, or has a border anyway, the gradient is made in a buffer of the worker and copied.
    let direct = plan.isValid && plan.rowFloats == plan.taps
    inputGradients =
      needsInputGradient && !direct ? (0..<workers).map { [plan] _ in FloatBuffer(plan.paddedShape.count) } : []
    weightSums = SlotSums(rows.count)
    biasSums = SlotSums(bias.values.count)
    var window = plan.window(pooled: true)
    let isWinograd = cf_is_winograd(&window) != 0
    filters = isWinograd ? FloatBuffer(16 * input[2] * padded(output[2])) : nil
    let scratchFloats = max(
      Int(cf_conv_pool_scratch(Int32(output[1]), Int32(output[2]))),
      isWinograd ? cf_winograd_scratch(Int32(input[2])) : 0)
    scratch = (0..<workers).map { _ in FloatBuffer(scratchFloats) }
  }

  deinit { winners.deallocate() }

  var parameters: [Parameter] { [weight, bias] }

  func prepare(_ pass: Pass) {
    if let filters {
      pass.kernels.table.pointee.winograd_filters(
        weight.values.start, filters.start, Int32(plan.input[2]), Int32(plan.output[2]))
    }
    guard pass.training, needsInputGradient else { return }
    forEachTap { row, panel in rows.start[row] = weight.values.start[panel] }
  }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    var window = plan.window(pooled: true)
    let (x, won) = (bordered(operands.inputs[0], pass), winners + image * pooled.count)
    if let filters {
      pass.kernels.table.pointee.conv_pool_winograd(
        &window, x, filters.start, bias.values.start, operands.output, won, 0, Int32(pooled[0]),
        scratch[pass.worker].start)
    } else {
      pass.kernels.table.pointee.conv_pool(
        &window, x, weight.values.start, bias.values.start, operands.output, won, 0, Int32(pooled[0]))
    }
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    weightSums.clear(pass, slot: slot, image: image)
    biasSums.clear(pass, slot: slot, image: image)
    var window = plan.window(pooled: true)
    let dx = gradients.inputs[0]
    let target = inputGradients.isEmpty ? dx : inputGradients[pass.worker].start
    target?.update(repeating: 0, count: plan.paddedShape.count)
    pass.kernels.table.pointee.conv_pool_backward(
      &window, bordered(operands.inputs[0], pass), rows.start, gradients.output, winners + image * pooled.count,
      weightSums.start(slot), biasSums.start(slot), target, 0, Int32(pooled[0]), scratch[pass.worker].start)
    if let dx, let target, target != dx { crop(target, into: dx) }
  }

  func finish(_ pass: Pass, gradient: UnsafePointer<Float>?) {
    weightSums.reduce(pass, into: rows.start)
    forEachTap { row, panel in weight.gradient.start[panel] = rows.start[row] }
    biasSums.reduce(pass, into: bias.gradient.start)
  }

  private func bordered(_ image: UnsafePointer<Float>, _ pass: Pass) -> UnsafePointer<Float> {
    if plan.isValid { return image }
    plan.copy(image, intoPadded: borders[pass.worker].start)
    return UnsafePointer(borders[pass.worker].start)
  }

  private func crop(_ gradient: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>) {
    let (pad, input) = (plan.convolution.window.padding, plan.input)
    for row in 0..<input[0] {
      let from = gradient + ((row + pad.top) * plan.paddedShape[1] + pad.left) * input[2]
      (dx + row * input[1] * input[2]).update(from: from, count: input[1] * input[2])
    }
  }

  /// Calls `body` with the place of every weight in `rows` and in panels.
  private func forEachTap(_ body: (Int, Int) -> Void) {
    let lanes = CF_PANEL
    let window = plan.window()
    let (runs, length) = (Int(window.runs), Int(window.run_length))
    for channel in 0..<plan.output[2] {
      for run in 0..<runs {
        for k in 0..<length {
          let tap = run * length + k
          body(
            (channel * runs + run) * padded(length) + k,
            channel / lanes * plan.taps * lanes + tap * lanes + channel % lanes)
        }
      }
    }
  }
}
