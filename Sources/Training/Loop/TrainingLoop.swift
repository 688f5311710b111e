import Datasets
import Evaluation
import FloatRuntime
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

  /// The network that is trained.
  public let network: Network
  /// The pictures.
  public let dataset: Dataset
  /// How they become inputs.
  public let preprocessing: Preprocessing
  /// How they are learned.
  public let recipe: TrainingRecipe
  /// Figures of the epochs so far.
  public var history: [EpochRecord] { loop.state.history }
  /// The epoch whose weights are kept, 0 before the first.
  public var bestEpoch: Int { loop.state.bestEpoch }

  let loss: Loss
  private let balance: Balance
  private let threads: Int
  private let training: PictureStore
  private let validation: PictureStore
  private let loop: StepLoop<TrainingState>
  private let teachers: TeachersAtWork?

  /// Builds the network with fresh weights, or with those to go on from.
  ///
  /// - Parameters:
  ///   - architecture: what is trained; its input is what `preprocessing` gives.
  ///   - dataset: the pictures.
  ///   - preprocessing: how they become inputs.
  ///   - recipe: how they are learned.
  ///   - threads: threads to compute with; they do not change the weights.
  ///   - cacheBytes: memory for decoded pictures.
  ///   - kernels: the instruction set; it does not change the weights.
  ///   - start: weights to go on from, whose `architecture(logits:)` is trained.
  ///   - teachers: networks that read pictures by the same preprocessing, and look at each as it is learned.
  /// - Throws: `TrainingError.network`, `.data` for teachers of other classes, and what their runners throw.
  public init(
    _ architecture: Architecture, dataset: Dataset, preprocessing: Preprocessing, recipe: TrainingRecipe, threads: Int,
    cacheBytes: Int = 1 << 30, kernels: FloatKernels = .fastest, start: StartingWeights? = nil,
    teachers: Teachers? = nil
  ) throws {
    var (recipe, dataset) = (recipe, dataset)
    self.teachers = try teachers.map { teachers in
      guard teachers.canRead(preprocessing) else {
        throw TrainingError.data(path: dataset.name, "teachers that read pictures otherwise cannot look at each")
      }
      teachers.accompany(&dataset)
      return try TeachersAtWork(teachers, dataset: dataset, threads: threads)
    }
    recipe.start = start.map { .init(weights: $0.hash, frozen: $0.frozen) }
    self.dataset = dataset
    self.preprocessing = preprocessing
    self.recipe = recipe
    self.threads = threads
    guard architecture.input == [preprocessing.height, preprocessing.width, preprocessing.colour.channels] else {
      throw TrainingError.network(GraphError("input", "\(architecture.input) is not what the preprocessing gives"))
    }
    network = try Network(
      architecture, capacity: max(1, min(recipe.batch, dataset.training.count)), threads: threads, kernels: kernels)
    network.initialize(seed: recipe.seed)
    start?.load(into: network, labels: dataset.labels)
    let classes = dataset.labels.count
    let loss = Loss(
      network.logitCount == 1 ? .binaryCrossEntropy : .crossEntropy, labelSmoothing: recipe.labelSmoothing)
    guard loss.logits(classes: classes) == network.logitCount, classes == 2 || network.logitCount > 1 else {
      throw TrainingError.network(
        GraphError("output", "\(network.logitCount) logits cannot tell \(classes) classes apart"))
    }
    self.loss = loss
    balance = Balance(dataset, classes: recipe.balancesClasses, sources: recipe.balancesSources)
    let share = Double(dataset.training.count) / Double(max(1, dataset.training.count + dataset.validation.count))
    let trainingBudget = Int(Double(cacheBytes) * share)
    training = PictureStore(
      dataset.training, preprocessing: preprocessing,
      border: recipe.augmentation.border(ofSide: max(preprocessing.width, preprocessing.height)), budget: trainingBudget
    )
    validation = PictureStore(dataset.validation, preprocessing: preprocessing, budget: cacheBytes - trainingBudget)
    let state = TrainingState(
      recipe: recipe, network: network.signature, fingerprint: dataset.fingerprint)
    loop = StepLoop(
      state, average: recipe.averaging > 0 ? WeightAverage(of: network, keeping: recipe.averaging) : nil)
  }

  /// Trains until the recipe or the caller ends it. Afterwards the network holds the best weights.
  ///
  /// - Parameters:
  ///   - checkpoints: where to write them; nil writes none.
  ///   - isCancelled: asked before every batch.
  ///   - observe: told what happens.
  /// - Throws: `TrainingError` for pictures that vanish and checkpoints that do not fit.
  public func run(
    checkpoints: CheckpointOptions? = nil, isCancelled: () -> Bool = { false }, observe: (Event) -> Void = { _ in }
  ) throws -> TrainingEnding {
    try loop.run(
      self, checkpoints: checkpoints, isCancelled: isCancelled,
      afterStep: {
        let state = loop.state
        observe(
          .batch(
            epoch: state.epoch + 1, done: state.batch, of: batchCount, loss: state.lossSum / Double(max(1, state.seen)))
        )
      }, afterRound: { observe(.epoch(history.last!, isBest: $0)) })
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

  /// Labels pictures with the weights as they are.
  ///
  /// - Parameter pictures: for example `dataset.test`.
  /// - Returns: figures, and every prediction in the pictures' order.
  /// - Throws: `TrainingError.data` for a picture that can no longer be read, `.notFinite` for one whose logits are no
  ///   numbers.
  public func evaluate(
    _ pictures: [Dataset.Picture]
  ) throws(TrainingError) -> (metrics: Metrics, predictions: [Metrics.Prediction]) {
    try evaluate(PictureStore(pictures, preprocessing: preprocessing, budget: 0))
  }

  private func evaluate(_ store: PictureStore) throws(TrainingError) -> (Metrics, [Metrics.Prediction]) {
    let batches = stride(from: 0, to: store.pictures.count, by: network.capacity).map {
      Array($0..<min(store.pictures.count, $0 + network.capacity))
    }
    let loader = DataLoader(store, batches, threads: threads)
    var predictions: [Metrics.Prediction] = []
    var sum = 0.0
    let plain = Loss(loss.kind)
    while let batch = try loader.next() {
      network.forward(pixels: batch.pixels, images: batch.items.count)
      for (image, item) in batch.items.enumerated() {
        let picture = store.pictures[item.index]
        let logits = network.logits(image)
        guard logits.allSatisfy(\.isFinite) else {
          let layer = network.firstNodeThatDiverged(images: batch.items.count) ?? "loss"
          throw .notFinite(picture: picture.name, layer: layer)
        }
        sum += plain.evaluate(logits, dataset.truth(picture), scale: 1, gradient: nil)
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

extension TrainingLoop: TrainingTask {
  package var learner: Network { network }

  package var optimizer: Optimizer { recipe.rule }

  package var step: Int { loop.state.step }

  package var learningRate: Float { recipe.rate(step: step, stepsPerEpoch: batchCount) }

  package func obstacle(in state: inout TrainingState) -> String? {
    state.obstacle(to: recipe, pictures: dataset.training.count)
  }

  package func beginRound() -> RoundBeginning<LoadedPicture> {
    let state = loop.state
    if state.epoch >= recipe.epochs { return .ended(.completed) }
    if recipe.patience > 0, state.epoch > 0, state.epochsWithoutProgress >= recipe.patience {
      return .ended(.earlyStopped)
    }
    return .batches(
      DataLoader(
        training, Array(batches(epoch: state.epoch)[state.batch...]),
        augmentation: recipe.augmentation == .none ? nil : (recipe.augmentation, recipe.seed, state.epoch),
        teachers: teachers, threads: threads))
  }

  package func learn(_ batch: DataLoader<LoadedPicture>.Batch) -> Double {
    let truths = batch.items.map { item in
      let picture = dataset.training[item.index]
      var truth = dataset.truth(picture)
      truth.taught = item.taught ?? truth.taught
      truth.weight = balance.weight(of: picture)
      return truth
    }
    let seed = recipe.seed &+ UInt64(step) &* 0x9E37_79B9_7F4A_7C15
    network.forward(pixels: batch.pixels, images: truths.count, training: true, seed: seed)
    return network.backward(truths: truths, loss: loss, seed: seed)
  }

  package func count(_ batch: DataLoader<LoadedPicture>.Batch, loss mean: Double) {
    for (image, item) in batch.items.enumerated() {
      let label = dataset.training[item.index].label
      let probabilities = loss.probabilities(Array(network.logits(image)))
      let prediction = Metrics.Prediction(name: "", label: label, probabilities: probabilities)
      loop.state.correct += prediction.predicted == label ? 1 : 0
    }
    loop.state.lossSum += mean * Double(batch.items.count)
    loop.state.seen += batch.items.count
    loop.state.step += 1
    loop.state.batch += 1
  }

  package func endRound(imagesPerSecond: Double) throws(TrainingError) -> Bool {
    let (metrics, _) = try evaluate(validation)
    var state = loop.state
    state.history.append(
      EpochRecord(
        epoch: state.epoch + 1, loss: state.lossSum / Double(max(1, state.seen)),
        accuracy: Double(state.correct) / Double(max(1, state.seen)), validationLoss: metrics.loss,
        validationAccuracy: metrics.accuracy, imagesPerSecond: imagesPerSecond))
    state.epoch += 1
    (state.batch, state.lossSum, state.correct, state.seen) = (0, 0, 0, 0)
    let isBest = recipe.keepsLast == true || metrics.loss < state.bestLoss ?? .infinity
    if isBest { (state.bestLoss, state.bestEpoch) = (metrics.loss, state.epoch) }
    loop.state = state
    return isBest
  }
}

extension Dataset {
  /// What is known of a picture's class.
  func truth(_ picture: Picture) -> Truth {
    Truth(
      label: picture.label, shares: picture.votes?.shares, candidates: candidates(picture),
      taught: picture.taught.map { .init(shares: $0, weight: teachersShare) })
  }
}
