import FloatRuntime
import ModelFiles
import Models

/// Runs images through a float model and records what its activations were, of the network as it is and of the network
/// after `CrossLayerEqualization`, so that any method can be tried on the record.
public final class Calibrator {
  private let weightsSHA256: String
  private let plain: ValueObserver
  private let equalized: ValueObserver?
  private var hashes: [String] = []

  /// Plans one interpreter, and a second one where layers can be equalized.
  public init(_ model: FloatModel, threads: Int) throws {
    weightsSHA256 = model.weightsSHA256
    plain = try ValueObserver(model, threads: threads)
    equalized = try CrossLayerEqualization.equalized(model).map { try ValueObserver($0, threads: threads) }
  }

  /// Observes one picture.
  ///
  /// - Parameters:
  ///   - pixels: of the network's input, preprocessed by the model's own rule.
  ///   - hash: SHA-256 of the picture's file, for the record.
  /// - Throws: `QuantizationError` naming the node whose activation is not finite.
  public func observe(_ pixels: [UInt8], hash: String) throws {
    try plain.observe(pixels)
    try equalized?.observe(pixels)
    hashes.append(hash)
  }

  /// What was recorded so far: the same for the same images, whatever their order.
  public var record: CalibrationRecord {
    let order = hashes.indices.sorted { hashes[$0] < hashes[$1] }
    return CalibrationRecord(
      weightsSHA256: weightsSHA256, images: order.map { hashes[$0] }, values: plain.values(in: order),
      equalized: equalized?.values(in: order))
  }
}

/// Gathers histograms and ends of every value of one float model.
private final class ValueObserver {
  private let graph: Graph
  private let interpreter: FloatInterpreter
  private var histograms: [Histogram]
  private var extremes: [[CalibrationRecord.Extremes]]

  init(_ model: FloatModel, threads: Int) throws {
    graph = model.description.graph
    interpreter = try FloatInterpreter(model, threads: threads)
    histograms = [Histogram](repeating: Histogram(), count: graph.nodes.count + 1)
    extremes = [[CalibrationRecord.Extremes]](repeating: [], count: graph.nodes.count + 1)
  }

  func observe(_ pixels: [UInt8]) throws {
    var broken: Int?
    _ = interpreter.run(pixels: pixels) { value, activations in
      // As integers, the magnitudes of infinities and NaN lie above those of all finite numbers.
      let largest = activations.reduce(UInt32(0)) { max($0, $1.bitPattern & 0x7FFF_FFFF) }
      guard Float(bitPattern: largest).isFinite else {
        broken = broken ?? value
        return
      }
      let ends = histograms[value].add(activations)
      extremes[value].append(.init(low: ends.low, high: ends.high))
    }
    if let broken {
      throw QuantizationError(
        "node '\(graph.valueName(broken))': an activation is not finite; the float model is broken")
    }
  }

  func values(in order: [Int]) -> [CalibrationRecord.Value] {
    histograms.indices.map { value in
      .init(name: graph.valueName(value), histogram: histograms[value], extremes: order.map { extremes[value][$0] })
    }
  }
}
