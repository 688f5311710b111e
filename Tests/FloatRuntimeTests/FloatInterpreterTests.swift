import FloatRuntime
import Models
import Numerics
import TestSupport
import Testing

@Suite struct FloatInterpreterTests {
  /// Convolutions of every kind: size, stride, padding, dilation, groups, channels around the vector widths.
  static let convolutions: [(input: Shape, Operator.Convolution)] = [
    ([9, 11, 3], .init(outputChannels: 16, window: .init(3, 3), activation: .relu)),
    ([8, 30, 5], .init(outputChannels: 33, window: .init(3, 3, padding: .all(1)))),
    ([7, 7, 4], .init(outputChannels: 7, window: .init(1, 1))),
    (
      [13, 10, 6],
      .init(outputChannels: 20, window: .init(5, 3, stride: 2, padding: .init(top: 1, left: 0, bottom: 2, right: 1)))
    ),
    ([12, 12, 4], .init(outputChannels: 18, window: .init(3, 3, padding: .all(2)), dilation: 2, activation: .relu6)),
    ([9, 9, 6], .init(outputChannels: 8, window: .init(3, 3, padding: .all(1)), groups: 2)),
    ([10, 9, 19], .init(outputChannels: 19, window: .init(3, 3, stride: 2, padding: .all(1)), groups: 19)),
    ([6, 6, 4], .init(outputChannels: 8, window: .init(3, 3), groups: 4)),
    ([12, 12, 17], .init(outputChannels: 17, window: .init(3, 3, padding: .all(2)), dilation: 2, groups: 17)),
  ]

  @Test(arguments: convolutions.indices, FloatKernels.available.map(\.name))
  func convolutionIsItsDefinition(_ index: Int, _ isa: String) throws {
    let (input, convolution) = Self.convolutions[index]
    let model = try Self.model(input: input, [.conv2D(convolution)], seed: 7)
    let pixels = randomPixels(input, seed: UInt64(index))
    var result: [Float] = []
    _ = try FloatInterpreter(model, kernels: #require(.named(isa))).run(pixels: pixels) { value, elements in
      if value == 1 { result = Array(elements) }
    }
    let shape = try model.description.graph.shapes()[1]
    let wanted = Naive.convolution(
      convolution, pixels.map { Double($0) / 255 }, input, shape, model.parameters[0]!)
    for (at, want) in wanted.enumerated() {
      #expect(abs(Double(result[at]) - want) < 1e-4, "convolution \(index), element \(at)")
    }
  }

  @Test func everyVariantAndThreadCountGivesTheSameBits() throws {
    let input: Shape = [34, 34, 3]
    let model = try Self.model(
      input: input,
      [
        .conv2D(.init(outputChannels: 24, window: .init(3, 3), activation: .relu)),
        .maxPool2D(.init(2, 2, stride: 2)), .flatten, .dense(.init(outputs: 40, activation: .relu6)),
      ], seed: 3)
    let pixels = randomPixels(input, seed: 9)
    let wanted = try FloatInterpreter(model, kernels: FloatKernels.available[0]).run(pixels: pixels)
    for kernels in FloatKernels.available {
      for threads in [1, 2, 3] {
        #expect(try FloatInterpreter(model, threads: threads, kernels: kernels).run(pixels: pixels) == wanted)
      }
    }
  }

  @Test func theOtherOperators() throws {
    let nodes: [Graph.Node] = [
      .init("max", .maxPool2D(.init(3, 3, stride: 2, padding: .all(1))), inputs: [0]),
      .init("mean", .averagePool2D(.init(3, 3, stride: 2, padding: .all(1))), inputs: [0]),
      .init("sum", .add(.relu), inputs: [1, 2]),
      .init("swish", .function(.init(.hardSwish)), inputs: [3]),
      .init("both", .concatenate, inputs: [3, 4]),
      .init("large", .upsampleNearest(factor: 2), inputs: [5]),
      .init("average", .globalAveragePool, inputs: [6]),
      .init("logits", .dense(.init(outputs: 1)), inputs: [7]),
    ]
    let graph = Graph(input: [4, 4, 1], nodes: nodes, outputs: [.init(value: 8, function: .identity)])
    let dense = FloatModel.Parameters(weight: Tensor([1, 2], [1, 10]), bias: Tensor([1], [0.5]))
    let model = FloatModel(
      description: .init(graph: graph, preprocessing: .init(width: 4, height: 4, colour: .grey), labels: ["a"]),
      parameters: [nil, nil, nil, nil, nil, nil, nil, dense])
    let pixels: [UInt8] = (0..<16).map { UInt8($0 * 17) }  // 0 ... 15, in fifteenths
    var values: [[Float]] = []
    let logits = try FloatInterpreter(model).run(pixels: pixels) { _, elements in values.append(Array(elements)) }
    #expect(values[1] == [5, 7, 13, 15].map { $0 / 15 })
    let means: [Float] = [2.5, 4, 8.5, 10]  // of 4, 6, 6 and 9 pixels that lie inside
    for at in 0..<4 { #expect(abs(values[2][at] - means[at] / 15) < 1e-6) }
    for at in 0..<4 { #expect(values[3][at] == values[1][at] + values[2][at]) }
    for at in 0..<4 { #expect(abs(values[4][at] - values[3][at] * (values[3][at] + 3) / 6) < 1e-6) }
    #expect(values[5] == (0..<4).flatMap { [values[3][$0], values[4][$0]] })
    #expect(values[6].count == 32 && values[6][2] == values[5][0] && values[6][30] == values[5][6])
    let mean3 = values[3].reduce(0, +) / 4
    let mean4 = values[4].reduce(0, +) / 4
    #expect(abs(logits[0] - (mean3 + 10 * mean4 + 0.5)) < 1e-4)
  }

  /// Equal terms round to the same side for long stretches: one chain over all of them ends 1e-4 away.
  @Test func longSumsStayAccurate() throws {
    let inputs = 120 * 120
    let graph = Graph(
      input: [120, 120, 1],
      nodes: [.init("flat", .flatten, inputs: [0]), .init("logits", .dense(.init(outputs: 1)), inputs: [1])],
      outputs: [.init(value: 2, function: .identity)])
    let dense = FloatModel.Parameters(
      weight: Tensor([1, inputs], [Float](repeating: 0.7, count: inputs)), bias: Tensor([1], [0]))
    let model = FloatModel(
      description: .init(graph: graph, preprocessing: .init(width: 120, height: 120, colour: .grey), labels: ["a"]),
      parameters: [nil, dense])
    let logits = try FloatInterpreter(model).run(pixels: [UInt8](repeating: 76, count: inputs))
    let exact = Double(inputs) * Double(Float(76) / 255) * Double(Float(0.7))
    #expect(abs(Double(logits[0]) - exact) < 2e-5 * exact)
  }

  @Test func refusesWeightsThatDoNotFit() throws {
    var model = try Self.model(input: [6, 6, 3], [.conv2D(.init(outputChannels: 4, window: .init(3, 3)))], seed: 1)
    model.parameters[0] = nil
    let error = caught(FloatRuntimeError.self) { try FloatInterpreter(model) }
    #expect(error.map { "\($0)".contains("node0") } == true)
  }

  /// A chain of operators with a last dense layer of one logit, and random weights.
  static func model(input: Shape, _ operators: [Operator], seed: UInt64) throws -> FloatModel {
    var nodes: [Graph.Node] = []
    for (index, op) in operators.enumerated() { nodes.append(.init("node\(index)", op, inputs: [index])) }
    nodes.append(.init("flat", .flatten, inputs: [nodes.count]))
    nodes.append(.init("logits", .dense(.init(outputs: 1)), inputs: [nodes.count]))
    let graph = Graph(input: input, nodes: nodes, outputs: [.init(value: nodes.count, function: .sigmoid)])
    var random = CounterRandom(seed: seed)
    let parameters = try graph.parameterShapes().map { shapes in
      shapes.map {
        FloatModel.Parameters(
          weight: Tensor($0.weight, random.floats($0.weight.count, -0.3, 0.3)),
          bias: Tensor($0.bias, random.floats($0.bias.count)))
      }
    }
    let colour: Preprocessing.Colour = input[2] == 1 ? .grey : .rgb
    return FloatModel(
      description: .init(
        graph: graph, preprocessing: .init(width: input[1], height: input[0], colour: colour), labels: ["a", "b"]),
      parameters: parameters)
  }
}

/// Definitions written down once more, in double and without any cleverness.
enum Naive {
  static func convolution(
    _ convolution: Operator.Convolution, _ x: [Double], _ input: Shape, _ output: Shape,
    _ parameters: FloatModel.Parameters
  ) -> [Double] {
    let window = convolution.window
    let inputs = input[2] / convolution.groups
    let outputs = output[2] / convolution.groups
    var result: [Double] = []
    for row in 0..<output[0] {
      for column in 0..<output[1] {
        for channel in 0..<output[2] {
          var sum = Double(parameters.bias.elements[channel])
          for i in 0..<window.height {
            for j in 0..<window.width {
              let r = row * window.stride - window.padding.top + i * convolution.dilation
              let c = column * window.stride - window.padding.left + j * convolution.dilation
              guard (0..<input[0]).contains(r), (0..<input[1]).contains(c) else { continue }
              for k in 0..<inputs {
                let weight = parameters.weight.elements[((channel * window.height + i) * window.width + j) * inputs + k]
                sum += Double(weight) * x[(r * input[1] + c) * input[2] + channel / outputs * inputs + k]
              }
            }
          }
          switch convolution.activation {
          case .none: break
          case .relu: sum = max(sum, 0)
          case .relu6: sum = min(max(sum, 0), 6)
          }
          result.append(sum)
        }
      }
    }
    return result
  }
}
