import CFloatKernels
import FloatRuntime

/// A moving average of a network's weights, which wander less from batch to batch than the weights themselves.
package final class WeightAverage {
  package let buffers: [FloatBuffer]
  private let keeping: Float

  package init(of network: Network, keeping: Float) {
    self.keeping = keeping
    buffers = network.parameters.map { FloatBuffer($0.values.values) }
  }

  /// Moves the average towards the weights; in the first steps further, so that it soon forgets where it began.
  package func follow(_ network: Network, step: Int) {
    let rate = max(1 - keeping, 9 / Float(step + 10))
    for (parameter, buffer) in zip(network.parameters, buffers) {
      network.kernels.table.pointee.moving_average(rate, parameter.values.start, buffer.start, buffer.count)
    }
  }

  /// Makes the average the network's weights.
  package func load(into network: Network) {
    for (parameter, buffer) in zip(network.parameters, buffers) {
      parameter.values.start.update(from: buffer.start, count: buffer.count)
    }
  }
}
