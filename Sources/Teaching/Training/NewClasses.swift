import Datasets
import Evaluation
import FloatRuntime
import ModelFiles
import Models
import Numerics
import Quantization
import Training

/// Teaches classes of somebody's own: a small network that goes on from the features of a model that is there, or
/// begins from nothing where there is none, is trained and quantized.
public struct NewClasses {
  /// What the network goes on from; nil begins from nothing.
  public let start: FloatModel?
  /// Which part of pictures without a face is looked at.
  public let frames: Preprocessing.Fit
  /// Threads to train with.
  public let threads: Int
  /// How long training may take, in seconds; networks are trained for as many epochs as fit.
  public let budget: Double
  /// Name and version of the program, for the card.
  public let tool: String

  /// - Parameters:
  ///   - start: a float model whose network is trained on; its classes do not matter.
  ///   - frames: which part of pictures without a face is looked at: of a region that somebody drew, all.
  ///   - threads: to train with.
  ///   - budget: seconds of training.
  ///   - tool: name and version of the program, for the card.
  public init(
    start: FloatModel?, frames: Preprocessing.Fit = .centreSquare, threads: Int, budget: Double = 40, tool: String
  ) {
    (self.start, self.frames, self.threads, self.budget, self.tool) = (start, frames, threads, budget, tool)
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
    let network = NewNetwork(for: dataset, frames: frames, start: start)
    let loop = try network.loop(dataset, seconds: budget, threads: threads)
    var curve: [Double] = []
    let ending = try loop.run(isCancelled: isCancelled) { event in
      switch event {
      case .batch(let epoch, let batch, let all, _):
        let share = (Double(epoch - 1) + Double(batch) / Double(all)) / Double(loop.recipe.epochs)
        observe(.init(doing: "training", share: 0.95 * share, curve: curve))
      case .epoch(let record, _): curve.append(record.validationAccuracy)
      }
    }
    if case .cancelled = ending { return nil }
    guard loop.bestEpoch > 0 else {
      throw TeachingError("Training went astray: its numbers grew without end. Try again.")
    }
    let evaluation = try TrainedEvaluation(loop)
    observe(.init(doing: "quantizing", share: 0.95, curve: curve))
    let float = try evaluation.model(loop, tool: tool)
    let int8 = try quantized(float, dataset)
    if isCancelled() { return nil }
    let result = try judge(int8, float, dataset, before)
    observe(.init(doing: "done", share: 1, curve: curve))
    return Teaching.Result(
      way: .newClasses, int8: int8, float: float, own: result.own, general: nil, agreement: result.agreement,
      changed: result.changed,
      notes: ["The network is \(network.name), \(loop.recipe.epochs) passes over the pictures."],
      seconds: begin.duration(to: .now).inSeconds)
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
