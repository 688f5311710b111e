import FloatRuntime
import ModelFiles
import Models
import Numerics
import Runtime

/// Every value that a model computes for one picture, codes as they are.
public final class ValueReader {
  /// What a node computed, row-major.
  public enum Value: Sendable {
    /// Codes of 8 or 16 bits, as `parameters(of:)` says.
    case codes([Int16])
    /// Real numbers: float activations, or logits.
    case reals([Float])
  }

  private enum Engine {
    case float(FloatInterpreter)
    case int8(Interpreter, QuantizedModel)
  }

  private let engine: Engine
  private let graph: Graph

  /// Prepares a model; an int8 one runs unfused, so that nothing stays hidden in registers.
  public init(_ model: LoadedModel, threads: Int, kernels: KernelTable = .detected) throws {
    graph = model.description.graph
    switch model {
    case .float(let float): engine = .float(try FloatInterpreter(float, threads: threads))
    case .int8(let int8):
      let interpreter = try Interpreter(int8, kernels: kernels, threads: threads, keepingAllValues: true)
      engine = .int8(interpreter, int8)
    }
  }

  /// Scale and zero point of a value's codes; nil where it is real.
  public func parameters(of value: Int) -> QuantizationParameters? {
    guard case .int8(_, let model) = engine, !graph.isOutput(value) else { return nil }
    return model.quantization[value]
  }

  /// The values of one picture, by number.
  public func values(_ pixels: [UInt8]) throws -> [Value] {
    switch engine {
    case .float(let interpreter):
      var values = [Value](repeating: .reals([]), count: graph.nodes.count + 1)
      _ = interpreter.run(pixels: pixels) { values[$0] = .reals(Array($1)) }
      return values
    case .int8(let interpreter, let model):
      let logits = interpreter.invoke(pixels)
      return (0...graph.nodes.count).map { number in
        graph.isOutput(number)
          ? .reals(Self.logits(of: number, in: logits, model.description.graph))
          : .codes(interpreter.value(number))
      }
    }
  }

  /// The values of one picture, by number, as the real numbers that they stand for.
  public func reals(_ pixels: [UInt8]) throws -> [[Float]] {
    try values(pixels).enumerated().map { number, value in
      switch value {
      case .codes(let codes): codes.map((parameters(of: number) ?? .pixel).dequantize)
      case .reals(let reals): reals
      }
    }
  }

  /// The accumulators of an output, before they become logits; nil for a float model.
  public func accumulators(output: Int) -> [Int32]? {
    guard case .int8(let interpreter, _) = engine else { return nil }
    return interpreter.accumulators(output: output)
  }

  /// The share of one output in the joined logits.
  private static func logits(of value: Int, in joined: [Float], _ graph: Graph) -> [Float] {
    guard let shapes = try? graph.shapes() else { return [] }
    var start = 0
    for output in graph.outputs {
      let end = start + shapes[output.value].count
      if output.value == value { return Array(joined[start..<end]) }
      start = end
    }
    return []
  }
}
