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

  private let engine: Engine
  /// How many logits each output has.
  private let counts: [Int]

  /// Prepares a model of either kind.
  ///
  /// - Throws: `RuntimeError` or `FloatRuntimeError` for a graph that cannot be run.
  public init(_ model: LoadedModel, threads: Int, kernels: KernelTable = .detected) throws {
    let graph = model.description.graph
    let shapes = try graph.shapes()
    counts = graph.outputs.map { shapes[$0.value].count }
    switch model {
    case .float(let float): engine = .float(try FloatInterpreter(float, threads: threads))
    case .int8(let int8): engine = .int8(try Interpreter(int8, kernels: kernels, atMost: threads))
    }
  }

  /// Each output's logits, for an input `[height, width, channels]` where 1 is the brightest pixel. An int8 model reads
  /// it as the nearest pixel.
  public func run(_ numbers: [Float]) -> [[Float]] {
    switch engine {
    case .float(let interpreter):
      let blank = [UInt8](repeating: 0, count: numbers.count)
      return split(
        interpreter.runChanging(pixels: blank) { value, elements in
          if value == 0 { _ = elements.update(fromContentsOf: numbers) }
        })
    case .int8:
      return run(pixels: numbers.map { UInt8(max(0, min(255, ($0 * 255).rounded(.toNearestOrEven)))) })
    }
  }

  /// The same, for pixels.
  public func run(pixels: [UInt8]) -> [[Float]] {
    switch engine {
    case .float(let interpreter): split(interpreter.run(pixels: pixels))
    case .int8(let interpreter): split(interpreter.invoke(pixels))
    }
  }

  private func split(_ joined: [Float]) -> [[Float]] {
    var rest = joined[...]
    return counts.map { count in
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }
}
