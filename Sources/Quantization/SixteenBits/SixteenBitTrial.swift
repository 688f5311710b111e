import Evaluation
import Models
import Numerics
import Runtime

/// What it wins and costs to keep one layer's result in 16 bits, all others as they were.
public struct SixteenBitTrial: Hashable, Sendable {
  /// The layer.
  public let name: String
  /// By how much the mean squared error of the logits falls.
  public let gain: Double
  /// The root of that error with the layer in 16 bits, as a share of the spread of the float model's logits.
  public let relativeError: Double
  /// Time that it adds to a picture on this machine, in microseconds; below 0 where it is measured to be faster.
  public let microseconds: Double

  /// What is won for a microsecond. Differences below one are noise.
  var gainPerMicrosecond: Double { gain / max(1, microseconds) }

  /// Tries each layer that may have 16 bits, in the order of the graph.
  ///
  /// - Parameters:
  ///   - plain: how it is quantized otherwise; layers that have 16 bits keep them.
  ///   - evaluator: tells errors of logits.
  ///   - trying: called with each layer's name, how many were tried before it, and how many are tried.
  static func measure(
    _ model: FloatModel, _ record: CalibrationRecord, _ plain: QuantizationMethod, learned: LearnedParameters?,
    evaluator: MethodEvaluator, kernels: KernelTable, trying: (String, Int, Int) -> Void
  ) throws -> [SixteenBitTrial] {
    let base = try Quantizer(plain).untested(model, record, learned: learned)
    let before = try evaluator.evaluate(base)
    let (plainly, pixels) = (
      try Interpreter(base, kernels: kernels), TestPattern.pixels(base.description.graph.input)
    )
    let names = SixteenBitLayers.candidates(model.description.graph)
    return try names.enumerated().map { place, name in
      trying(name, place, names.count)
      let method = plain.with { $0.sixteenBits = .named([name]) }
      let changed = try Quantizer(method).untested(model, record, learned: learned)
      let after = try evaluator.evaluate(changed)
      return SixteenBitTrial(
        name: name, gain: before.squaredError - after.squaredError, relativeError: after.relativeError,
        microseconds: 1e6
          * PairedTime(plainly, try Interpreter(changed, kernels: kernels), pixels: pixels, seconds: 0.02).difference)
    }
  }
}
