import Numerics

extension Network {
  /// He initialization (He et al. 2015), uniform: weights in +-sqrt(6 / taps), biases as they begin. A uniform
  /// distribution needs no logarithm, so that every machine draws the same numbers; its variance, 2 / taps, is that of
  /// the normal one. The last layer, which no ReLU follows, gets half the variance (Glorot).
  public func initialize(seed: UInt64) {
    for (index, parameter) in parameters.enumerated() {
      guard parameter.shape.rank > 1 else {
        parameter.load(Tensor(parameter.shape, filledWith: parameter.initialValue))
        continue
      }
      let taps = parameter.shape.count / parameter.shape[0]
      let isLast = parameter.name.hasPrefix(architecture.nodes[architecture.nodes.count - 1].name + ".")
      let limit = (Float(isLast ? 3 : 6) / Float(taps)).squareRoot()
      var random = CounterRandom(seed: seed, stream: UInt64(index) + 1)
      parameter.load(Tensor(parameter.shape, (0..<parameter.shape.count).map { _ in random.uniform(-limit, limit) }))
    }
  }
}
