import Files
import Models
import Numerics
import Reference
import Runtime

/// One SHA-256 over every int8 value and accumulator that models compute for a row of test patterns: whatever the
/// machine, its kernels and its threads, it comes out the same.
///
/// What is hashed, model by model and picture by picture: the codes of every value in its order, and the accumulators
/// of every output (int32, little-endian); once with every layer on its own, then as layers are fused for speed, where
/// only the accumulators remain to be seen.
public enum Verification {
  /// Two networks of random weights: one with every operator, and the reference network at 96x96.
  ///
  /// - Parameter sixteenBits: whether half of their values have 16 bits.
  public static func builtInModels(sixteenBits: Bool = false) throws(GraphError) -> [QuantizedModel] {
    let models: [QuantizedModel] = [
      try .random(.everyOperator, seed: 1), try .random(.happySad(input: [96, 96, 3]), seed: 2),
    ]
    return sixteenBits ? models.map { $0.withSixteenBits(seed: 1, quarters: 2) } : models
  }

  /// The hash that the engine computes.
  ///
  /// - Parameters:
  ///   - images: how many test patterns, counted from 0.
  ///   - kernels: which kernels may serve.
  ///   - threads: how many threads compute one picture.
  /// - Throws: `RuntimeError` where a model makes no sense.
  public static func hash(
    _ models: [QuantizedModel], images: Int, kernels: KernelTable, threads: Int
  ) throws(RuntimeError) -> String {
    var hash = SHA256()
    for model in models {
      let graph = model.description.graph
      let plain = try Interpreter(model, kernels: kernels, threads: threads, keepingAllValues: true)
      let fused = try Interpreter(model, kernels: kernels, threads: threads)
      for number in 0..<images {
        let pixels = TestPattern.pixels(graph.input, number: number)
        _ = plain.invoke(pixels)
        _ = fused.invoke(pixels)
        for value in 0...graph.nodes.count where !graph.isOutput(value) {
          hash.add(plain.value(value), model.quantization[value])
        }
        for output in graph.outputs.indices {
          for interpreter in [plain, fused] { hash.add(interpreter.accumulators(output: output)) }
        }
      }
    }
    return hash.finishHex()
  }

  /// The hash by the plain definition of each operator: slow.
  public static func referenceHash(_ models: [QuantizedModel], images: Int) -> String {
    var hash = SHA256()
    for model in models {
      let interpreter = ReferenceInterpreter(model)
      for number in 0..<images {
        let result = interpreter.run(TestPattern.pixels(model.description.graph.input, number: number))
        for (value, parameters) in zip(result.values, model.quantization) { hash.add(value.elements, parameters) }
        for output in result.accumulators {
          for _ in 0..<2 { hash.add(output.elements) }
        }
      }
    }
    return hash.finishHex()
  }
}

extension SHA256 {
  /// A byte a code, or two where they have 16 bits.
  fileprivate mutating func add(_ codes: [Int16], _ parameters: QuantizationParameters) {
    if parameters.isSixteenBits {
      codes.map { $0.littleEndian }.withUnsafeBytes { update($0) }
    } else {
      codes.map { Int8($0) }.withUnsafeBytes { update($0) }
    }
  }

  fileprivate mutating func add(_ sums: [Int32]) { sums.map { $0.littleEndian }.withUnsafeBytes { update($0) } }
}
