import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// Convolution of any stride, padding, dilation and grouping.
final class Conv2D: ImageLayer {
  let plan: ConvolutionPlan
  let weight: Parameter
  let bias: Parameter
  private let turned: TurnedWeights
  private let borders: [FloatBuffer]
  private let gradientBorders: [FloatBuffer]
  /// Where this does not fit, gradients by weights are summed slot by slot, by the next where that fits.
  private let batchGradient: BatchWeightGradient?
  private let winogradGradient: WinogradWeightGradient?
  private let weightSums: SlotSums?
  private let biasSums: SlotSums?
  private let needsInputGradient: Bool
  /// Where these fit, both convolutions run by them.
  private let winograd: WinogradConvolution?
  private let turnedWinograd: WinogradConvolution?

  /// - Parameters:
  ///   - capacity: images of the largest batch.
  ///   - workers: threads that treat images at the same time.
  init(_ name: String, _ plan: ConvolutionPlan, capacity: Int, workers: Int, needsInputGradient: Bool) {
    self.plan = plan
    (weight, bias) = Self.parameters(name, plan)
    self.needsInputGradient = needsInputGradient
    turned = TurnedWeights(plan)
    borders = plan.isValid ? [] : (0..<workers).map { [plan] _ in FloatBuffer(plan.paddedShape.count) }
    // Weights for few tiles would be fetched in vain.
    func tiles(_ plan: ConvolutionPlan) -> WinogradTiles? { WinogradTiles(plan).flatMap { $0.count < 4 ? nil : $0 } }
    winograd = tiles(plan).map { WinogradConvolution($0, workers: workers) }
    turnedWinograd =
      needsInputGradient && plan.convolution.window.stride == 1
      ? tiles(turned.plan).map { WinogradConvolution($0, workers: workers) } : nil
    gradientBorders =
      needsInputGradient && turnedWinograd == nil
      ? (0..<workers).map { [turned] _ in FloatBuffer(turned.plan.paddedShape.count) } : []
    batchGradient = BatchWeightGradient(plan, capacity: capacity)
    winogradGradient = batchGradient == nil ? tiles(plan).map { WinogradWeightGradient($0, workers: workers) } : nil
    weightSums = batchGradient == nil ? SlotSums(weight.values.count) : nil
    biasSums = batchGradient == nil ? SlotSums(bias.values.count) : nil
  }

  var parameters: [Parameter] { [weight, bias] }

  static func parameters(_ name: String, _ plan: ConvolutionPlan) -> (Parameter, Parameter) {
    let convolution = plan.convolution
    let channels = plan.output[2]
    let shape: Shape = [
      channels, convolution.window.height, convolution.window.width, plan.input[2] / convolution.groups,
    ]
    let layout: Parameter.Layout =
      plan.isDepthwise
      ? .taps(channels: channels, taps: plan.taps)
      : .panels(groups: convolution.groups, rows: plan.groupChannels, columns: plan.taps)
    let biasLayout: Parameter.Layout =
      plan.isDepthwise
      ? .vectors(groups: 1, rows: channels) : .vectors(groups: convolution.groups, rows: plan.groupChannels)
    return (
      Parameter(name + ".weight", shape: shape, layout: layout, decays: true),
      Parameter(name + ".bias", shape: [channels], layout: biasLayout, decays: false)
    )
  }

  func prepare(_ pass: Pass) {
    winograd?.prepare(pass, weight.values.start)
    guard pass.training, needsInputGradient else { return }
    turned.turn(pass.kernels, weight.values.start)
    turnedWinograd?.prepare(pass, turned.weights.start)
  }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    if pass.training { batchGradient?.keep(image, operands.inputs[0]) }
    if let winograd {
      return winograd.run(pass, image: operands.inputs[0], bias: bias.values.start, result: operands.output)
    }
    plan.run(
      pass.kernels, image: bordered(operands.inputs[0], pass), weights: weight.values.start, bias: bias.values.start,
      result: operands.output, rows: 0..<plan.output[0], clamp: .none)
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    if let weightSums, let biasSums { addWeights(pass, image, slot, operands, gradients, weightSums, biasSums) }
    guard let dx = gradients.inputs[0] else { return }
    if let turnedWinograd {
      return turnedWinograd.run(pass, image: gradients.output, bias: turned.bias.start, result: dx)
    }
    turned.plan.run(
      pass.kernels, image: spread(gradients.output, pass), weights: turned.weights.start, bias: turned.bias.start,
      result: dx,
      rows: 0..<plan.input[0], clamp: .none)
  }

  /// Adds an image's gradients by weights to those of its slot.
  private func addWeights(
    _ pass: Pass, _ image: Int, _ slot: Int, _ operands: Operands, _ gradients: Gradients, _ weightSums: SlotSums,
    _ biasSums: SlotSums
  ) {
    biasSums.clear(pass, slot: slot, image: image)
    if let winogradGradient {
      return winogradGradient.add(
        pass, image: image, of: Slots.images(slot, of: pass.images), input: operands.inputs[0],
        gradient: gradients.output, weights: weightSums.start(slot), biases: biasSums.start(slot))
    }
    weightSums.clear(pass, slot: slot, image: image)
    let x = bordered(operands.inputs[0], pass)
    var window = plan.window()
    let rows = Int32(plan.output[0])
    let kernels = pass.kernels.table.pointee
    if plan.isDepthwise {
      kernels.depthwise_weights(
        &window, plan.tapStep, x, gradients.output, weightSums.start(slot), biasSums.start(slot), 0, rows)
    } else {
      let groups = plan.convolution.groups
      for group in 0..<groups {
        let floats = padded(plan.groupChannels)
        kernels.conv_weights(
          &window, x + group * plan.input[2] / groups, gradients.output + group * plan.groupChannels,
          weightSums.start(slot) + group * floats * plan.taps, plan.taps * CF_PANEL,
          biasSums.start(slot) + group * floats, 0, rows)
      }
    }
  }

  var keepsGradient: Bool { batchGradient != nil }

  func finish(_ pass: Pass, gradient: UnsafePointer<Float>?) {
    if let batchGradient, let gradient {
      batchGradient.compute(pass, gradient: gradient, weight: weight.gradient, bias: bias.gradient)
    }
    weightSums?.reduce(pass, into: weight.gradient.start)
    biasSums?.reduce(pass, into: bias.gradient.start)
    weight.clearPadding(weight.gradient)
    bias.clearPadding(bias.gradient)
  }

  private func bordered(_ image: UnsafePointer<Float>, _ pass: Pass) -> UnsafePointer<Float> {
    if plan.isValid { return image }
    plan.copy(image, intoPadded: borders[pass.worker].start)
    return UnsafePointer(borders[pass.worker].start)
  }

  /// The gradient by result with `stride - 1` zeros between its elements and a border.
  private func spread(_ gradient: UnsafePointer<Float>, _ pass: Pass) -> UnsafePointer<Float> {
    let buffer = gradientBorders[pass.worker].start
    let stride = plan.convolution.window.stride
    if stride == 1 {
      turned.plan.copy(gradient, intoPadded: buffer)
      return UnsafePointer(buffer)
    }
    let pad = turned.plan.convolution.window.padding
    let (width, channels) = (turned.plan.paddedShape[1], plan.output[2])
    for row in 0..<plan.output[0] {
      for column in 0..<plan.output[1] {
        (buffer + ((row * stride + pad.top) * width + column * stride + pad.left) * channels)
          .update(from: gradient + (row * plan.output[1] + column) * channels, count: channels)
      }
    }
    return UnsafePointer(buffer)
  }
}
