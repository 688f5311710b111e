import Datasets
import Evaluation
import FloatRuntime
import ModelFiles
import Models
import Numerics
import Quantization
import Training

/// Teaches classes of somebody's own: a small network that goes on from the features of a model that is there, and one
/// that begins from nothing, of which the one that does better on held-out pictures is quantized.
public struct NewClasses {
  /// What the first network goes on from; nil tries only the one that begins from nothing.
  public let start: FloatModel?
  /// Which part of pictures without a face is looked at.
  public let frames: Preprocessing.Fit
  /// Threads to train with.
  public let threads: Int
  /// How long training may take, in seconds; networks are trained for as many epochs as fit.
  public let budget: Double
  /// Name and version of the program, for the card.
  public let tool: String

  /// The most passes over the pictures, and the fewest.
  static let epochs = 12...60

  /// - Parameters:
  ///   - start: a float model whose network is trained on; its classes do not matter.
  ///   - frames: which part of pictures without a face is looked at: of a region that somebody drew, all.
  ///   - threads: to train with.
  ///   - budget: seconds of training.
  ///   - tool: name and version of the program.
  public init(
    start: FloatModel?, frames: Preprocessing.Fit = .centreSquare, threads: Int, budget: Double = 40, tool: String
  ) {
    (self.start, self.frames, self.threads, self.budget, self.tool) = (start, frames, threads, budget, tool)
  }

  private struct Candidate {
    let name: String
    let loop: TrainingLoop
  }

  /// Trains and judges.
  ///
  /// - Parameters:
  ///   - dataset: pictures of all classes.
  ///   - before: the model in use, where it knows these classes.
  ///   - isCancelled: asked before every batch.
  ///   - observe: told how far it is.
  /// - Returns: nil where it was cancelled.
  /// - Throws: `TeachingError` for too few pictures; `TrainingError`, `QuantizationError`.
  public func run(
    _ dataset: Dataset, before: QuantizedModel? = nil, isCancelled: () -> Bool = { false },
    observe: (Teaching.Progress) -> Void = { _ in }
  ) throws -> Teaching.Result? {
    let begin = ContinuousClock.now
    guard dataset.labels.count > 1 else { throw TeachingError("There is one class: teach two or more.") }
    let counts = dataset.counts(dataset.training)
    guard counts.allSatisfy({ $0 > 0 }), !dataset.validation.isEmpty, !dataset.test.isEmpty else {
      throw TeachingError("There are too few pictures to learn from some and judge by others.")
    }
    let candidates = try self.candidates(dataset)
    var curve: [Double] = []
    for (index, candidate) in candidates.enumerated() {
      let (from, share) = (Double(index) / Double(candidates.count) * 0.9, 0.9 / Double(candidates.count))
      let ending = try candidate.loop.run(isCancelled: isCancelled) { event in
        switch event {
        case .batch(let epoch, let done, let all, _):
          let part = (Double(epoch - 1) + Double(done) / Double(all)) / Double(candidate.loop.recipe.epochs)
          observe(.init(doing: "training \(candidate.name)", share: from + share * part, curve: curve))
        case .epoch(let record, _): curve.append(record.validationAccuracy)
        }
      }
      if case .cancelled = ending { return nil }
    }
    observe(.init(doing: "quantizing", share: 0.9, curve: curve))
    var best: (index: Int, evaluation: TrainedEvaluation)?
    for (index, candidate) in candidates.enumerated() where candidate.loop.bestEpoch > 0 {
      let evaluation = try TrainedEvaluation(candidate.loop)
      let (own, other) = (evaluation.validation.metrics, best?.evaluation.validation.metrics)
      let isBetter = other.map { (own.correct, -own.loss) > ($0.correct, -$0.loss) } ?? true
      if isBetter { best = (index, evaluation) }
    }
    guard let best else { throw TeachingError("Training went astray: its numbers grew without end. Try again.") }
    let loop = candidates[best.index].loop
    let float = try best.evaluation.model(loop, tool: tool)
    let int8 = try quantized(float, dataset)
    if isCancelled() { return nil }
    let result = try judge(int8, float, dataset, before)
    observe(.init(doing: "done", share: 1, curve: curve))
    let others = candidates.count > 1 ? "; it did better on held-out pictures than the other of two ways" : ""
    return Teaching.Result(
      way: .newClasses, int8: int8, float: float, own: result.own, general: nil, agreement: result.agreement,
      changed: result.changed, notes: ["The network is \(candidates[best.index].name)\(others)."],
      seconds: begin.duration(to: .now).inSeconds)
  }

  /// The networks that are tried, with recipes for the time that there is.
  private func candidates(_ dataset: Dataset) throws -> [Candidate] {
    let isOfFaces = dataset.training.contains { $0.face != nil }
    let logits = dataset.labels.count == 2 ? 1 : dataset.labels.count
    var candidates: [Candidate] = []
    if let start, let weights = try? StartingWeights(start, hash: start.weightsSHA256) {
      var rule = start.description.preprocessing
      if !isOfFaces { rule.fit = frames }
      var recipe = recipe(dataset, of: start.description.graph, networks: 2)
      recipe.learningRate = 5e-4
      let loop = try TrainingLoop(
        weights.architecture(logits: logits), dataset: dataset, preprocessing: rule, recipe: recipe, threads: threads,
        start: weights)
      candidates.append(Candidate(name: "one that goes on from the features of the model that is here", loop: loop))
    }
    let rule = Preprocessing(
      width: 64, height: 64, colour: .rgb, fit: isOfFaces ? .face(marginPercent: 10) : frames)
    let architecture = Architecture.compact(input: [64, 64, 3], logits: logits)
    let recipe = recipe(dataset, of: nil, networks: candidates.count + 1)
    candidates.append(
      Candidate(
        name: "one that begins from nothing, in colour",
        loop: try TrainingLoop(
          architecture, dataset: dataset, preprocessing: rule, recipe: recipe, threads: threads)))
    return candidates
  }

  /// As many epochs as fit, by the multiply-adds of a picture and a careful guess at what this machine does a second.
  private func recipe(_ dataset: Dataset, of graph: Graph?, networks: Int) -> TrainingRecipe {
    let multiplyAdds = (try? graph?.multiplyAdds().reduce(0, +)) ?? 30_000_000
    let picturesASecond = 3e9 * Double(threads) / (3 * Double(max(1, multiplyAdds)))
    let seconds = Double(dataset.training.count) / picturesASecond
    let epochs = Int(budget / Double(networks) / max(seconds, 1e-6))
    var recipe = TrainingRecipe()
    recipe.epochs = min(Self.epochs.upperBound, max(Self.epochs.lowerBound, epochs))
    recipe.batch = 16
    recipe.patience = 0
    recipe.schedule = .cosine
    recipe.warmup = 1
    recipe.weightDecay = 0.02
    recipe.labelSmoothing = 0.05
    recipe.balancesClasses = true
    recipe.augmentation = Augmentation.Level.standard.augmentation
    return recipe
  }

  /// By the search among the quick methods: what int8 costs is looked at before anything is swapped.
  private func quantized(_ float: FloatModel, _ dataset: Dataset) throws -> QuantizedModel {
    let rule = float.description.preprocessing
    let calibration = try dataset.training.spread(200).map { try LabelledImage($0, by: rule) }
    let calibrator = try Calibrator(float, threads: threads)
    for picture in calibration { try calibrator.observe(picture.pixels, hash: picture.name) }
    let validation = try dataset.validation.map { try LabelledImage($0, by: rule) }
    let evaluator = try MethodEvaluator(float, images: validation, isLabelled: true, threads: threads)
    var search = MethodSearch(
      float, calibrator.record, calibration: calibration.map(\.pixels), evaluator: evaluator, budget: 0.5,
      threads: threads)
    return try search.run(learning: false).model
  }

  private func judge(
    _ int8: QuantizedModel, _ float: FloatModel, _ dataset: Dataset, _ before: QuantizedModel?
  ) throws -> (own: Teaching.Pair, agreement: (Int, Int), changed: [Teaching.Change]) {
    func said(_ model: LoadedModel) throws -> [Int] {
      let answers = try Answers(model)
      return try dataset.test.map { answers.answer(try LabelledImage($0, by: model.description.preprocessing)) }
    }
    let (after, exact) = (try said(.int8(int8)), try said(.float(float)))
    let old = before?.description.labels == dataset.labels ? try before.map { try said(.int8($0)) } : nil
    let labels = dataset.labels
    var changed: [Teaching.Change] = []
    for (picture, (was, now)) in zip(dataset.test, zip(old ?? after, after)) where was != now {
      changed.append(
        .init(name: picture.name, label: labels[picture.label], before: labels[was], after: labels[now]))
    }
    return (
      Teaching.Pair(labels: dataset.test.map(\.label), before: old, after: after),
      (zip(exact, after).count { $0 == $1 }, after.count), changed
    )
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
