import Models
import Numerics

extension FloatModel {
  /// This network with the weights and biases that the codes of its int8 version stand for.
  func withWeights(of int8: QuantizedModel) -> FloatModel {
    var model = self
    for node in parameters.indices { model.parameters[node] = int8.reals(of: node) ?? parameters[node] }
    return model
  }

  /// This network with weights beyond the largest code of its int8 version at that, and not rounded.
  func clippingWeights(to int8: QuantizedModel) -> FloatModel {
    var model = self
    for node in parameters.indices {
      guard let plain = parameters[node], let own = int8.parameters[node] else { continue }
      let taps = plain.weight.shape.count / own.scales.count
      let weight = plain.weight.elements.enumerated().map { at, weight in
        // Half a code further still rounds to the largest.
        let end = own.scales[at / taps] * 127.5
        return abs(weight) > end ? min(max(weight, -own.scales[at / taps] * 127), own.scales[at / taps] * 127) : weight
      }
      model.parameters[node] = Parameters(weight: Tensor(plain.weight.shape, weight), bias: plain.bias)
    }
    return model
  }
}

extension QuantizedModel {
  /// The float network with the weights and biases that the codes stand for; results are in its codes nowhere.
  var inReals: FloatModel {
    FloatModel(description: description, parameters: description.graph.nodes.indices.map(reals))
  }

  /// The weights and biases that the codes of one node stand for; nil for a node without.
  fileprivate func reals(of node: Int) -> FloatModel.Parameters? {
    guard let own = parameters[node] else { return nil }
    let inputScale = quantization[description.graph.nodes[node].inputs[0]].scale
    let taps = own.weight.shape.count / own.scales.count
    let weight = own.weight.elements.enumerated().map { own.scales[$0 / taps] * Float($1) }
    let bias = zip(own.bias.elements, own.scales).map { Float(Double($0) * Double(inputScale) * Double($1)) }
    return .init(weight: Tensor(own.weight.shape, weight), bias: Tensor(own.bias.shape, bias))
  }
}
