import Models
import Numerics

/// What training goes on from in place of random weights: a trained network, for its own classes or for others
/// (fine-tuning; what early layers have learned serves other tasks too: Yosinski et al. 2014).
public struct StartingWeights: Sendable {
  /// The network with its weights.
  public let model: FloatModel
  /// The SHA-256 of the weights, by which recipes name them.
  public let hash: String
  /// Names of the layers that keep their weights.
  public let frozen: [String]

  /// - Parameters:
  ///   - hash: the SHA-256 of the weights.
  ///   - frozen: names of layers with weights, in any order.
  /// - Throws: `TrainingError.network` for a network that does not end in a dense layer of logits, and for a name of
  ///   which there is no layer with weights.
  public init(_ model: FloatModel, hash: String, frozen: [String] = []) throws(TrainingError) {
    let graph = model.description.graph
    guard let last = graph.nodes.last, case .dense = last.operator, graph.outputs.map(\.value) == [graph.nodes.count]
    else {
      throw .network(
        GraphError(
          graph.nodes.last?.name ?? "output", "training goes on from networks that end in one dense layer of logits"))
    }
    for name in frozen where !graph.nodes.contains(where: { $0.name == name && $0.operator.hasParameters }) {
      let others = graph.nodes.filter(\.operator.hasParameters).map(\.name).joined(separator: ", ")
      throw .network(GraphError(name, "no layer with weights has this name; there are \(others)"))
    }
    self.model = model
    self.hash = hash
    self.frozen = frozen
  }

  /// All layers with weights but the last, which gives the logits.
  ///
  /// - Throws: as `init(_:hash:frozen:)`.
  public static func allButTheLast(_ model: FloatModel, hash: String) throws(TrainingError) -> StartingWeights {
    let layers = model.description.graph.nodes.filter(\.operator.hasParameters).map(\.name)
    return try StartingWeights(model, hash: hash, frozen: Array(layers.dropLast()))
  }

  /// The network as it is trained.
  ///
  /// - Parameter logits: how many it is to have.
  /// - Throws: `TrainingError.network` for an operator that is not trained.
  public func architecture(logits: Int) throws(TrainingError) -> Architecture {
    var architecture = try Architecture(model.description.graph)
    guard let last = architecture.nodes.indices.last else { return architecture }
    architecture.nodes[last].kind = .dense(outputs: logits)
    return architecture
  }

  /// Puts the weights into a network that `architecture(logits:)` describes, and freezes layers.
  ///
  /// Of the last layer, the rows of classes that the model has too go over, so that the network says of these what the
  /// model says; those of new classes stay as they are.
  ///
  /// - Parameter labels: the classes, in the order of the network's logits.
  package func load(into network: Network, labels: [String]) {
    let last = network.architecture.nodes[network.architecture.nodes.count - 1].name
    for parameter in network.parameters where frozen.contains(parameter.layer) { parameter.isTrained = false }
    network.load(model) { parameter, tensor in
      parameter.layer == last ? rows(of: tensor, over: parameter.tensor, labels) : tensor
    }
  }

  /// The last layer's weights or biases, where a row belongs to a class.
  private func rows(of tensor: Tensor<Float>, over fresh: Tensor<Float>, _ labels: [String]) -> Tensor<Float> {
    let width = fresh.shape.count / fresh.shape[0]
    let theirs = model.description.labels
    func row(_ label: String) -> [Float]? {
      guard let index = theirs.firstIndex(of: label) else { return nil }
      guard tensor.shape[0] == 1, theirs.count == 2 else {
        return Array(tensor.elements[index * width..<(index + 1) * width])
      }
      // One logit speaks for the second class, and against the first.
      return index == 0 ? [Float](repeating: 0, count: width) : tensor.elements
    }
    var result = fresh
    guard fresh.shape[0] == labels.count else {
      if let first = row(labels[0]), let second = row(labels[1]) {
        result.elements = zip(second, first).map { $0 - $1 }
      }
      return result
    }
    for (index, label) in labels.enumerated() {
      guard let row = row(label) else { continue }
      result.elements.replaceSubrange(index * width..<(index + 1) * width, with: row)
    }
    return result
  }
}

extension Parameter {
  /// The name of the layer whose weight or bias it is.
  fileprivate var layer: String { name.split(separator: ".").dropLast().joined(separator: ".") }
}

extension Network {
  /// Takes over the weights of a finished model, layer by layer of the same name.
  ///
  /// - Parameter adapting: makes of a layer's tensor what the parameter is to hold.
  package func load(
    _ model: FloatModel, adapting: (Parameter, Tensor<Float>) -> Tensor<Float> = { $1 }
  ) {
    let own = Dictionary(
      zip(model.description.graph.nodes.map(\.name), model.parameters).compactMap { name, weights in
        weights.map { (name, $0) }
      }, uniquingKeysWith: { first, _ in first })
    for parameter in parameters {
      guard let weights = own[parameter.layer] else { continue }
      parameter.load(adapting(parameter, parameter.name.hasSuffix(".weight") ? weights.weight : weights.bias))
    }
  }
}
