import Models
import Training

extension DetectionLoop {
  /// The network as a model file holds it, with a test pattern and its logits for the self-test at load.
  ///
  /// - Parameters:
  ///   - data: what it was trained on, in words.
  ///   - tool: name and version of the program, for the card.
  public func model(data: String, tool: String) throws(TrainingError) -> FloatModel {
    let (graph, parameters) = try network.exported(function: .identity)
    var card = ModelCard()
    card["data"] = data
    card["recipe"] = recipe.summary
    card["seed"] = String(recipe.seed)
    if let last = rounds.last { card["validation loss"] = "\((last.validationLoss * 10_000).rounded() / 10_000)" }
    card["tool"] = tool
    let model = FloatModel(
      description: ModelDescription(
        graph: graph, preprocessing: preprocessing, labels: ["face"], card: card, detection: detection),
      parameters: parameters)
    return try model.withTestPattern(network.kernels)
  }
}
