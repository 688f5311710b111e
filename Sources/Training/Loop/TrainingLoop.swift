import Datasets
import Evaluation
import FloatRuntime
import Foundation
import Models
import Numerics

/// Trains a network on a data set: batches made in the background, early stopping on the validation loss, the best
/// weights kept, checkpoints from which training goes on as if nothing had happened.
public final class TrainingLoop {
  /// What happens while training.
  public enum Event: Sendable {
    /// A batch was learned.
    case batch(epoch: Int, done: Int, of: Int, loss: Double)
    /// An epoch ended.
    case epoch(EpochRecord, isBest: Bool)
  }

  /// Why training ended.
  public enum Ending: Sendable, Equatable {
    /// All epochs are done.
    case completed
    /// The validation loss got no better.
    case earlyStopped
    /// Somebody asked for it.
    case cancelled
    /// A value stopped being a number in this step, first in this layer.
    case diverged(step: Int, layer: String)
  }

  /// The network that is trained.
  public let network: Network
  /// The pictures.
  public let dataset: Dataset
  /// How they become inputs.
  public let preprocessing: Preprocessing
  /// How they are learned.
  public let recipe: TrainingRecipe
  /// Figures of the epochs so far.
  public var history: [EpochRecord] { state.history }
  /// The epoch whose weights are kept, 0 before the first.
  public var bestEpoch: Int { state.bestEpoch }

  let loss: Loss
  private let threads: Int
  private let training: PictureStore
  private let validation: PictureStore
  private var state: TrainingState
  private let average: WeightAverage?
  private var best: [Tensor<Float>] = []
  private var lastGood: [Tensor<Float>] = []

  /// Builds the network with fresh weights.
  ///
  /// - Parameters:
  ///   - architecture: what is trained; its input is what `preprocessing` gives.
  ///   - dataset: the pictures.
  ///   - preprocessing: how they become inputs.
  ///   - recipe: how they are learned.
  ///   - threads: threads to compute with; they do not change the weights.
  ///   - cacheBytes: memory for decoded pictures.
  ///   - kernels: the instruction set; it does not change the weights.
  /// - Throws: `TrainingError.network`.
  public init(
    _ architecture: Architecture, dataset: Dataset, preprocessing: Preprocessing, recipe: TrainingRecipe, threads: Int,
    cacheBytes: Int = 1 << 30, kernels: FloatKernels = .fastest
  ) throws(TrainingError) {
    self.dataset = dataset
    self.preprocessing = preprocessing
    self.recipe = recipe
    self.threads = threads
    guard architecture.input == [preprocessing.height, preprocessing.width, preprocessing.colour.channels] else {
      throw .network(GraphError("input", "\(architecture.input) is not what the preprocessing gives"))
    }
    network = try Network(
      architecture, capacity: max(1, min(recipe.batch, dataset.training.count)), threads: threads, kernels: kernels)
    network.initialize(seed: recipe.seed)
    average = recipe.averaging > 0 ? WeightAverage(of: network, keeping: recipe.averaging) : nil
    let classes = dataset.labels.count
    var loss = Loss(
      network.logitCount == 1 ? .binaryCrossEntropy : .crossEntropy, labelSmoothing: recipe.labelSmoothing)
    guard loss.logits(classes: classes) == network.logitCount, classes == 2 || network.logitCount > 1 else {
      throw .network(GraphError("output", "\(network.logitCount) logits cannot tell \(classes) classes apart"))
    }
    if recipe.balancesClasses {
      let counts = dataset.counts(dataset.training)
      loss.classWeights = counts.map { Float(dataset.training.count) / Float(classes * max(1, $0)) }
    }
    self.loss = loss
    let share = Double(dataset.training.count) / Double(max(1, dataset.training.count + dataset.validation.count))
    let trainingBudget = Int(Double(cacheBytes) * share)
    training = PictureStore(
      dataset.training, preprocessing: preprocessing,
      border: recipe.augmentation.border(ofSide: max(preprocessing.width, preprocessing.height)), budget: trainingBudget
    )
    validation = PictureStore(dataset.validation, preprocessing: preprocessing, budget: cacheBytes - trainingBudget)
    state = TrainingState(
      recipe: recipe, network: network.signature, fingerprint: dataset.fingerprint)
  }

  /// Trains until the recipe or the caller ends it. Afterwards the network holds the best weights.
  ///
  /// - Parameters:
  ///   - checkpoints: where to write them; nil writes none.
  ///   - isCancelled: asked before every batch.
  ///   - observe: told what happens.
  /// - Throws: `TrainingError` for pictures that vanish and checkpoints that do not fit, `ModelFileError` where the
  ///   last one cannot be written.
  public func run(
    checkpoints: Checkpoints? = nil, isCancelled: () -> Bool = { false }, observe: (Event) -> Void = { _ in }
  ) throws -> Ending {
    if let checkpoints, checkpoints.resumes {
      (state, best) = try Checkpoint.read(checkpoints.path, into: network, average, goingOnFrom: state) {
        $0.obstacle(to: recipe, batches: batchCount)
      }
    }
    lastGood = weights()
    var written = ContinuousClock.now
    while state.epoch < recipe.epochs {
      if recipe.patience > 0, state.epoch > 0, state.epochsWithoutProgress >= recipe.patience {
        return finish(.earlyStopped)
      }
      var seconds = 0.0
      let seenBefore = state.seen
      let loader = DataLoader.batches(
        training, Array(batches(epoch: state.epoch)[state.batch...]),
        augmentation: recipe.augmentation == .none ? nil : (recipe.augmentation, recipe.seed, state.epoch),
        threads: threads)
      let started = ContinuousClock.now
      while let batch = try loader.next() {
        if isCancelled() {
          if let ending = lostWeights() { return ending }
          if let checkpoints { try Checkpoint.write(checkpoints.path, state, network, best: best, average: average) }
          return finish(.cancelled)
        }
        if let layer = learn(batch) {
          restore(best.isEmpty ? lastGood : best)
          return .diverged(step: state.step + 1, layer: layer)
        }
        loader.finish(batch)
        observe(
          .batch(
            epoch: state.epoch + 1, done: state.batch, of: batchCount, loss: state.lossSum / Double(max(1, state.seen)))
        )
        if let checkpoints, (ContinuousClock.now - written).seconds >= checkpoints.interval {
          if let ending = lostWeights() { return ending }
          let pause = ContinuousClock.now
          do {
            try Checkpoint.write(checkpoints.path, state, network, best: best, average: average)
          } catch { checkpoints.failed("\(error)") }
          written = ContinuousClock.now
          seconds -= (written - pause).seconds
        }
      }
      seconds += (ContinuousClock.now - started).seconds
      let record = try endEpoch(imagesPerSecond: Double(state.seen - seenBefore) / max(1e-9, seconds))
      guard record.validationLoss.isFinite else {
        restore(best.isEmpty ? lastGood : best)
        return .diverged(step: state.step, layer: network.firstNodeThatDiverged(images: 1) ?? "loss")
      }
      let isBest = state.bestEpoch == state.epoch
      observe(.epoch(record, isBest: isBest))
      lastGood = weights()
    }
    return finish(.completed)
  }

  private var batchCount: Int { (dataset.training.count + recipe.batch - 1) / recipe.batch }

  /// The pictures of each batch of an epoch: a shuffle that seed and epoch alone decide (Fisher, Yates).
  private func batches(epoch: Int) -> [[Int]] {
    var order = Array(dataset.training.indices)
    var random = CounterRandom(seed: recipe.seed ^ 0x6F72_6465, stream: UInt64(epoch))
    for last in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(last, random.below(last + 1)) }
    return stride(from: 0, to: order.count, by: recipe.batch).map {
      Array(order[$0..<min(order.count, $0 + recipe.batch)])
    }
  }

  /// Learns one batch. Returns the layer where a value stopped being a number, before any weight changed.
  private func learn(_ batch: DataLoader.Queue.Batch) -> String? {
    let labels = batch.contents.map { dataset.training[$0].label }
    let seed = recipe.seed &+ UInt64(state.step) &* 0x9E37_79B9_7F4A_7C15
    network.forward(pixels: batch.pixels, images: labels.count, training: true, seed: seed)
    let candidates = batch.contents.map { dataset.candidates(dataset.training[$0]) }
    let mean = network.backward(labels: labels, loss: loss, among: candidates, seed: seed)
    guard mean.isFinite else { return network.firstNodeThatDiverged(images: labels.count) ?? "loss" }
    recipe.rule.apply(
      to: network, step: state.step + 1, rate: recipe.rate(step: state.step, stepsPerEpoch: batchCount))
    average?.follow(network, step: state.step)
    for (image, label) in labels.enumerated() {
      let probabilities = loss.probabilities(Array(network.logits(image)))
      let prediction = Metrics.Prediction(name: "", label: label, probabilities: probabilities)
      state.correct += prediction.predicted == label ? 1 : 0
    }
    state.lossSum += mean * Double(labels.count)
    state.seen += labels.count
    state.step += 1
    state.batch += 1
    return nil
  }

  /// Where the latest step itself made a weight that is no number, which the next loss would show: such weights must
  /// not replace those in a checkpoint.
  private func lostWeights() -> Ending? {
    guard let layer = network.firstNodeWithLostWeights() else { return nil }
    restore(best.isEmpty ? lastGood : best)
    return .diverged(step: state.step, layer: layer)
  }

  private func endEpoch(imagesPerSecond: Double) throws(TrainingError) -> EpochRecord {
    // What counts is the average, where one is kept: it stands in for the weights while it is looked at.
    let own = average.map { average in
      let own = weights()
      average.load(into: network)
      return own
    }
    let (metrics, _) = try evaluate(validation)
    let shown = weights()
    if let own { restore(own) }
    let record = EpochRecord(
      epoch: state.epoch + 1, loss: state.lossSum / Double(max(1, state.seen)),
      accuracy: Double(state.correct) / Double(max(1, state.seen)), validationLoss: metrics.loss,
      validationAccuracy: metrics.accuracy, imagesPerSecond: imagesPerSecond)
    state.epoch += 1
    (state.batch, state.lossSum, state.correct, state.seen) = (0, 0, 0, 0)
    guard record.validationLoss.isFinite else { return record }
    state.history.append(record)
    if record.validationLoss < state.bestLoss ?? .infinity {
      state.bestLoss = record.validationLoss
      state.bestEpoch = state.epoch
      best = shown
    }
    return record
  }

  private func finish(_ ending: Ending) -> Ending {
    if !best.isEmpty { restore(best) }
    return ending
  }

  private func weights() -> [Tensor<Float>] { network.parameters.map(\.tensor) }

  private func restore(_ weights: [Tensor<Float>]) {
    for (parameter, tensor) in zip(network.parameters, weights) { parameter.load(tensor) }
  }

  /// Labels pictures with the weights as they are.
  ///
  /// - Parameter pictures: for example `dataset.test`.
  /// - Returns: figures, and every prediction in the pictures' order.
  public func evaluate(
    _ pictures: [Dataset.Picture]
  ) throws(TrainingError) -> (metrics: Metrics, predictions: [Metrics.Prediction]) {
    try evaluate(PictureStore(pictures, preprocessing: preprocessing, budget: 0))
  }

  private func evaluate(_ store: PictureStore) throws(TrainingError) -> (Metrics, [Metrics.Prediction]) {
    let batches = stride(from: 0, to: store.pictures.count, by: network.capacity).map {
      Array($0..<min(store.pictures.count, $0 + network.capacity))
    }
    let loader = DataLoader.batches(store, batches, threads: threads)
    var predictions: [Metrics.Prediction] = []
    var sum = 0.0
    let plain = Loss(loss.kind)
    while let batch = try loader.next() {
      network.forward(pixels: batch.pixels, images: batch.contents.count)
      for (image, index) in batch.contents.enumerated() {
        let picture = store.pictures[index]
        let logits = network.logits(image)
        sum += plain.evaluate(logits, label: picture.label, scale: 1, among: dataset.candidates(picture), gradient: nil)
        predictions.append(
          .init(
            name: picture.name, label: picture.label, probabilities: loss.probabilities(Array(logits)),
            logits: Array(logits)))
      }
      loader.finish(batch)
    }
    let mean = predictions.isEmpty ? 0 : sum / Double(predictions.count)
    return (Metrics(predictions, classes: dataset.labels.count, loss: mean), predictions)
  }
}
