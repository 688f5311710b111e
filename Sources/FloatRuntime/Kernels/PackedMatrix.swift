import CFloatKernels

/// A matrix in the kernels' layout, for products with many vectors. Bits do not depend on threads or instruction set.
package final class PackedMatrix: @unchecked Sendable {
  /// Rows, one result each.
  package let outputs: Int
  /// Columns.
  package let inputs: Int
  private let panels: FloatBuffer
  private let zeros: FloatBuffer
  private let kernels: FloatKernels

  /// Packs the matrix whose element (output, input) is `elements[output * outputStep + input * inputStep]`.
  package init(
    _ elements: UnsafePointer<Float>, outputs: Int, inputs: Int, outputStep: Int, inputStep: Int,
    kernels: FloatKernels = .fastest
  ) {
    self.outputs = outputs
    self.inputs = inputs
    self.kernels = kernels
    let lanes = CF_PANEL
    panels = FloatBuffer(padded(outputs) * inputs)
    zeros = FloatBuffer(padded(outputs))
    for output in 0..<outputs {
      let panel = panels.start + output / lanes * inputs * lanes + output % lanes
      let row = elements + output * outputStep
      for input in 0..<inputs { panel[input * lanes] = row[input * inputStep] }
    }
  }

  /// Groups of 16 outputs.
  package var panelCount: Int { padded(outputs) / CF_PANEL }

  /// `result[row, output] = sum vectors[row, input] * matrix[output, input]` for the outputs of some panels.
  ///
  /// - Parameters:
  ///   - vectors: `[rows, inputs]`.
  ///   - result: `[rows, outputs]`.
  package func multiply(
    _ vectors: UnsafePointer<Float>, rows: Int, panels range: Range<Int>, into result: UnsafeMutablePointer<Float>
  ) {
    kernels.table.pointee.dense(
      vectors, panels.start, zeros.start, result, Int32(rows), Int32(inputs), Int32(outputs), Int32(range.lowerBound),
      Int32(range.upperBound), .none)
  }
}
