import Datasets
import Evaluation
import ModelFiles
import Models
import Numerics
import Quantization
import Reports

/// What the layers are like where most is lost, for the report page.
enum LayerDetails {
  private static let (mostLayers, bins, pictures) = (8, 64, 32)

  /// - Parameters:
  ///   - record: what calibration saw; nil to observe some of the pictures instead.
  ///   - images: those compared.
  /// - Returns: the layers, the largest step first, and what their results were observed on.
  static func list(
    _ comparison: Comparison, _ int8: QuantizedModel, record: CalibrationRecord?, images: [LabelledImage], threads: Int
  ) throws -> (layers: [LayerDetail], pictures: String) {
    guard let attribution = comparison.attribution, let network = comparison.network else { return ([], "") }
    let values: [CalibrationRecord.Value]
    let observed: String
    if let record {
      values = comparison.isEqualized ? record.equalized ?? record.values : record.values
      observed = "the \(record.images.count) calibration pictures"
    } else {
      let calibrator = try Calibrator(network, threads: threads)
      let some = images.spread(pictures)
      for image in some { try calibrator.observe(image.pixels, hash: image.name) }
      values = calibrator.record.values
      observed = "\(some.count) of the pictures compared"
    }
    let layers = attribution.bySize.prefix(mostLayers).map { step -> LayerDetail in
      let statistics = comparison.layers[step.node].statistics
      let isOutput = network.description.graph.isOutput(step.node + 1)
      return LayerDetail(
        name: step.name,
        activations: isOutput ? nil : chart(values[step.node + 1].histogram, int8, step.node + 1),
        clipped: statistics.clipped, levels: int8.quantization[step.node + 1].codes.count,
        usedLevels: statistics.usedLevels ?? .nan,
        weights: weights(network.parameters[step.node]),
        errors: step.channels.map { own in
          own.signal.indices.map { channel in
            let noise = own.noise.values.reduce(0) { $0 + $1[channel] }
            return own.signal[channel] > 0 ? (noise / own.signal[channel]).squareRoot() : 0
          }
        } ?? [],
        effects: step.channelEffects.map { own in
          own.squaredError.map { $0.squareRoot() / (attribution.spread > 0 ? attribution.spread : 1) }
        } ?? [])
    }
    return (layers, observed)
  }

  private static func chart(_ histogram: Histogram, _ int8: QuantizedModel, _ value: Int) -> ActivationChart {
    let parameters = int8.quantization[value]
    let seen = Double(histogram.smallest)...Double(histogram.largest)
    let step = (seen.upperBound - seen.lowerBound) / Double(bins)
    var counts = [Int](repeating: 0, count: bins)
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let middle = (Double(bin - Histogram.bins / 2) + 0.5) * Double(histogram.binWidth)
      let place = step > 0 ? Int((middle - seen.lowerBound) / step) : 0
      counts[max(0, min(bins - 1, place))] += count
    }
    return ActivationChart(
      counts: counts, seen: seen,
      codes: Double(parameters.ends.lowerBound)...Double(parameters.ends.upperBound))
  }

  /// The largest weight of each output channel; none of a layer without weights.
  private static func weights(_ parameters: FloatModel.Parameters?) -> [Double] {
    guard let weight = parameters?.weight else { return [] }
    let taps = weight.shape.count / weight.shape[0]
    return (0..<weight.shape[0]).map { channel in
      Double(weight.elements[channel * taps..<(channel + 1) * taps].reduce(0) { max($0, abs($1)) })
    }
  }
}
