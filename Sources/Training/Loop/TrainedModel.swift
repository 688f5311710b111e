import Datasets
import Evaluation
import Models
import Numerics

extension TrainingLoop {
  /// The network as a model file holds it: graph, sealed preprocessing, labels, card, and a test pattern with its
  /// logits for the self-test at load.
  ///
  /// - Parameters:
  ///   - validation: figures on the validation pictures.
  ///   - test: figures on the test pictures, where there are any.
  ///   - tool: name and version of the program, for the card.
  public func model(validation: Metrics, test: Metrics?, tool: String) throws(TrainingError) -> FloatModel {
    let (graph, parameters) = try network.exported(function: loss.kind == .binaryCrossEntropy ? .sigmoid : .softmax)
    let model = FloatModel(
      description: ModelDescription(
        graph: graph, preprocessing: preprocessing, labels: dataset.labels,
        card: card(validation: validation, test: test, tool: tool)),
      parameters: parameters)
    return try model.withTestPattern(network.kernels)
  }

  /// What the card says of the data.
  var dataCard: ModelCard {
    func counts(_ part: [Dataset.Picture]) -> String {
      zip(dataset.labels, dataset.counts(part)).map { "\($1) \($0)" }.joined(separator: ", ")
    }
    var card = ModelCard()
    card["data"] = dataset.name
    card["training pictures"] = counts(dataset.training)
    card["validation pictures"] = counts(dataset.validation)
    if !dataset.test.isEmpty { card["test pictures"] = counts(dataset.test) }
    card["split"] = dataset.splitDescription
    if dataset.nearDuplicates > 0 { card["near-copies"] = "\(dataset.nearDuplicates) pictures have one in the data" }
    if !dataset.searchedOrigins.isEmpty {
      let places = dataset.searchedOrigins.map { dataset.origins[$0] }.joined(separator: " and ")
      card["faces"] =
        "found by the face detector in \(places)"
        + (dataset.faceless.isEmpty ? "" : "; \(dataset.faceless.count) pictures without one left out")
    }
    if let teacher = dataset.teacher { card["teacher"] = teacher }
    card["data fingerprint"] = dataset.fingerprint
    return card
  }

  private func card(validation: Metrics, test: Metrics?, tool: String) -> ModelCard {
    var card = dataCard
    card["recipe"] = recipe.summary
    card["seed"] = String(recipe.seed)
    card["best epoch"] = "\(bestEpoch) of \(history.count)"
    card["validation accuracy"] = Self.words(validation)
    if let test { card["test accuracy"] = Self.words(test) }
    card["tool"] = tool
    return card
  }

  private static func words(_ metrics: Metrics) -> String {
    let interval = metrics.accuracyInterval
    return "\(percent(metrics.accuracy)) of \(metrics.count) "
      + "(95 % interval \(percent(interval.lowerBound)) to \(percent(interval.upperBound)))"
  }
}
