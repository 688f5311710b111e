import Models
import Numerics

extension Operator.Function {
  /// One function of each kind, with numbers that make sense.
  public static let samples: [Operator.Function] = Kind.allCases.map { kind in
    switch kind {
    case .leakyReLU: .init(kind, 0.1)
    case .clip: .init(kind, -0.5, 0.75)
    case .hardSigmoid: .init(kind, 0.2, 0.5)
    case .silu: .init(kind, 1.702)
    case .elu: .init(kind, 0.8)
    case .selu: .init(kind, 1.6732632, 1.050701)
    case .celu: .init(kind, 2)
    case .thresholdedReLU: .init(kind, 0.3)
    case .power: .init(kind, 2)
    default: .init(kind)
    }
  }
}

extension Graph {
  /// A small network of the operators that imported networks bring beside those of `everyOperator`.
  public static let everyFurtherOperator: Graph = {
    func conv(_ channels: Int) -> Operator { .conv2D(.init(outputChannels: channels, window: .init(1, 1))) }
    let half = Operator.Sampling.pixel / 2
    let nodes: [Node] = [
      .init("lift", conv(37), inputs: [0]), .init("silu", .function(.init(.silu, 1)), inputs: [1]),
      .init("mean", .globalAveragePool, inputs: [2]), .init("squeeze", .reshape([1, 1, 37]), inputs: [3]),
      .init("excite", conv(37), inputs: [4]), .init("gate", .function(.init(.sigmoid)), inputs: [5]),
      .init("scaled", .multiply(.none), inputs: [2, 6]), .init("square", .multiply(.relu), inputs: [7, 2]),
      .init("shifted", .add(.relu6), inputs: [8, 3]),
      .init(
        "slice",
        .rearrange(
          .init(
            shape: [8, 9, 18],
            axes: [.init(size: 8, stride: 333), .init(size: 9, stride: 37), .init(size: 18, stride: 2)], offset: 1)),
        inputs: [9]),
      .init(
        "larger",
        .resize(
          .init(
            isLinear: true, rows: .init(count: 15, start: -half / 2, step: half),
            columns: .init(count: 11, start: 0, step: half + half / 3))), inputs: [10]),
      .init(
        "smaller",
        .resize(
          .init(
            isLinear: false, rows: .init(count: 5, start: half, step: 5 * half),
            columns: .init(count: 20, start: -half, step: half))), inputs: [11]),
      .init("flat", .flatten, inputs: [12]), .init("logits", .dense(.init(outputs: 3)), inputs: [13]),
    ]
    return Graph(input: [8, 9, 3], nodes: nodes, outputs: [.init(value: 14, function: .softmax)])
  }()
}
