import CFloatKernels
import FloatRuntime
import Numerics
import Threads

/// Fully connected layer over the whole batch: a matrix product each way.
final class Dense: BatchLayer {
  let weight: Parameter
  let bias: Parameter
  private let inputs: Int
  private let outputs: Int
  /// The gradient by result, `[images][outputs filled up]`, and transposed, `[outputs filled up][images filled up]`.
  private let gradientRows: FloatBuffer
  private let gradientColumns: FloatBuffer

  init(_ name: String, inputs: Int, outputs: Int, capacity: Int) {
    self.inputs = inputs
    self.outputs = outputs
    weight = Parameter(
      name + ".weight", shape: [outputs, inputs], layout: .panels(groups: 1, rows: outputs, columns: inputs),
      decays: true)
    bias = Parameter(name + ".bias", shape: [outputs], layout: .vectors(groups: 1, rows: outputs), decays: false)
    gradientRows = FloatBuffer(capacity * padded(outputs))
    gradientColumns = FloatBuffer(padded(capacity) * padded(outputs))
  }

  var parameters: [Parameter] { [weight, bias] }

  func forward(_ pass: Pass, _ operands: Operands) {
    let panels = padded(outputs) / CF_PANEL
    pass.pool.run(panels, inBlocksOf: 2) { panels in
      pass.kernels.table.pointee.dense(
        operands.inputs[0], weight.values.start, bias.values.start, operands.output, Int32(pass.images),
        Int32(inputs), Int32(outputs), Int32(panels.lowerBound), Int32(panels.upperBound), .none)
    }
  }

  func backward(_ pass: Pass, _ operands: Operands, _ gradients: Gradients) {
    let columns = padded(pass.images)
    gradientColumns.clear()
    bias.gradient.clear()
    for image in 0..<pass.images {
      for output in 0..<outputs {
        let gradient = gradients.output[image * outputs + output]
        gradientRows.start[image * padded(outputs) + output] = gradient
        gradientColumns.start[output * columns + image] = gradient
        bias.gradient.start[output] += gradient
      }
    }
    // Inputs that one task takes: a multiple of all tile widths.
    pass.pool.run(inputs, inBlocksOf: 480) { block in
      let (begin, end) = (Int32(block.lowerBound), Int32(block.upperBound))
      pass.kernels.table.pointee.dense_weights(
        operands.inputs[0], gradientRows.start, weight.gradient.start, Int32(pass.images), Int32(inputs),
        Int32(outputs), begin, end)
      guard let dx = gradients.inputs[0] else { return }
      pass.kernels.table.pointee.dense_input(
        gradientColumns.start, weight.values.start, dx, Int32(pass.images), Int32(inputs), Int32(outputs), begin, end)
    }
  }
}
