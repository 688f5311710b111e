import FloatRuntime
import ModelFiles
import Models
import Numerics
import Runtime

/// A model as a function of numbers: no picture, no labels.
public final class NumberRunner {
  private enum Engine {
    case float(FloatInterpreter)
    case int8(Interpreter)
  }

  /// The graph that is run.
  public let graph: Graph
  /// The shape of each output.
  public let outputs: [Shape]
  private let engine: Engine

  /// Prepares a model of either kind.
  ///
  /// - Throws: `RuntimeError` or `FloatRuntimeError` for a graph that cannot be run.
  public init(_ model: LoadedModel, threads: Int, kernels: KernelTable = .detected) throws {
    graph = model.description.graph
    let shapes = try graph.shapes()
    outputs = graph.outputs.map { shapes[$0.value] }
    switch model {
    case .float(let float): engine = .float(try FloatInterpreter(float, threads: threads))
    case .int8(let int8): engine = .int8(try Interpreter(int8, kernels: kernels, threads: threads))
    }
  }

  /// Each output's numbers, for an input `[height, width, channels]` in the graph's own units, 1 for the brightest
  /// pixel. An int8 model reads it as the nearest pixel.
  ///
  /// - Parameter applyingFunctions: whether a sigmoid or softmax at the end is computed, or left out.
  public func run(_ numbers: [Float], applyingFunctions: Bool = true) -> [[Float]] {
    switch engine {
    case .float(let interpreter):
      let blank = [UInt8](repeating: 0, count: numbers.count)
      let logits = interpreter.runChanging(pixels: blank) { value, elements in
        if value == 0 { _ = elements.update(fromContentsOf: numbers) }
      }
      return split(logits, applyingFunctions)
    case .int8:
      return run(
        pixels: numbers.map { UInt8(max(0, min(255, ($0 * 255).rounded(.toNearestOrEven)))) },
        applyingFunctions: applyingFunctions)
    }
  }

  /// The same, for pixels.
  public func run(pixels: [UInt8], applyingFunctions: Bool = true) -> [[Float]] {
    switch engine {
    case .float(let interpreter): split(interpreter.run(pixels: pixels), applyingFunctions)
    case .int8(let interpreter): split(interpreter.invoke(pixels), applyingFunctions)
    }
  }

  private func split(_ joined: [Float], _ applyingFunctions: Bool) -> [[Float]] {
    var rest = joined[...]
    return zip(graph.outputs, outputs).map { output, shape in
      let logits = Array(rest.prefix(shape.count))
      rest = rest.dropFirst(shape.count)
      return applyingFunctions ? output.function.applied(to: logits) : logits
    }
  }
}

extension Graph.Function {
  /// The function over all logits of an output.
  fileprivate func applied(to logits: [Float]) -> [Float] {
    switch self {
    case .identity: return logits
    case .sigmoid: return logits.map { 1 / (1 + Elementary.exp(-$0)) }
    case .softmax:
      let largest = logits.max() ?? 0
      let powers = logits.map { Elementary.exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}
