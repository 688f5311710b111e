import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// Max pooling with any window. The first of equal values wins and gets the gradient.
final class MaxPool2D: ImageLayer {
  private let window: Operator.Window
  private let input: Shape
  private let output: Shape
  /// Where each result came from, an offset in the image.
  private let origins: UnsafeMutablePointer<Int32>

  init(_ window: Operator.Window, input: Shape, output: Shape, capacity: Int) {
    self.window = window
    self.input = input
    self.output = output
    origins = .allocate(capacity: capacity * output.count)
    origins.initialize(repeating: 0, count: capacity * output.count)
  }

  deinit { origins.deallocate() }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    var pool = cf_pool(window, input: input, output: output)
    pass.kernels.table.pointee.max_pool(
      &pool, operands.inputs[0], operands.output, origins + image * output.count, 0, Int32(output[0]))
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    var pool = cf_pool(window, input: input, output: output)
    pass.kernels.table.pointee.max_pool_backward(&pool, gradients.output, origins + image * output.count, dx)
  }
}

/// Mean over height and width.
final class GlobalAveragePool: ImageLayer {
  private let input: Shape

  init(input: Shape) { self.input = input }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    PlainOperators.globalAveragePool(operands.inputs[0], input, operands.output)
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    let (positions, channels) = (input[0] * input[1], input[2])
    let share = 1 / Float(positions)
    for position in 0..<positions {
      for channel in 0..<channels { dx[position * channels + channel] = gradients.output[channel] * share }
    }
  }
}
