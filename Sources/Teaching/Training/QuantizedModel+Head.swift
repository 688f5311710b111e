import FloatRuntime
import Models
import Numerics
import Quantization
import Reference
import Training

extension HeadTraining.Head {
  /// The head of a float model, or of an int8 model as real numbers.
  init(_ parameters: FloatModel.Parameters) {
    self.init(weight: parameters.weight.elements, bias: parameters.bias.elements)
  }

  /// The head of an int8 model, as the real numbers that its codes stand for.
  init(_ parameters: QuantizedModel.Parameters, inputScale: Float) {
    let count = parameters.weight.shape.count / parameters.bias.shape.count
    self.init(
      weight: parameters.weight.elements.enumerated().map { Float($1) * parameters.scales[$0 / count] },
      bias: parameters.bias.elements.enumerated().map { Float($1) * (inputScale * parameters.scales[$0]) })
  }

  var parameters: FloatModel.Parameters {
    FloatModel.Parameters(
      weight: Tensor([bias.count, weight.count / bias.count], weight), bias: Tensor([bias.count], bias))
  }
}

extension QuantizedModel {
  /// This model with another head, quantized by channel; the self-test's sample is made anew.
  func with(_ head: HeadTraining.Head) -> QuantizedModel {
    var result = self
    let value = description.graph.nodes[description.graph.nodes.count - 1].inputs[0]
    result.parameters[parameters.count - 1] = WeightQuantizer.quantize(
      head.parameters, inputScale: quantization[value].scale, method: .fine)
    result.description.card.sayWhatIsOfBefore()
    let pixels = TestPattern.pixels(description.graph.input)
    result.golden = [GoldenSample(pixels: pixels, logits: ReferenceInterpreter(result).run(pixels).logits)]
    return result
  }
}

extension FloatModel {
  /// This model with another head.
  func with(_ head: HeadTraining.Head) -> FloatModel {
    var result = self
    result.parameters[parameters.count - 1] = head.parameters
    result.description.card.sayWhatIsOfBefore()
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
