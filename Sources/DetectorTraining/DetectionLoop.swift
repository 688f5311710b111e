import Faces
import Models
import Numerics
import Training

/// Trains a network that finds faces, on pictures composed anew for every step.
///
/// The first steps see pictures of half the width and height, which cost a quarter and hold all but the largest faces;
/// the weights then go on at full size. Steps come in rounds. After each, the average of the weights is validated on
/// composed pictures of material that is not trained on, and the scenes in which faces were seen that are not there
/// come up more often in the next round. The same seed, material and version give the same weights with any number of
/// threads, with or without a break.
public final class DetectionLoop {
  /// Figures of one round.
  public struct Round: Hashable, Sendable, Codable {
    /// Steps so far.
    public var step: Int
    /// Mean loss of the round's steps.
    public var loss: Double
    /// Of the average of the weights, on validation pictures.
    public var validationLoss: Double
    /// Views of scenes that are shown more often.
    public var hardViews: Int
    /// Pictures learned a second.
    public var imagesPerSecond: Double
  }

  /// The network at full size.
  public let network: Network
  /// The same for pictures of half the size.
  private let smallNetwork: Network?
  /// Rows and columns of cells, and their distance.
  public let detection: Detection
  /// How it is trained.
  public let recipe: DetectorRecipe
  /// Figures so far.
  public var rounds: [Round] { loop.state.rounds }
  /// Steps so far.
  public var step: Int { loop.state.step }

  let preprocessing: Preprocessing
  private let material: DetectionMaterial
  private let validation: DetectionMaterial
  private let threads: Int
  private let loop: StepLoop<DetectionState>
  private let loss = DetectionLoss()
  /// The network that learns: the small one first, where there is one.
  package private(set) var learner: Network
  /// The hard views, to be found quickly.
  private var known: Set<SceneComposer.View> = []

  /// Builds the network with fresh weights.
  ///
  /// - Parameters:
  ///   - architecture: the network for an input; its output has the shape `[height / stride, width / stride, 4]`.
  ///   - preprocessing: the input.
  ///   - material: what is trained on.
  ///   - validation: what is validated on.
  ///   - recipe: how.
  ///   - start: a finished model of that network, with whose weights training begins.
  ///   - threads: threads to compute with; they do not change the weights.
  /// - Throws: `TrainingError.network`, `TrainingError.data` for material without photos or scenes, and what
  ///   `architecture` throws.
  public init(
    _ architecture: (_ input: Shape) throws -> Architecture, preprocessing: Preprocessing, material: DetectionMaterial,
    validation: DetectionMaterial, recipe: DetectorRecipe, startingFrom start: FloatModel? = nil, threads: Int
  ) throws {
    try material.checkForComposing(DetectionMaterial.Part.training.name)
    try validation.checkForComposing(DetectionMaterial.Part.validation.name)
    self.preprocessing = preprocessing
    self.material = material
    self.validation = validation
    self.recipe = recipe
    self.threads = threads
    let full = try architecture([preprocessing.height, preprocessing.width, 1])
    let output = try full.shapes()[full.last]
    guard output.rank == 3, output[0] > 0 else {
      throw TrainingError.network(GraphError("output", "has no cells"))
    }
    detection = Detection(
      stride: preprocessing.height / output[0], threshold: 0, overlapPercent: 40,
      sides: recipe.smallest...recipe.largest)
    guard output == detection.output(of: full.input) else {
      throw TrainingError.network(GraphError("output", "\(output) is no grid of cells over \(full.input)"))
    }
    network = try Network(full, capacity: recipe.batch, threads: threads)
    network.initialize(seed: recipe.seed)
    // Nearly no cell is a face: without this the first steps only learn that (Lin et al. 2017).
    if let start {
      network.load(start)
    } else if let bias = network.parameters.first(where: { $0.name == full.nodes.last!.name + ".bias" }) {
      var tensor = bias.tensor
      tensor.elements[0] = -4
      bias.load(tensor)
    }
    loop = StepLoop(
      DetectionState(recipe: recipe, network: network.signature, fingerprint: ""),
      average: WeightAverage(of: network, keeping: recipe.averaging))
    if recipe.smallSteps > 0 {
      let small = try Network(
        architecture([preprocessing.height / 2, preprocessing.width / 2, 1]), capacity: recipe.batch, threads: threads)
      small.takeState(of: network)
      smallNetwork = small
    } else {
      smallNetwork = nil
    }
    learner = smallNetwork ?? network
  }

  /// Trains to the end of the recipe, or until the caller ends it. Afterwards the network holds the average of the
  /// weights as it was after the last round.
  ///
  /// - Parameters:
  ///   - checkpoints: where to write them; nil writes none.
  ///   - isCancelled: asked before every step.
  ///   - progress: told steps of the round that are done, of how many, and the mean loss.
  ///   - observe: told of each round.
  /// - Throws: `TrainingError.checkpoint` for a checkpoint that does not fit.
  public func run(
    checkpoints: CheckpointOptions? = nil, isCancelled: () -> Bool = { false },
    progress: (Int, Int, Double) -> Void = { _, _, _ in }, observe: (Round) -> Void = { _ in }
  ) throws -> TrainingEnding {
    if checkpoints != nil, loop.state.fingerprint.isEmpty {
      loop.state.fingerprint = material.fingerprint + validation.fingerprint
    }
    let ending = try loop.run(
      self, checkpoints: checkpoints, isCancelled: isCancelled,
      afterStep: {
        let state = loop.state
        let start = state.step - state.done
        progress(state.done, recipe.endOfRound(from: start) - start, state.lossSum / Double(state.done))
      }, afterRound: { _ in observe(rounds.last!) })
    if learner !== network { network.takeState(of: learner) }
    return ending
  }

  /// Batches of composed pictures `[height][width]` with what is in them.
  ///
  /// - Parameters:
  ///   - seed: of all pictures.
  ///   - first: the number of the first one.
  ///   - hard: parts of scenes that come up more often.
  private func batches(
    _ count: Int, of material: DetectionMaterial, seed: UInt64, first: Int, hard: [SceneComposer.View]
  ) -> DataLoader<SceneComposer.Contents> {
    let (height, width) = (learner.architecture.input[0], learner.architecture.input[1])
    let sides = recipe.smallest...recipe.largest * height / preprocessing.height
    let batch = recipe.batch
    return DataLoader(
      .init(
        sizes: [Int](repeating: batch, count: count), pictureBytes: width * height, threads: threads,
        name: "scene composer")
    ) {
      SceneComposer(material, width: width, height: height, sides: sides)
    } make: { (composer: SceneComposer, number, place, pixels) throws(TrainingError) in
      composer.compose(seed: seed, number: first + number * batch + place, hard: hard, into: pixels)
    }
  }

  /// The loss of a batch, and every gradient.
  private func backward(_ contents: [SceneComposer.Contents]) -> Double {
    let (height, width) = (learner.architecture.input[0], learner.architecture.input[1])
    var target = DetectionTargets(
      rows: height / detection.stride, columns: width / detection.stride, stride: detection.stride)
    let targets = contents.map { content in
      target.set(faces: content.faces, ignored: content.ignored)
      return target
    }
    let weight = targets.reduce(0) { $0 + DetectionLoss.weight($1) }
    let scale = 1 / max(1, weight)
    return learner.backward(images: contents.count) { image, logits, gradient in
      loss.evaluate(logits, targets[image], scale: scale, gradient: gradient)
    }
  }

  /// Remembers views without faces in which one was seen; forgets the oldest.
  private func collectHardViews(_ contents: [SceneComposer.Contents]) {
    for (image, content) in contents.enumerated() {
      guard let view = content.view else { continue }
      // A probability of 0.2: what a camera that looks at a room for hours would sooner or later take for a face.
      guard BoxDecoding.highest(learner.logits(image)) > -1.386 else { continue }
      if known.insert(view).inserted { loop.state.hard.append(view) }
    }
    for _ in 0..<max(0, loop.state.hard.count - DetectionState.mostHardViews) {
      known.remove(loop.state.hard.removeFirst())
    }
  }

  /// The loss on composed pictures of the validation material.
  private func validationLoss() throws(TrainingError) -> Double {
    let count = 8
    let loader = batches(count, of: validation, seed: 0x76616C, first: 0, hard: [])
    var sum = 0.0
    while let batch = try loader.next() {
      learner.forward(pixels: batch.pixels, images: recipe.batch)
      let own = backward(batch.items)
      guard own.isFinite else {
        let layer = learner.firstNodeThatDiverged(images: batch.items.count) ?? "loss"
        throw .notFinite(picture: "composed for validation", layer: layer)
      }
      sum += own
      loader.finish(batch)
    }
    return sum / Double(count)
  }
}

extension DetectionLoop: TrainingTask {
  package var optimizer: Optimizer {
    .adam(learningRate: recipe.learningRate, weightDecay: recipe.weightDecay)
  }

  /// Grows over the first round's steps, then falls along half a cosine.
  package var learningRate: Float {
    let warm = recipe.roundSteps
    guard step >= warm else { return recipe.learningRate * Float(step + 1) / Float(warm) }
    let done = Double(step - warm) / Double(max(1, recipe.steps - warm))
    return recipe.learningRate * Float(TrainingRecipe.halfCosine(done))
  }

  package func obstacle(in state: inout DetectionState) -> String? { state.obstacle(to: recipe, material) }

  package func beginRound() -> RoundBeginning<SceneComposer.Contents> {
    let done = loop.state.done
    if step - done >= recipe.smallSteps, learner !== network {
      network.takeState(of: learner)
      learner = network
    }
    if step - done >= recipe.steps { return .ended(.completed) }
    known = Set(loop.state.hard)
    if done == 0 { (loop.state.shown, loop.state.lossSum) = (loop.state.hard, 0) }
    return .batches(
      batches(
        recipe.endOfRound(from: step - done) - step, of: material, seed: recipe.seed, first: step * recipe.batch,
        hard: loop.state.shown))
  }

  package func learn(_ batch: DataLoader<SceneComposer.Contents>.Batch) -> Double {
    learner.forward(pixels: batch.pixels, images: recipe.batch, training: true)
    return backward(batch.items)
  }

  package func count(_ batch: DataLoader<SceneComposer.Contents>.Batch, loss: Double) {
    collectHardViews(batch.items)
    loop.state.lossSum += loss
    loop.state.step += 1
  }

  package func endRound(imagesPerSecond: Double) throws(TrainingError) -> Bool {
    let state = loop.state
    let validationLoss = try validationLoss()
    loop.state.rounds.append(
      Round(
        step: state.step, loss: state.lossSum / Double(max(1, state.done)), validationLoss: validationLoss,
        hardViews: state.hard.count, imagesPerSecond: imagesPerSecond))
    // What is exported is the average after the last round, whatever came before.
    return true
  }
}
