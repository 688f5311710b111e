import Foundation
import Models
import Numerics
import TestSupport
import Testing

@Suite struct FurtherOperatorTests {
  /// Each function against its definition in the C library's words.
  @Test func functionsAreTheirDefinitions() {
    func definition(_ f: Operator.Function, _ x: Double) -> Double {
      let (a, b) = (Double(f.alpha), Double(f.beta))
      switch f.kind {
      case .hardSwish: return x * max(0, min(6, x + 3)) / 6
      case .leakyReLU: return max(x, 0) + a * min(x, 0)
      case .clip: return max(a, min(b, x))
      case .hardSigmoid: return max(0, min(1, a * x + b))
      case .sigmoid: return 1 / (1 + exp(-x))
      case .tanh: return tanh(x)
      case .silu: return x / (1 + exp(-a * x))
      case .elu: return max(x, 0) + a * (exp(min(x, 0)) - 1)
      case .selu: return b * (max(x, 0) + a * (exp(min(x, 0)) - 1))
      case .celu: return max(x, 0) + min(0, a * (exp(x / a) - 1))
      case .softplus: return log(1 + exp(x))
      case .softsign: return x / (1 + abs(x))
      case .mish: return x * tanh(log(1 + exp(x)))
      case .gelu: return x * erfc(-x / sqrt(2)) / 2
      case .geluTanh: return x / 2 * (1 + tanh(sqrt(2 / .pi) * (x + 0.044715 * pow(x, 3))))
      case .thresholdedReLU: return x > a ? x : 0
      case .erf: return erf(x)
      case .exp: return exp(x)
      case .log: return log(x)
      case .sqrt: return sqrt(x)
      case .reciprocal: return 1 / x
      case .absolute: return abs(x)
      case .negate: return -x
      case .power: return pow(x, a)
      }
    }
    #expect(Operator.Function.samples.map(\.kind) == Operator.Function.Kind.allCases)
    for function in Operator.Function.samples {
      for step in -60...60 {
        let x = Float(step) / 9
        let (ours, wanted) = (function(x), definition(function, Double(x)))
        let isSame =
          wanted.isNaN
          ? ours.isNaN
          : wanted.isInfinite
            ? Double(ours) == wanted
            : abs(Double(ours) - wanted) <= 3e-7 * max(abs(wanted), 1e-3)
        #expect(isSame, "\(function.kind) of \(x): \(ours), not \(wanted)")
      }
    }
  }

  private func refusal(_ operation: Operator, _ input: Shape = [4, 6, 8]) -> String? {
    let graph = Graph(
      input: input,
      nodes: [
        .init("it", operation, inputs: [0]), .init("flat", .flatten, inputs: [1]),
        .init("logits", .dense(.init(outputs: 1)), inputs: [2]),
      ], outputs: [.init(value: 3, function: .identity)])
    return caught(GraphError.self) { try graph.shapes() }?.node
  }

  @Test func boundsOfRearranging() {
    typealias Arrangement = Operator.Arrangement
    func check(_ shape: Shape, _ axes: [(Int, Int)], offset: Int = 0) -> Bool {
      refusal(.rearrange(.init(shape: shape, axes: axes.map { .init(size: $0.0, stride: $0.1) }, offset: offset)))
        == nil
    }
    #expect(check([192], [(192, 1)]))
    #expect(check([192], [(192, -1)], offset: 191))
    #expect(!check([193], [(193, 1)]))
    #expect(!check([192], [(192, 1)], offset: 1))
    #expect(!check([192], [(192, -1)], offset: 190))
    #expect(!check([192], [(191, 1)]))
    #expect(!check([1], [(1, 1)], offset: 192))
    #expect(!check([1], [(1, 1)], offset: -1))
    #expect(!check([1], []))
    #expect(!check([1], [(Int, Int)](repeating: (1, 1), count: 9)))
    #expect(!check([2], [(2, .max)]))
    #expect(!check([4], [(-2, 1), (-2, 1)]))
    #expect(!check([1 << 28], [(1 << 28, 1 << 28)]))
    // Both ends count: forwards by one axis, backwards by another.
    #expect(check([2, 96], [(2, 96), (96, -1)], offset: 95))
    #expect(!check([2, 96], [(2, 96), (96, -1)], offset: 94))
    #expect(!check([2, 96], [(2, 96), (96, -1)], offset: 96))
  }

  @Test func boundsOfOthers() {
    for function in [
      Operator.Function(.clip, 2, 1), .init(.leakyReLU, .nan), .init(.power, .infinity), .init(.celu, 0),
      .init(.sigmoid, 1), .init(.elu, 1, 1),
    ] { #expect(refusal(.function(function)) == "it") }
    #expect(refusal(.function(.relu)) == nil)
    func places(_ count: Int, _ start: Int, _ step: Int) -> String? {
      refusal(
        .resize(
          .init(
            isLinear: true, rows: .init(count: count, start: start, step: step),
            columns: .init(count: 1, start: 0, step: 0))))
    }
    #expect(places(65536, 1 << 45, 1 << 44) == nil)
    #expect(places(65537, 0, 0) == "it" && places(0, 0, 0) == "it" && places(2, 0, -1) == "it")
    #expect(places(2, .min, 0) == "it" && places(2, 0, .max) == "it")
  }

  @Test func shapesOfPairs() throws {
    func shape(_ first: Shape, _ second: Shape) -> Shape? {
      let graph = Graph(
        input: [first.count + second.count, 1, 1],
        nodes: [
          .init("a", .rearrange(.init(shape: first, axes: [.init(size: first.count, stride: 1)])), inputs: [0]),
          .init("b", .rearrange(.init(shape: second, axes: [.init(size: second.count, stride: 1)])), inputs: [0]),
          .init("pair", .multiply(.none), inputs: [1, 2]), .init("flat", .flatten, inputs: [3]),
          .init("logits", .dense(.init(outputs: 1)), inputs: [4]),
        ], outputs: [.init(value: 5, function: .identity)])
      return (try? graph.shapes())?[3]
    }
    #expect(shape([2, 3, 4], [2, 3, 4]) == [2, 3, 4])
    #expect(shape([2, 3, 4], [4]) == [2, 3, 4])
    #expect(shape([2, 3, 4], [1, 1, 4]) == [2, 3, 4])
    #expect(shape([4], [4]) == [4])
    for other in [[1, 4, 1], [4, 1, 1], [3], [24], [2, 3, 1]] as [Shape] { #expect(shape([2, 3, 4], other) == nil) }
    #expect(shape([4], [2, 3, 4]) == nil)
  }
}
