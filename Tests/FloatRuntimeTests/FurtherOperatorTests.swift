import FloatRuntime
import Models
import Numerics
import TestSupport
import Testing

@Suite struct FurtherOperatorTests {
  /// The values of a graph's nodes for pixels that stand for 0, 1/255, 2/255, ...
  private func values(_ input: Shape, _ nodes: [Graph.Node]) throws -> [[Float]] {
    let flat =
      nodes + [
        .init("flat", .flatten, inputs: [nodes.count]),
        .init("logits", .dense(.init(outputs: 1)), inputs: [nodes.count + 1]),
      ]
    let graph = Graph(input: input, nodes: flat, outputs: [.init(value: flat.count, function: .identity)])
    let model = try FloatModel.random(graph, seed: 1, labels: ["a"])
    var values: [[Float]] = []
    _ = try FloatInterpreter(model).run(pixels: (0..<input.count).map { UInt8(truncatingIfNeeded: $0) }) {
      values.append(Array($1))
    }
    return values
  }

  @Test func pairs() throws {
    let found = try values(
      [2, 3, 4],
      [
        .init("mean", .globalAveragePool, inputs: [0]), .init("product", .multiply(.none), inputs: [0, 1]),
        .init("sum", .add(.none), inputs: [0, 1]), .init("square", .multiply(.relu6), inputs: [3, 3]),
      ])
    for at in 0..<24 {
      let (x, mean) = (Float(at) / 255, Float(10 + at % 4) / 255)
      #expect(abs(found[2][at] - x * mean) < 1e-7)
      #expect(abs(found[3][at] - (x + mean)) < 1e-7)
      #expect(abs(found[4][at] - found[3][at] * found[3][at]) < 1e-7)
    }
  }

  @Test func functions() throws {
    // More elements than one block.
    for function in [Operator.Function(.sigmoid), .init(.clip, 0.01, 0.3)] {
      let found = try values([1, 4100, 1], [.init("f", .function(function), inputs: [0])])
      for at in [0, 1, 200, 255, 256, 4095, 4096, 4099] { #expect(found[1][at] == function(found[0][at])) }
    }
  }

  @Test func rearranging() throws {
    // [2, 3, 4] to [4, 2, 3], columns backwards.
    let found = try values(
      [2, 3, 4],
      [
        .init(
          "move",
          .rearrange(
            .init(
              shape: [4, 2, 3],
              axes: [.init(size: 4, stride: 1), .init(size: 2, stride: 12), .init(size: 3, stride: -4)], offset: 8)),
          inputs: [0])
      ])
    var wanted: [Float] = []
    for c in 0..<4 { for y in 0..<2 { for x in [2, 1, 0] { wanted.append(found[0][(y * 3 + x) * 4 + c]) } } }
    #expect(found[1] == wanted)
  }

  @Test func resizing() throws {
    let pixel = Operator.Sampling.pixel
    let rows = Operator.Sampling(count: 4, start: -pixel / 4, step: pixel / 2)
    let columns = Operator.Sampling(count: 5, start: 0, step: pixel / 2)
    let found = try values(
      [2, 3, 2],
      [
        .init("linear", .resize(.init(isLinear: true, rows: rows, columns: columns)), inputs: [0]),
        .init("nearest", .resize(.init(isLinear: false, rows: rows, columns: columns)), inputs: [0]),
      ])
    for y in 0..<4 {
      for x in 0..<5 {
        for c in 0..<2 {
          let at = (y * 5 + x) * 2 + c
          // A picture that rises by 6 a row and 2 a column.
          let row = min(max(Float(y) / 2 - 0.25, 0), 1)
          #expect(abs(found[1][at] - (6 * row + Float(x) + Float(c)) / 255) < 1e-6)
          #expect(found[2][at] == Float((y == 3 ? 6 : 0) + x / 2 * 2 + c) / 255)
        }
      }
    }
  }
}
