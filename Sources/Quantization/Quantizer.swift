import Models
import Numerics
import Reference
import Runtime

/// Turns a float model into an int8 one from what calibration recorded.
public struct Quantizer: Sendable {
  /// How.
  public var method: QuantizationMethod

  /// Any method; one that needs images also needs what it learned from them.
  public init(_ method: QuantizationMethod) { self.method = method }

  /// Chooses ranges in one way and does nothing else.
  public init(method: RangeMethod = .minMax) { self.method = QuantizationMethod(range: method) }

  /// The int8 model. The same inputs give the same model, byte for byte.
  ///
  /// - Parameter learned: what the images taught; the record's own where nil.
  /// - Throws: `QuantizationError` where the method needs images and the record does not hold what they taught, or
  ///   where the graph makes no sense.
  public func quantize(
    _ model: FloatModel, _ record: CalibrationRecord, learned: LearnedParameters? = nil
  ) throws -> QuantizedModel {
    let learned = learned ?? record.learned[method.description]
    guard learned != nil || !method.needsImages else {
      throw QuantizationError(
        "the calibration record does not hold what '\(method)' learned from the images; give the images again")
    }
    var result = try untested(model, record, learned: learned)
    let pixels = TestPattern.pixels(result.description.graph.input)
    result.golden = [GoldenSample(pixels: pixels, logits: ReferenceInterpreter(result).run(pixels).logits)]
    return result
  }

  /// The network that is quantized: the model, or its equalized version.
  public func network(_ model: FloatModel) throws -> FloatModel {
    method.equalizes ? try CrossLayerEqualization.equalized(model) ?? model : model
  }

  /// As `quantize`, without the sample for the self-test.
  func untested(
    _ model: FloatModel, _ record: CalibrationRecord, learned: LearnedParameters?
  ) throws -> QuantizedModel {
    let network = try network(model)
    let values = method.equalizes ? record.equalized ?? record.values : record.values
    let (quantization, parameters) = try codes(network, values, learned)
    var description = network.description
    description.card.sayWhatIsOfTheFloatModel()
    description.card["quantization"] =
      "int8, weights symmetric per channel, activations from \(record.images.count) calibration images"
      + (method.sixteenBits == .none ? "" : ", some in 16 bits")
    description.card["quantization method"] = method.description
    if let choice = record.choice, choice.method == method.description {
      description.card["quantization choice"] = choice.reason
      description.card["quantization trials"] = choice.trials
      record.answers?.apply(to: &description)
    }
    if let note = learned?.note { description.card["fine-tuning"] = note }
    description.card["float weights sha256"] = record.weightsSHA256
    let saturation = zip(quantization, values).map { parameters, value in
      value.histogram.share(from: parameters.dequantize(parameters.largest) - parameters.scale / 2)
    }
    return QuantizedModel(
      description: description, parameters: parameters, quantization: quantization, saturation: saturation)
  }

  /// The parameters of all values, and weights and biases that go with them. Codes of 16 bits reach as far as the sums
  /// of the layers that read them allow, which depends on the weights' codes, and these, a little, on the scales.
  private func codes(
    _ network: FloatModel, _ values: [CalibrationRecord.Value], _ learned: LearnedParameters?
  ) throws -> ([QuantizationParameters], [QuantizedModel.Parameters?]) {
    let graph = network.description.graph
    let sixteen = try method.sixteenBits.values(in: graph)
    var largest = [Int](repeating: Int(Int16.max), count: values.count)
    while true {
      let quantization = try activationParameters(graph, values, sixteen, largest)
      let parameters = zip(graph.nodes, network.parameters).map { node, parameters in
        parameters.map {
          WeightQuantizer.quantize(
            $0, inputScale: quantization[node.inputs[0]].scale, method: method.weights,
            learned: learned?.nodes[node.name])
        }
      }
      let bounds = QuantizedModel.largestCodes(graph, parameters)
      let beyond = sixteen.filter { quantization[$0].largest > bounds[$0] }
      guard let first = beyond.min() else { return (quantization, parameters) }
      // With some room for weights that learning moves.
      for value in beyond { largest[value] = bounds[value] - bounds[value] / 32 }
      guard beyond.allSatisfy({ largest[$0] > 127 }) else {
        throw QuantizationError(
          "'\(graph.valueName(first))' cannot have 16 bits: a layer that reads it adds up so much that 32 bits would "
            + "not hold the sums; leave it in 8")
      }
    }
  }

  /// Scale and zero point of each value, by number, of those in `sixteen` in 16 bits up to their largest code.
  ///
  /// Max pooling, flatten, reshape and upsampling move bytes and so keep the parameters of what they read. Where all
  /// readers of a value are max pools, what was seen behind them decides: only the largest of each window goes on.
  private func activationParameters(
    _ graph: Graph, _ values: [CalibrationRecord.Value], _ sixteen: Set<Int>, _ largest: [Int]
  ) throws -> [QuantizationParameters] {
    var result = [QuantizationParameters.pixel]
    for (index, node) in graph.nodes.enumerated() {
      if node.operator.keepsQuantization {
        result.append(result[node.inputs[0]])
        continue
      }
      let seen = Self.pooled(index + 1, graph, values)
      let isSixteen = sixteen.contains(index + 1)
      // 16 bits have room for all that was seen.
      let (low, high) = (isSixteen ? .minMax : method.range).range(seen)
      guard low.isFinite, high.isFinite else {
        throw QuantizationError("node '\(node.name)': an activation was not finite; the float model is broken")
      }
      result.append(
        isSixteen
          ? QuantizationParameters(sixteenBitsCovering: low, high, largest: Int16(largest[index + 1]))
          : QuantizationParameters(covering: low, high))
      if case .add(let activation) = node.operator { ScalesOfSums.settle(index + 1, activation, graph, &result) }
    }
    return result
  }

  private static func pooled(
    _ value: Int, _ graph: Graph, _ values: [CalibrationRecord.Value]
  ) -> CalibrationRecord.Value {
    let readers = graph.readers(of: value)
    let arePools = readers.allSatisfy { if case .maxPool2D = graph.nodes[$0].operator { true } else { false } }
    guard arePools, let first = readers.first else { return values[value] }
    return readers.dropFirst().reduce(into: values[first + 1]) { $0.merge(values[$1 + 1]) }
  }
}

extension ModelCard {
  /// Accuracies in a float model's card are not those of its int8 model: says so in the fields' names.
  fileprivate mutating func sayWhatIsOfTheFloatModel() {
    for (index, entry) in entries.enumerated() {
      let isFigure = entry.field.hasPrefix("test") || entry.field.hasPrefix("validation")
      if isFigure, !entry.field.hasSuffix(" pictures") { entries[index].field = "float, " + entry.field }
    }
  }
}
