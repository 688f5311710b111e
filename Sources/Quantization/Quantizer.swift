import Graphs
import ModelFiles
import Reference
import Tensors

/// Turns a float model into an int8 one from what calibration recorded.
public struct Quantizer: Sendable {
  /// How activation ranges are chosen.
  public var method: RangeMethod

  /// Makes a quantizer.
  public init(method: RangeMethod = .minMax) { self.method = method }

  /// The int8 model. The same inputs give the same model, byte for byte.
  ///
  /// - Throws: `QuantizationError` where an activation was not finite or the graph makes no sense.
  public func quantize(_ model: FloatModel, _ record: CalibrationRecord) throws -> QuantizedModel {
    let graph = model.description.graph
    let quantization = try activationParameters(graph, record)
    let parameters = zip(graph.nodes, model.parameters).map { node, parameters in
      parameters.map { WeightQuantizer.quantize($0, inputScale: quantization[node.inputs[0]].scale) }
    }
    var description = model.description
    description.card["quantization"] =
      "int8, weights symmetric per channel, activations \(method) from \(record.images.count) calibration images"
    description.card["float weights sha256"] = record.weightsSHA256
    var result = QuantizedModel(description: description, parameters: parameters, quantization: quantization)
    let pixels = TestPattern.pixels(graph.input)
    result.golden = [GoldenSample(pixels: pixels, logits: ReferenceInterpreter(result).run(pixels).logits)]
    return result
  }

  /// Scale and zero point of each value, by number.
  ///
  /// Max pooling, flatten, reshape and upsampling move bytes and so keep the parameters of what they read. Where all
  /// readers of a value are max pools, what was seen behind them decides: only the largest of each window goes on.
  private func activationParameters(
    _ graph: Graph, _ record: CalibrationRecord
  ) throws -> [QuantizationParameters] {
    var result = [QuantizationParameters.pixel]
    for (index, node) in graph.nodes.enumerated() {
      if node.operator.keepsQuantization {
        result.append(result[node.inputs[0]])
        continue
      }
      let value = index + 1
      let (low, high) = method.range(pooled(value, graph, record))
      guard low.isFinite, high.isFinite else {
        throw QuantizationError("node '\(node.name)': an activation was not finite; the float model is broken")
      }
      result.append(QuantizationParameters(covering: low, high))
    }
    return result
  }

  private func pooled(_ value: Int, _ graph: Graph, _ record: CalibrationRecord) -> Histogram {
    let readers = graph.readers(of: value)
    let arePools = readers.allSatisfy { if case .maxPool2D = graph.nodes[$0].operator { true } else { false } }
    guard arePools, let first = readers.first else { return record.values[value].histogram }
    return readers.dropFirst().reduce(into: record.values[first + 1].histogram) {
      $0.merge(record.values[$1 + 1].histogram)
    }
  }
}

extension Operator {
  /// Whether the result has the scale and zero point of what is read.
  var keepsQuantization: Bool {
    switch self {
    case .maxPool2D, .flatten, .reshape, .upsampleNearest: true
    case .conv2D, .averagePool2D, .globalAveragePool, .dense, .add, .concatenate, .hardSwish: false
    }
  }
}
