import CFloatKernels
import FloatRuntime
import Models
import Numerics

/// ReLU or ReLU6.
final class ActivationLayer: ImageLayer {
  private let clamp: cf_clamp
  private let count: Int

  init(_ activation: Operator.Activation, shape: Shape) {
    clamp = cf_clamp(activation)
    count = shape.count
  }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    pass.kernels.table.pointee.clamp(operands.inputs[0], operands.output, count, clamp)
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    pass.kernels.table.pointee.clamp_backward(operands.output, gradients.output, dx, count, clamp)
  }
}

/// The same elements as one row.
final class Flatten: ImageLayer {
  private let count: Int

  init(shape: Shape) { count = shape.count }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    operands.output.update(from: operands.inputs[0], count: count)
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    gradients.inputs[0]?.update(from: gradients.output, count: count)
  }
}

/// Drops a share of the values while training. The mask depends on seed, step, node and image alone.
final class Dropout: ImageLayer {
  private let rate: Float
  private let count: Int
  private let node: Int

  init(rate: Float, shape: Shape, node: Int) {
    self.rate = rate
    count = shape.count
    self.node = node
  }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    guard pass.training else {
      operands.output.update(from: operands.inputs[0], count: count)
      return
    }
    apply(pass, image, operands.inputs[0], operands.output)
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    apply(pass, image, gradients.output, dx)
  }

  private func apply(_ pass: Pass, _ image: Int, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
    var random = CounterRandom(seed: pass.seed, stream: UInt64(node) << 32 | UInt64(image))
    let scale = 1 / (1 - rate)
    for at in 0..<count { to[at] = random.unit() < rate ? 0 : from[at] * scale }
  }
}

/// Each value repeated down and across.
final class UpsampleNearest: ImageLayer {
  private let factor: Int
  private let input: Shape

  init(factor: Int, input: Shape) { (self.factor, self.input) = (factor, input) }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    forEach { from, to in (operands.output + to).update(from: operands.inputs[0] + from, count: input[2]) }
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    guard let dx = gradients.inputs[0] else { return }
    dx.update(repeating: 0, count: input.count)
    forEach { from, to in pass.kernels.table.pointee.add(dx + from, gradients.output + to, input[2]) }
  }

  /// The places of each input pixel and of each output pixel that repeats it.
  private func forEach(_ body: (Int, Int) -> Void) {
    let (columns, channels) = (input[1], input[2])
    for row in 0..<input[0] * factor {
      for column in 0..<columns * factor {
        body(
          (row / factor * columns + column / factor) * channels, (row * columns * factor + column) * channels)
      }
    }
  }
}

/// Sum of two values, with an activation that may follow.
final class AddLayer: ImageLayer {
  private let clamp: cf_clamp
  private let isClamped: Bool
  private let count: Int

  init(_ activation: Operator.Activation, shape: Shape) {
    clamp = cf_clamp(activation)
    isClamped = activation != .none
    count = shape.count
  }

  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands) {
    pass.kernels.table.pointee.add_two(operands.inputs[0], operands.inputs[1], operands.output, count, clamp)
  }

  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients) {
    for index in 0..<gradients.inputs.count {
      guard let dx = gradients.inputs[index] else { continue }
      if isClamped {
        pass.kernels.table.pointee.clamp_backward(operands.output, gradients.output, dx, count, clamp)
      } else {
        dx.update(from: gradients.output, count: count)
      }
    }
  }
}
