import Datasets
import Evaluation
import Models

/// How an int8 model's logits become answers, fitted to what they are on pictures that neither trained nor test.
public struct AnswerFit: Hashable, Sendable, Codable {
  /// What logits are divided by.
  public var temperature: Float
  /// By class, the probability from which its label is shown; nil for a model without a decision.
  public var thresholds: [Float?]?
  /// Pictures that the temperature was fitted on.
  public var pictures: Int

  /// Fits the temperature to the int8 logits of the pictures whose class is known among all classes, and then moves the
  /// float model's thresholds so that as many pictures reach each as before.
  ///
  /// - Parameters:
  ///   - float: the float model's description, with its temperature and decision.
  ///   - before: its logits, by image.
  ///   - after: the int8 model's.
  ///   - isLabelled: whether the images' classes are known; else the temperature stays.
  init(_ float: ModelDescription, images: [LabelledImage], before: [[Float]], after: [[Float]], isLabelled: Bool) {
    let known = zip(images, after).filter { isLabelled && $0.0.knowsAllClasses }.map { image, logits in
      Metrics.Prediction(name: image.name, label: image.label, probabilities: [], logits: logits)
    }
    var int8 = float
    // Fewer pictures tell nothing: what was fitted to float logits is then nearer.
    pictures = known.count < Temperature.fewestPictures ? 0 : known.count
    if pictures > 0, float.graph.outputs[0].function != .identity { int8.temperature = Temperature.fitted(to: known) }
    temperature = int8.temperature
    thresholds =
      float.decision?.matched(
        before.map { float.probabilities(logits: $0) }, after.map { int8.probabilities(logits: $0) }
      ).thresholds
  }

  /// Takes temperature and decision over into a model, and says so on its card.
  func apply(to description: inout ModelDescription) {
    description.temperature = temperature
    if pictures > 0 {
      description.card["calibration"] =
        "logits are divided by \(temperature), fitted on the int8 logits of \(pictures) validation pictures"
    }
    guard let thresholds, var decision = description.decision else { return }
    decision.thresholds = thresholds
    description.decision = decision
    description.card["decision"] =
      "\(decision.words(labels: description.labels)): as many validation pictures reach each as by the float model"
  }

  /// Whether it is one for this model.
  func fits(_ description: ModelDescription) -> Bool {
    guard (0.01...100).contains(temperature), (thresholds == nil) == (description.decision == nil) else { return false }
    guard let thresholds, let decision = description.decision else { return true }
    return thresholds.count == decision.thresholds.count
      && zip(thresholds, decision.thresholds).allSatisfy { new, old in
        (new == nil) == (old == nil) && (0...1).contains(new ?? 0)
      }
  }
}
