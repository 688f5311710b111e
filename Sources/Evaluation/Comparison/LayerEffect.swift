import Datasets
import FloatRuntime
import Models
import Numerics

/// What quantizing one layer alone does to the answers: the float network runs, but for one node, which has its int8
/// weights and stores its result as int8.
public struct LayerEffect: Sendable {
  /// Accuracy lost against float on the same images.
  public let loss: PairedLoss
  /// Images on which the class stays the same.
  public let same: Int
  /// Mean square of the change of the logits.
  public let squaredError: Double
  /// The standard deviation of the float logits.
  public let spread: Double

  /// Share of images on which the class stays the same.
  public var agreement: Double { Double(same) / Double(max(1, loss.images)) }

  /// Root mean square of the change of the logits, as a share of their spread.
  public var logitError: Double { squaredError.squareRoot() / (spread > 0 ? spread : 1) }

  /// The most images, and the most multiply-adds altogether.
  private static let (mostImages, mostMultiplyAdds) = (256, 100_000_000_000)

  /// By node; nil for nodes that only move bytes.
  ///
  /// - Parameters:
  ///   - float: the float network, equalized where int8 is.
  ///   - images: labelled; as many, spread evenly over all, as time allows.
  static func measure(
    _ float: FloatModel, _ int8: QuantizedModel, images: [LabelledImage], threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws -> [LayerEffect?] {
    let graph = float.description.graph
    let nodes = graph.nodes.indices.filter { !graph.nodes[$0].operator.keepsQuantization }
    let cost = try graph.multiplyAdds().reduce(0, +) * (nodes.count + 1)
    let images = images.spread(max(16, min(mostImages, mostMultiplyAdds / max(1, cost))))
    guard !images.isEmpty else { return graph.nodes.map { _ in nil } }
    let plain = try FloatInterpreter(float, threads: threads)
    let coded = try FloatInterpreter(float.withWeights(of: int8), threads: threads)
    var reference: [[Float]] = []
    var changed = [[[Float]]](repeating: [], count: graph.nodes.count)
    for (done, image) in images.enumerated() {
      reference.append(
        plain.run(pixels: image.pixels) { value, elements in coded.replace(value, by: elements) })
      // From the last node to the first, what a node reads is still as float has it.
      for node in nodes.reversed() {
        let value = node + 1
        coded.computeOnly(value)
        var result = Array(coded.elements(of: value))
        if !graph.isOutput(value) {
          result.withUnsafeMutableBufferPointer { int8.quantization[value].moveToCodes($0) }
        }
        plain.replace(value, by: result)
        changed[node].append(plain.run(after: value))
      }
      progress(done + 1, images.count)
    }
    let all = reference.joined().map { Double($0) }
    let (spread, before) = (all.standardDeviation, reference.map { answer($0, float.description) })
    return changed.map { logits in
      guard !logits.isEmpty else { return nil }
      let after = logits.map { answer($0, float.description) }
      var squares = 0.0
      for (logit, float) in zip(logits.joined(), all) {
        let difference = Double(logit) - float
        squares += difference * difference
      }
      return LayerEffect(
        loss: PairedLoss(truth: images.map(\.label), float: before, int8: after),
        same: zip(before, after).count { $0 == $1 }, squaredError: squares / Double(all.count), spread: spread)
    }
  }

  /// The class with the largest logit, the first of equals; of one logit, whether it is above 0.
  private static func answer(_ logits: [Float], _ description: ModelDescription) -> Int {
    if logits.count == 1 { return logits[0] > 0 ? 1 : 0 }
    return logits.indices.max { (logits[$0], $1) < (logits[$1], $0) } ?? 0
  }
}
