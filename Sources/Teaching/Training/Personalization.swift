import Datasets
import Evaluation
import ModelFiles
import Models
import Numerics
import Runtime

/// Teaches a model somebody's own face: units beside its head are learned on features of the int8 network itself,
/// beside stored features of others (see `HeadTraining`). All that is there stays, scales included, so that nothing
/// needs to be calibrated, and what is learned holds for int8.
public struct Personalization {
  /// The model that is taught.
  public let int8: QuantizedModel
  /// Its float weights, where they are there.
  public let float: FloatModel?
  /// Features of others; nil where none are stored for this model's body.
  public let table: FeatureTable?

  /// How often each picture is learned in a changed form.
  static let variants = 20
  /// How much one's own pictures count against all others, tried in this order.
  static let weights: [Float] = [0.3, 1, 3]
  /// Points that a head may lose on others to be taken: less than the pictures that judge in the end allow, since those
  /// are others again.
  static let mostLost = 0.3
  /// For how many in a hundred others each unit is silent (see `Head.hushed`), tried in this order.
  static let silences = [99.3, 99.9, 100, 130, 170]

  /// - Parameter table: left aside where it belongs to another body.
  public init(_ int8: QuantizedModel, float: FloatModel?, table: FeatureTable?) {
    self.int8 = int8
    self.float = float
    let fits = table?.body == int8.bodySHA256 && table?.labels == int8.description.labels
    self.table = fits ? table : nil
  }

  /// Learns a head and judges it.
  ///
  /// - Parameters:
  ///   - dataset: one's own pictures, of the model's classes.
  ///   - before: what it is held against, the model in use; nil is the model that is taught.
  ///   - isCancelled: asked now and then.
  ///   - observe: told how far it is.
  /// - Returns: nil where it was cancelled.
  /// - Throws: `TeachingError` for a model that cannot be taught, or for too few pictures.
  public func run(
    _ dataset: Dataset, before: QuantizedModel? = nil, isCancelled: () -> Bool = { false },
    observe: (Teaching.Progress) -> Void = { _ in }
  ) throws -> Teaching.Result? {
    let begin = ContinuousClock.now
    guard !dataset.training.isEmpty, !dataset.test.isEmpty else {
      throw TeachingError("There are too few pictures to learn from some and judge by others.")
    }
    var curve: [Double] = []
    func tell(_ doing: String, _ share: Double) { observe(.init(doing: doing, share: share, curve: curve)) }
    tell("looking at the pictures", 0)
    let reader = try FeatureReader(int8), rule = int8.description.preprocessing
    func features(_ part: [Dataset.Picture], _ variants: Int) throws -> PictureFeatures {
      try PictureFeatures(part, rule, reader, variants: variants, isCancelled: isCancelled)
    }
    let validation = try features(dataset.validation, 0)
    tell("looking at the pictures", 0.1)
    let training = try features(dataset.training, Self.variants)
    if isCancelled() { return nil }
    guard let parameters = int8.parameters.last ?? nil else { return nil }
    let start = Head(parameters, inputScale: reader.quantization.scale)
    let own = examples(training)
    let others = General(table, reader, start)
    let count = reader.count

    // The head that names most held-out pictures rightly, of those that stay good for others; of equals the one that is
    // silent for more of them, and then the one that is nearer to the truth, which few pictures hardly tell.
    var best: (head: Head, right: Int, silence: Double, loss: Double)?
    for (index, weight) in Self.weights.enumerated() {
      tell("learning", 0.5 + 0.4 * Double(index) / Double(Self.weights.count))
      var trainer = HeadTraining()
      trainer.weight = weight
      let loud = trainer.learn(start, own: own, general: others.training, count: count, isCancelled: isCancelled)
      if isCancelled() { return nil }
      for silence in Self.silences {
        let head = loud.hushed(others.training, count, silence)
        let (right, loss) = score(validation, head, count)
        curve.append(validation.labels.isEmpty ? 0 : Double(right) / Double(validation.labels.count))
        if others.pair(start, head, .validation)?.lost ?? 0 > Self.mostLost { continue }
        let isBetter = best.map { (-right, -silence, loss) < (-$0.right, -$0.silence, $0.loss) } ?? true
        if isBetter { best = (head, right, silence, loss) }
      }
    }
    tell("judging", 0.9)
    var head = best?.head ?? start
    // Units answer with codes as the features do.
    let reach = reader.quantization.dequantize(Int16(reader.quantization.largest))
    head = head.scaled(largest: largest(head, own, others.training, count), to: reach)
    let model = taught(head, dataset)
    let result = try judge(model, head, dataset, before: before ?? int8)
    let general = others.pair(start, head, .test)
    tell("done", 1)
    return Teaching.Result(
      way: .personalize, int8: model, float: float?.with(head), own: result.own, general: general,
      agreement: result.agreement, changed: result.changed, notes: notes(best == nil, others),
      seconds: begin.duration(to: .now).inSeconds)
  }

  private func notes(_ hasNone: Bool, _ others: General) -> [String] {
    var notes: [String] = []
    if hasNone { notes.append("Whatever was tried would have made the model worse for others, so it stays as it was.") }
    if others.isEmpty {
      notes.append(
        "There are no stored features of others for this model, so that how good it stays for them was not measured.")
    }
    return notes
  }

  private func taught(_ head: Head, _ dataset: Dataset) -> QuantizedModel {
    var model = int8.with(head)
    let counts = zip(dataset.labels, dataset.counts(dataset.training)).filter { $1 > 0 }.map { "\($1) \($0)" }
    model.description.card["taught"] =
      "units beside the last layer, on \(counts.joined(separator: ", "))"
      + (table == nil ? "" : " beside stored features of others")
    return model
  }

  /// Right answers and the mean loss.
  private func score(_ part: PictureFeatures, _ head: Head, _ count: Int) -> (Int, Double) {
    var (right, loss) = (0, 0.0)
    for (label, logits) in zip(part.labels, part.logits(head, count: count)) {
      let said = Head.probabilities(logits)
      right += said.indexOfLargest == label ? 1 : 0
      loss -= Elementary.log(max(1e-7, Double(said[label])))
    }
    return (right, part.labels.isEmpty ? 0 : loss / Double(part.labels.count))
  }

  /// The largest answer of each unit.
  private func largest(
    _ head: Head, _ own: HeadTraining.Examples, _ general: HeadTraining.Examples, _ count: Int
  ) -> [Float] {
    var largest = [Float](repeating: 0, count: head.units?.bias.count ?? 0)
    for part in [own, general] {
      for picture in part.weights.indices {
        let said = head.answers(part.features[picture * count..<(picture + 1) * count])
        for unit in largest.indices { largest[unit] = max(largest[unit], said[unit]) }
      }
    }
    return largest
  }

  private func judge(
    _ model: QuantizedModel, _ head: Head, _ dataset: Dataset, before old: QuantizedModel
  ) throws -> (own: Teaching.Pair, agreement: (Int, Int)?, changed: [Teaching.Change]) {
    // The int8 models themselves answer.
    let old = try Answers(.int8(old)), new = try Answers(.int8(model))
    let pictures = try dataset.test.map { try LabelledImage($0, by: int8.description.preprocessing) }
    let before = pictures.map(old.answer), after = pictures.map(new.answer)
    let labels = dataset.labels
    let changed = pictures.indices.filter { before[$0] != after[$0] }.map {
      Teaching.Change(
        name: pictures[$0].name, label: labels[pictures[$0].label], before: labels[before[$0]], after: labels[after[$0]]
      )
    }
    var agreement: (Int, Int)?
    if let float {
      let exact = try Answers(.float(float.with(head)))
      agreement = (zip(pictures.map(exact.answer), after).count { $0 == $1 }, pictures.count)
    }
    return (
      Teaching.Pair(labels: pictures.map(\.label), before: before, after: after), agreement, changed
    )
  }

  private func examples(_ part: PictureFeatures) -> HeadTraining.Examples {
    let classes = int8.description.labels.count
    var counts = [Float](repeating: 0, count: classes)
    for label in part.labels { counts[label] += 1 }
    let present = Float(counts.count { $0 > 0 })
    var examples = HeadTraining.Examples()
    examples.features = part.features
    for label in part.labels {
      for other in 0..<classes { examples.targets.append(other == label ? 1 : 0) }
      examples.weights.append(1 / (present * counts[label]))
    }
    return examples
  }
}
