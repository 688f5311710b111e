import Models
import Numerics
import Runtime

/// What values of 16 bits cost on this machine: the time of the same network with all of them in 8.
struct SixteenBitPrice: Encodable {
  /// The nodes whose results have 16 bits.
  let layers: [String]
  /// Of one inference with 8 bits everywhere.
  let eightBitsMedianMs: Double
  /// Of one inference as the model is.
  let medianMs: Double

  /// Nil for a model without such values.
  init?(_ model: QuantizedModel, _ pixels: [UInt8], medianMs: Double, threads: Int, runs: Int) throws {
    guard model.hasSixteenBits else { return nil }
    let interpreter = try Interpreter(model.inEightBits(), threads: threads)
    var logits = [Float](repeating: 0, count: interpreter.logitCount)
    let (_, samples) = Samples.timing(runs) {
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    }
    layers = model.sixteenBitValues.map { model.description.graph.valueName($0) }
    eightBitsMedianMs = samples.median
    self.medianMs = medianMs
  }

  /// The same in a line.
  var line: String {
    let more = medianMs - eightBitsMedianMs
    let some = layers.prefix(8).joined(separator: ", ") + (layers.count > 8 ? " and \(layers.count - 8) more" : "")
    return "in 16 bits: \(some); with 8 bits everywhere it takes \(fixed(eightBitsMedianMs, 4)) ms, "
      + "\(fixed(abs(more), 4)) ms \(more < 0 ? "more" : "less") (\(percent(abs(more) / eightBitsMedianMs)))"
  }
}
