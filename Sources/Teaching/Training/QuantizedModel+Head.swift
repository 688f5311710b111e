import FloatRuntime
import Models
import Numerics
import Quantization
import Reference
import Training

extension Head {
  /// The head of an int8 model, as the real numbers that its codes stand for.
  init(_ parameters: QuantizedModel.Parameters, inputScale: Float) {
    let count = parameters.weight.shape.count / parameters.bias.shape.count
    self.init(
      weight: parameters.weight.elements.enumerated().map { Float($1) * parameters.scales[$0 / count] },
      bias: parameters.bias.elements.enumerated().map { Float($1) * (inputScale * parameters.scales[$0]) })
  }

  /// The name of the layer that units are.
  static let unitsName = "taught"

  /// Features and units as one dense layer with ReLU, `[count + units][count]`: features come from ReLU and are not
  /// negative, so that a row of the identity hands each on as it is.
  func unitsLayer(count: Int) -> FloatModel.Parameters? {
    guard let units else { return nil }
    var weight: [Float] = []
    for row in 0..<count { weight += (0..<count).map { $0 == row ? 1 : 0 } }
    weight += units.weight
    let bias = [Float](repeating: 0, count: count) + units.bias
    return FloatModel.Parameters(weight: Tensor([bias.count, count], weight), bias: Tensor([bias.count], bias))
  }

  /// The layer of logits that reads features and units, `[logits][count + units]`.
  func logitsLayer(count: Int) -> FloatModel.Parameters {
    var weight: [Float] = []
    for row in bias.indices {
      weight += self.weight[row * count..<(row + 1) * count]
      if let units { weight += units.voices[row * units.bias.count..<(row + 1) * units.bias.count] }
    }
    return FloatModel.Parameters(
      weight: Tensor([bias.count, weight.count / bias.count], weight), bias: Tensor([bias.count], bias))
  }

  /// The same head with units whose largest answer is `limit`: what is divided out of a unit, its voice says louder.
  func scaled(largest: [Float], to limit: Float) -> Head {
    guard var units else { return self }
    let count = units.weight.count / units.bias.count
    for unit in units.bias.indices {
      let factor = largest[unit] > 0 ? limit / largest[unit] : 1
      units.bias[unit] *= factor
      for at in unit * count..<(unit + 1) * count { units.weight[at] *= factor }
      for row in bias.indices { units.voices[row * units.bias.count + unit] /= factor }
    }
    var result = self
    result.units = units
    return result
  }
}

extension ModelDescription {
  /// The description with a layer of units before the last layer.
  fileprivate func with(_ head: Head, count: Int) -> ModelDescription {
    guard let units = head.units, let last = graph.nodes.last else { return self }
    var result = self
    let place = graph.nodes.count
    result.graph.nodes[place - 1] = Graph.Node(
      Head.unitsName, .dense(.init(outputs: count + units.bias.count, activation: .relu)), inputs: last.inputs)
    result.graph.nodes.append(Graph.Node(last.name, last.operator, inputs: [place]))
    result.graph.outputs = graph.outputs.map { .init(value: place + 1, function: $0.function) }
    result.card.sayWhatIsOfBefore()
    return result
  }
}

extension QuantizedModel {
  /// This model with units before its last layer, quantized by channel; the codes of the features and the weights of
  /// the head stay what they are, and the self-test's sample is made anew.
  ///
  /// - Parameter head: with units whose answers reach no further than the features' codes.
  func with(_ head: Head) -> QuantizedModel {
    guard let last = description.graph.nodes.last else { return self }
    let features = quantization[last.inputs[0]]
    let count = head.weight.count / head.bias.count
    guard let units = head.unitsLayer(count: count) else { return self }
    var result = self
    result.description = description.with(head, count: count)
    result.parameters[parameters.count - 1] = WeightQuantizer.quantize(units, inputScale: features.scale)
    result.parameters.append(WeightQuantizer.quantize(head.logitsLayer(count: count), inputScale: features.scale))
    // The new value has the features' own scale; the logits behind it have an entry that nothing reads.
    result.quantization.insert(features, at: result.quantization.count - 1)
    if !saturation.isEmpty { result.saturation.insert(1, at: result.saturation.count - 1) }
    let pixels = TestPattern.pixels(description.graph.input)
    result.golden = [GoldenSample(pixels: pixels, logits: ReferenceInterpreter(result).run(pixels).logits)]
    return result
  }
}

extension FloatModel {
  /// This model with units before its last layer, whose own weights stay.
  func with(_ head: Head) -> FloatModel {
    guard let own = parameters.last ?? nil else { return self }
    let count = head.weight.count / head.bias.count
    var whole = Head(weight: own.weight.elements, bias: own.bias.elements)
    whole.units = head.units
    guard let units = whole.unitsLayer(count: count) else { return self }
    var result = self
    result.description = description.with(whole, count: count)
    result.parameters[parameters.count - 1] = units
    result.parameters.append(whole.logitsLayer(count: count))
    result.golden = []
    return (try? result.withTestPattern(.fastest)) ?? result
  }
}

extension ModelCard {
  /// Figures in the card are those of the model as it was before somebody taught it: says so in the fields' names.
  fileprivate mutating func sayWhatIsOfBefore() {
    for (index, entry) in entries.enumerated() {
      let isFigure = entry.field.contains("accuracy") || entry.field.contains("decisions")
      if isFigure, !entry.field.hasPrefix("before teaching, ") {
        entries[index].field = "before teaching, " + entry.field
      }
    }
  }
}
