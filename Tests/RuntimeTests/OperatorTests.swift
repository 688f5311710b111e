import Models
import Numerics
import TestSupport
import Testing

/// Every kernel gives the bytes of the reference: odd shapes, extreme values, random ones.
@Suite struct OperatorTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let input: Shape
    let conv: Operator.Convolution
    var testDescription: String {
      let window = conv.window
      return "\(input), \(window.height)x\(window.width)/\(window.stride) to \(conv.outputChannels), groups "
        + "\(conv.groups), dilation \(conv.dilation), \(conv.activation.rawValue)"
    }

    init(
      _ input: Shape, _ channels: Int, _ window: Operator.Window, dilation: Int = 1, groups: Int = 1,
      _ activation: Operator.Activation = .relu
    ) {
      self.input = input
      conv = .init(
        outputChannels: channels, window: window, dilation: dilation, groups: groups, activation: activation)
    }
  }

  static let convolutions: [Case] = [
    Case([1, 1, 1], 1, .init(1, 1)),
    Case([1, 1, 3], 17, .init(1, 1), .none),
    Case([3, 3, 3], 16, .init(3, 3), .relu6),
    Case([5, 7, 1], 5, .init(3, 3)),
    Case([9, 8, 17], 33, .init(3, 3)),
    Case([6, 31, 4], 15, .init(1, 5), .none),
    Case([12, 12, 3], 16, .init(3, 3, stride: 2, padding: .all(1))),
    Case([11, 10, 16], 32, .init(3, 3, padding: .all(1)), .relu6),
    Case([11, 10, 5], 7, .init(5, 3, stride: 3, padding: .init(top: 2, left: 0, bottom: 1, right: 3))),
    Case([9, 9, 6], 8, .init(3, 3, padding: .all(2)), dilation: 2),
    Case([9, 9, 12], 20, .init(3, 2), groups: 2),
    Case([7, 13, 12], 36, .init(3, 3, padding: .all(1)), groups: 4, .none),
    Case([8, 9, 24], 24, .init(3, 3, stride: 2, padding: .all(1)), groups: 24),
    Case([5, 6, 35], 35, .init(5, 5, padding: .all(2)), groups: 35),
    Case([4, 4, 64], 48, .init(1, 1)),
  ]

  @Test(arguments: convolutions, QuantizedModel.Extremes.allCases)
  func convolution(_ test: Case, _ extremes: QuantizedModel.Extremes) throws {
    // The first convolution makes channels out of pixels, so that the second reads codes.
    let lift = Operator.Convolution(outputChannels: test.input[2], window: .init(1, 1))
    try expectReferenceBytes(
      graph(
        [test.input[0], test.input[1], 3], .init("lift", .conv2D(lift), inputs: [0]),
        .init("conv", .conv2D(test.conv), inputs: [1])), seed: 11, extremes)
    // And once straight from the pixels.
    try expectReferenceBytes(graph(test.input, .init("conv", .conv2D(test.conv), inputs: [0])), seed: 12, extremes)
  }

  /// A filter a channel: fewer channels than a vector holds, so that vectors run on over pixels and end anywhere, one
  /// vector, and some; even and odd numbers of rows; as the network's output, where sums leave as they are.
  @Test(arguments: [2, 3, 8, 10, 16, 24, 63, 64, 65, 130], QuantizedModel.Extremes.allCases)
  func depthwise(_ channels: Int, _ extremes: QuantizedModel.Extremes) throws {
    let lift = Operator.Convolution(outputChannels: channels, window: .init(1, 1))
    for (stride, sides) in [(1, [3, 3]), (1, [8, 21]), (1, [9, 6]), (2, [3, 4]), (2, [10, 9]), (3, [7, 7])] {
      let window = Operator.Window(3, 3, stride: stride, padding: .init(top: 1, left: 0, bottom: 1, right: 1))
      func nodes(_ activation: Operator.Activation) -> [Graph.Node] {
        [
          .init("lift", .conv2D(lift), inputs: [0]),
          .init(
            "conv",
            .conv2D(.init(outputChannels: channels, window: window, groups: channels, activation: activation)),
            inputs: [1]),
        ]
      }
      let (shape, inside) = ([sides[0], sides[1], 3] as Shape, nodes(stride == 1 ? .relu6 : .none))
      try expectReferenceBytes(graph(shape, inside[0], inside[1]), seed: 13, extremes, threads: [1, 2])
      try expectReferenceBytes(
        Graph(input: shape, nodes: nodes(.none), outputs: [.init(value: 2, function: .identity)]), seed: 14, extremes)
    }
  }

  /// 5x5 taps: rows that are cut into strips, and fewer channels than a vector holds.
  @Test(arguments: [3, 16, 40, 72, 130], QuantizedModel.Extremes.allCases)
  func largeDepthwise(_ channels: Int, _ extremes: QuantizedModel.Extremes) throws {
    let lift = Operator.Convolution(outputChannels: channels, window: .init(1, 1))
    for (stride, sides) in [(1, [5, 5]), (1, [6, 39]), (2, [11, 40]), (3, [9, 8])] {
      let padding = Operator.Padding(top: 2, left: 2, bottom: 1, right: 2)
      let window = Operator.Window(5, 5, stride: stride, padding: padding)
      let each = Operator.Convolution(outputChannels: channels, window: window, groups: channels)
      let nodes: [Graph.Node] = [
        .init("lift", .conv2D(lift), inputs: [0]), .init("each", .conv2D(each), inputs: [1]),
      ]
      let shape: Shape = [sides[0], sides[1], 3]
      try expectReferenceBytes(graph(shape, nodes[0], nodes[1]), seed: 15, extremes, threads: [1, 2])
      try expectReferenceBytes(
        Graph(input: shape, nodes: nodes, outputs: [.init(value: 2, function: .identity)]), seed: 16, extremes)
    }
  }

  @Test(
    arguments: [
      ([4, 4, 3], 16), ([5, 5, 3], 16), ([16, 37, 3], 16), ([9, 12, 3], 31), ([20, 43, 3], 32), ([7, 9, 1], 5),
    ]
      as [(Shape, Int)], QuantizedModel.Extremes.allCases)
  func convolutionAndPooling(_ shape: (Shape, Int), _ extremes: QuantizedModel.Extremes) throws {
    let first = Operator.Convolution(outputChannels: shape.1, window: .init(3, 3), activation: .relu)
    let second = Operator.Convolution(outputChannels: 24, window: .init(3, 3, padding: .all(1)))
    let pool = Operator.maxPool2D(.init(2, 2, stride: 2))
    try expectReferenceBytes(
      graph(
        shape.0, .init("conv1", .conv2D(first), inputs: [0]), .init("pool1", pool, inputs: [1]),
        .init("pad", .upsampleNearest(factor: 2), inputs: [2]), .init("conv2", .conv2D(second), inputs: [3]),
        .init("pool2", pool, inputs: [4])), seed: 21, extremes)
  }

  /// Pixels that fill chunks, parts of them, or a half or a quarter of one; rows and columns left over.
  @Test(arguments: [5, 16, 24, 32, 40, 64, 80], QuantizedModel.Extremes.allCases)
  func depthwiseAndPooling(_ channels: Int, _ extremes: QuantizedModel.Extremes) throws {
    let lift = Operator.Convolution(outputChannels: channels, window: .init(1, 1))
    let each = Operator.Convolution(
      outputChannels: channels, window: .init(3, 3, padding: .all(1)), groups: channels, activation: .relu)
    let last = Operator.Convolution(outputChannels: 5, window: .init(3, 3, padding: .all(1)))
    for shape in [[2, 2, 3], [9, 14, 3], [12, 23, 3]] as [Shape] {
      try expectReferenceBytes(
        graph(
          shape, .init("lift", .conv2D(lift), inputs: [0]), .init("each", .conv2D(each), inputs: [1]),
          .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [2]), .init("last", .conv2D(last), inputs: [3])),
        seed: 24, extremes, threads: [1, 2, 3])
    }
  }

  /// Winograd's transformation: channel counts that fill no vector, the most that it takes and one more, single tiles
  /// and strips that end anywhere.
  @Test(arguments: [8, 16, 17, 32, 33, 128, 129], QuantizedModel.Extremes.allCases)
  func pooledConvolutionOfManyChannels(_ channels: Int, _ extremes: QuantizedModel.Extremes) throws {
    let lift = Operator.Convolution(outputChannels: channels, window: .init(1, 1), activation: .relu)
    for (shape, outputs) in [([4, 4, 3], 1), ([5, 27, 3], 17), ([6, 64, 3], 32)] as [(Shape, Int)] {
      let conv = Operator.Convolution(outputChannels: outputs, window: .init(3, 3), activation: .relu6)
      try expectReferenceBytes(
        graph(
          shape, .init("lift", .conv2D(lift), inputs: [0]), .init("conv", .conv2D(conv), inputs: [1]),
          .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [2])), seed: 23, extremes, threads: [1, 2])
    }
  }

  @Test(arguments: [1, 3, 17, 64, 100], [1, 5, 16, 33])
  func dense(_ inputs: Int, _ outputs: Int) throws {
    let layer = Operator.dense(.init(outputs: outputs, activation: .relu))
    for extremes in QuantizedModel.Extremes.allCases {
      try expectReferenceBytes(
        graph(
          [1, inputs, 1], .init("flatten", .flatten, inputs: [0]), .init("dense", layer, inputs: [1])), seed: 31,
        extremes)
    }
  }

  @Test(arguments: [1, 3, 16, 33, 70])
  func pooling(_ channels: Int) throws {
    let windows: [Operator.Window] = [
      .init(2, 2, stride: 2), .init(3, 3, stride: 2, padding: .all(1)), .init(1, 4),
      .init(3, 2, stride: 1, padding: .init(top: 2, left: 1, bottom: 0, right: 0)),
    ]
    for window in windows {
      for pool in [Operator.maxPool2D(window), .averagePool2D(window)] {
        try expectReferenceBytes(graph([7, 9, channels], .init("pool", pool, inputs: [0])), seed: 41)
      }
    }
    // Of the last, sums leave 16 bits within a row.
    for shape in [[7, 9, channels], [12, 13, channels], [2, 300, channels]] as [Shape] {
      try expectReferenceBytes(graph(shape, .init("pool", .globalAveragePool, inputs: [0])), seed: 42)
    }
  }

  @Test func elementwise() throws {
    for (seed, channels) in [1, 5, 32, 67].enumerated() {
      let lift = Operator.conv2D(.init(outputChannels: channels, window: .init(1, 1)))
      for activation in Operator.Activation.allCases {
        try expectReferenceBytes(
          graph(
            [6, 5, 3], .init("a", lift, inputs: [0]), .init("b", lift, inputs: [0]),
            .init("add", .add(activation), inputs: [1, 2]), .init("swish", .function(.init(.hardSwish)), inputs: [3]),
            .init("join", .concatenate, inputs: [0, 4, 1]),
            .init("reshape", .reshape([5, 6, 3 + 2 * channels]), inputs: [5]),
            .init("up", .upsampleNearest(factor: 3), inputs: [6])), seed: UInt64(50 + seed))
      }
    }
  }
}
