import Graphs
import Tensors

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
    let channels = input[2]
    let x = operands.inputs[0]
    for row in 0..<output[0] {
      let ys = PlainOperators.covered(
        row, stride: window.stride, before: window.padding.top, size: window.height, limit: input[0])
      for column in 0..<output[1] {
        let xs = PlainOperators.covered(
          column, stride: window.stride, before: window.padding.left, size: window.width, limit: input[1])
        let place = (row * output[1] + column) * channels
        let to = operands.output + place
        let origin = origins + image * output.count + place
        let start = (ys.lowerBound * input[1] + xs.lowerBound) * channels
        for channel in 0..<channels {
          to[channel] = x[start + channel]
          origin[channel] = Int32(start + channel)
        }
        for r in ys {
          for c in xs {
            let from = (r * input[1] + c) * channels
            for channel in 0..<channels where x[from + channel] > to[channel] {
              to[channel] = x[from + channel]
              origin[channel] = Int32(from + channel)
            }
          }
        }
      }
    }
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    dx.update(repeating: 0, count: input.count)
    let origin = origins + image * output.count
    for at in 0..<output.count { dx[Int(origin[at])] += gradients.output[at] }
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
