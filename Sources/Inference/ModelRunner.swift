import FloatRuntime
import ModelFiles
import Models
import Reference
import Runtime

/// A model of either kind, ready to run, behind one face: what comparisons and commands run images through.
public final class ModelRunner {
  private enum Engine {
    case float(FloatInterpreter)
    case int8(Interpreter)
  }

  /// The file's contents, float or int8.
  public let model: LoadedModel
  private let engine: Engine

  /// Prepares a model, and checks that it gives the logits that its file brings along.
  ///
  /// - Parameter threads: how many threads compute one picture; of an int8 model fewer where these are faster.
  /// - Throws: `RuntimeError` or `TrainingError` for a graph that cannot be run, `SelfTestError` where the model's own
  ///   samples come out differently.
  public init(_ model: LoadedModel, threads: Int, kernels: KernelTable = .detected) throws {
    self.model = model
    switch model {
    case .float(let float): engine = .float(try FloatInterpreter(float, threads: threads))
    case .int8(let int8):
      engine = .int8(try Interpreter(int8, kernels: kernels, atMost: threads))
    }
    try selfTest()
  }

  /// The logits of all outputs, joined, for pixels `[height, width, channels]`.
  public func logits(_ pixels: [UInt8]) -> [Float] {
    switch engine {
    case .float(let interpreter): interpreter.run(pixels: pixels)
    case .int8(let interpreter): interpreter.invoke(pixels)
    }
  }

  /// As above, into room for as many logits as the outputs have, without allocating it anew for an int8 model.
  public func run(_ pixels: [UInt8], logits: inout [Float]) {
    switch engine {
    case .float(let interpreter): logits = interpreter.run(pixels: pixels)
    case .int8(let interpreter):
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    }
  }

  /// The first node of a float model whose value for a picture is not finite. An int8 model's values all are.
  func firstNodeNotFinite(pixels: [UInt8]) -> String? {
    guard case .float(let interpreter) = engine else { return nil }
    return interpreter.firstNodeNotFinite(pixels: pixels)
  }

  /// The probability of each label.
  public func probabilities(logits: [Float]) -> [Float] {
    model.description.probabilities(logits: logits)
  }

  /// int8 to the bit, float to rounding.
  private func selfTest() throws {
    let golden: [GoldenSample]
    let tolerance: Float
    switch model {
    case .float(let float): (golden, tolerance) = (float.golden, 1e-3)
    case .int8(let int8): (golden, tolerance) = (int8.golden, 0)
    }
    for sample in golden {
      for (expected, actual) in zip(sample.logits, logits(sample.pixels)) {
        guard abs(expected - actual) <= tolerance * max(1, abs(expected)) else {
          throw SelfTestError(expected: expected, actual: actual)
        }
      }
    }
  }
}

/// A model that does not give, on this machine, the logits that it gave where it was made.
public struct SelfTestError: Error, CustomStringConvertible {
  /// The logit in the file.
  public let expected: Float
  /// The logit that came out.
  public let actual: Float

  /// Both logits in one line.
  public var description: String {
    "the self-test failed: the model's own sample gives logit \(actual), where its file says \(expected). "
      + "The program or the machine computes wrongly; please report it with the output of 'glint inspect --kernels'."
  }
}
