import CFloatKernels
import FloatRuntime
import Threads

/// How gradients become steps.
public struct Optimizer: Hashable, Sendable {
  /// What a gradient does to a weight.
  public enum Rule: Hashable, Sendable {
    /// Adam (Kingma, Ba 2015).
    case adam(beta1: Float, beta2: Float, epsilon: Float)
    /// Stochastic gradient descent with momentum.
    case momentum(Float)
  }

  /// Adam or momentum, with its constants.
  public var rule: Rule
  /// The largest learning rate; a schedule may lower it.
  public var learningRate: Float
  /// Decoupled weight decay (Loshchilov, Hutter 2019): weights shrink by `learningRate * weightDecay` a step.
  public var weightDecay: Float

  /// Adam with the constants of its paper.
  ///
  /// - Parameter epsilon: what is added to the root of the mean square; gradients should be large beside it.
  public static func adam(learningRate: Float = 1e-3, weightDecay: Float = 0, epsilon: Float = 1e-8) -> Optimizer {
    Optimizer(
      rule: .adam(beta1: 0.9, beta2: 0.999, epsilon: epsilon), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// Stochastic gradient descent with momentum.
  public static func sgd(learningRate: Float = 1e-2, momentum: Float = 0.9, weightDecay: Float = 0) -> Optimizer {
    Optimizer(rule: .momentum(momentum), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// The name as in `--optimizer`.
  public var name: String {
    switch rule {
    case .adam: "adam"
    case .momentum: "sgd"
    }
  }

  /// Takes one step with the gradients that a network holds.
  ///
  /// - Parameters:
  ///   - network: its weights and moments change.
  ///   - step: counted from 1.
  ///   - rate: this step's learning rate.
  public func apply(to network: Network, step: Int, rate: Float) {
    let kernels = network.kernels
    for parameter in network.parameters where parameter.isTrained {
      let keep = parameter.decays ? 1 - rate * weightDecay : 1
      let count = parameter.values.count
      // A block's four arrays fit into the second cache; every element is alone, so blocks change nothing.
      network.pool.run(count, inBlocksOf: 1 << 16) { block in
        let at = block.lowerBound
        let (values, gradient) = (parameter.values.start + at, parameter.gradient.start + at)
        switch rule {
        case .adam(let beta1, let beta2, let epsilon):
          var constants = cf_adam(
            rate: Float(Double(rate) / (1 - power(Double(beta1), step))), beta1: beta1, beta2: beta2,
            inverse_root: Float(1 / (1 - power(Double(beta2), step)).squareRoot()), epsilon: epsilon, keep: keep)
          kernels.table.pointee.adam(
            &constants, values, gradient, parameter.first.start + at, parameter.second.start + at, block.count)
        case .momentum(let momentum):
          kernels.table.pointee.momentum(
            rate, momentum, keep, values, gradient, parameter.first.start + at, block.count)
        }
      }
    }
  }

  /// `base` to a whole power by repeated squaring, which every machine rounds alike.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, left) = (1.0, base, exponent)
    while left > 0 {
      if left & 1 == 1 { result *= square }
      square *= square
      left >>= 1
    }
    return result
  }
}
