import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// The gradient of a convolution by its input is a convolution itself: of the gradient by its result, spread by the
/// stride and bordered, with the weights turned by 180 degrees and their channels exchanged.
struct TurnedWeights {
  /// The other convolution.
  let plan: ConvolutionPlan
  /// Its weights, after `turn`.
  let weights: FloatBuffer
  /// It has none.
  let bias: FloatBuffer
  private let origin: ConvolutionPlan

  init(_ origin: ConvolutionPlan) {
    self.origin = origin
    let (convolution, input, output) = (origin.convolution, origin.input, origin.output)
    let window = convolution.window
    let (rows, columns) = ((output[0] - 1) * window.stride + 1, (output[1] - 1) * window.stride + 1)
    let top = (window.height - 1) * convolution.dilation - window.padding.top
    let left = (window.width - 1) * convolution.dilation - window.padding.left
    precondition(top >= 0 && left >= 0, "a convolution's padding is smaller than its window")
    let padding = Operator.Padding(
      top: top, left: left, bottom: input[0] + window.padding.top - rows,
      right: input[1] + window.padding.left - columns)
    plan = ConvolutionPlan(
      .init(
        outputChannels: input[2], window: .init(window.height, window.width, padding: padding),
        dilation: convolution.dilation, groups: convolution.groups),
      input: [rows, columns, output[2]], output: input)
    let groupFloats = padded(input[2] / convolution.groups) * plan.taps
    weights = FloatBuffer(
      origin.isDepthwise ? origin.taps * padded(output[2]) : convolution.groups * groupFloats)
    bias = FloatBuffer(padded(input[2]) * convolution.groups)
  }

  /// Takes over the weights of a step.
  ///
  /// - Parameter values: packed for the origin.
  func turn(_ kernels: FloatKernels, _ values: UnsafePointer<Float>) {
    guard origin.isDepthwise else {
      for panel in 0..<panels { turn(kernels, values, panel: panel) }
      return
    }
    let window = origin.convolution.window
    let (taps, floats) = (window.height * window.width, padded(origin.output[2]))
    for tap in 0..<taps {
      (weights.start + (taps - 1 - tap) * floats).update(from: values + tap * floats, count: floats)
    }
  }

  /// Panels of the weights, of all groups.
  var panels: Int { origin.convolution.groups * padded(inputs) / CF_PANEL }

  /// Input channels of one group.
  private var inputs: Int { origin.input[2] / origin.convolution.groups }

  /// Takes over one panel; of no depthwise convolution.
  func turn(_ kernels: FloatKernels, _ values: UnsafePointer<Float>, panel: Int) {
    let (lanes, outputs, inputs) = (CF_PANEL, origin.groupChannels, inputs)
    let taps = origin.convolution.window.height * origin.convolution.window.width
    let (group, first) = (panel / (padded(inputs) / lanes), panel % (padded(inputs) / lanes) * lanes)
    let from = values + group * padded(outputs) * origin.taps
    let to = weights.start + panel * plan.taps * lanes
    let count = min(lanes, inputs - first)
    for tap in 0..<taps {
      for output in stride(from: 0, to: outputs, by: lanes) {
        let source = from + output / lanes * origin.taps * lanes + (tap * inputs + first) * lanes
        let rows = to + ((taps - 1 - tap) * outputs + output) * lanes
        guard count < lanes || outputs - output < lanes else {
          kernels.table.pointee.transpose(source, rows)
          continue
        }
        for lane in 0..<min(lanes, outputs - output) {
          for input in 0..<count { rows[lane * lanes + input] = source[input * lanes + lane] }
        }
      }
    }
  }
}
