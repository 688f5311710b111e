import Foundation
import Graphs
import ModelFiles
import Tensors

/// Trains a network that finds faces, on pictures composed anew for every step.
///
/// Steps come in rounds. After each, the average of the weights is validated on composed pictures of material that is
/// not trained on, a checkpoint is written, and the scenes in which faces were seen that are not there come up more
/// often in the next round. The same seed, material and version give the same weights with any number of threads.
public final class DetectionLoop {
  /// Everything that decides the weights besides the material.
  public struct Recipe: Hashable, Sendable, Codable {
    /// Steps in all.
    public var steps = 4000
    /// Steps of a round.
    public var roundSteps = 200
    /// Pictures of one step.
    public var batch = 32
    /// The largest learning rate of Adam; it grows over the first round and falls along half a cosine.
    public var learningRate: Float = 2e-3
    /// Decoupled weight decay.
    public var weightDecay: Float = 0.01
    /// The most that the average of the weights keeps of itself in a step.
    public var averaging: Float = 0.998
    /// The seed of weights and pictures.
    public var seed: UInt64 = 1
    /// The sides of faces to be found, in pixels of the input.
    public var smallest = 17
    /// The largest.
    public var largest = 220

    /// The usual recipe.
    public init() {}

    /// One line for people.
    public var summary: String {
      "adam \(learningRate), cosine schedule, weight decay \(weightDecay), weights averaged \(averaging), "
        + "\(steps) steps of \(batch) composed pictures, faces of \(smallest) to \(largest) pixels, seed \(seed)"
    }
  }

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

  /// The network.
  public let network: Network
  /// Rows and columns of cells, and their distance.
  public let detection: Detection
  /// How it is trained.
  public let recipe: Recipe
  /// Figures so far.
  public private(set) var rounds: [Round] = []

  private let preprocessing: Preprocessing
  private let material: DetectionMaterial
  private let validation: DetectionMaterial
  private let threads: Int
  private let average: WeightAverage
  private let loss = DetectionLoss()
  private var targets: [DetectionTargets]
  private var hard: [SceneComposer.View] = []
  private var step = 0

  /// Builds the network with fresh weights.
  ///
  /// - Parameters:
  ///   - architecture: its output has the shape `[height / stride, width / stride, 4]`.
  ///   - preprocessing: the input.
  ///   - material: what is trained on.
  ///   - validation: what is validated on.
  ///   - recipe: how.
  ///   - threads: threads to compute with; they do not change the weights.
  /// - Throws: `TrainingError.network`.
  public init(
    _ architecture: Architecture, preprocessing: Preprocessing, material: DetectionMaterial,
    validation: DetectionMaterial, recipe: Recipe, threads: Int
  ) throws(TrainingError) {
    self.preprocessing = preprocessing
    self.material = material
    self.validation = validation
    self.recipe = recipe
    self.threads = threads
    guard architecture.input == [preprocessing.height, preprocessing.width, 1] else {
      throw .network(GraphError("input", "\(architecture.input) is not what the preprocessing gives"))
    }
    let output = try architecture.shapes()[architecture.last]
    guard output.rank == 3, output[0] > 0 else { throw .network(GraphError("output", "has no cells")) }
    detection = Detection(
      stride: preprocessing.height / output[0], threshold: 0, overlapPercent: 40,
      sides: recipe.smallest...recipe.largest)
    guard output == detection.output(of: architecture.input) else {
      throw .network(GraphError("output", "\(output) is no grid of cells over \(architecture.input)"))
    }
    network = try Network(architecture, capacity: recipe.batch, threads: threads)
    network.initialize(seed: recipe.seed)
    // Nearly no cell is a face: without this the first steps only learn that (Lin et al. 2017).
    if let bias = network.parameters.first(where: { $0.name == architecture.nodes.last!.name + ".bias" }) {
      var tensor = bias.tensor
      tensor.elements[0] = -4
      bias.load(tensor)
    }
    average = WeightAverage(of: network, keeping: recipe.averaging)
    targets = [DetectionTargets](
      repeating: DetectionTargets(rows: output[0], columns: output[1], stride: detection.stride), count: recipe.batch)
  }

  /// Trains to the end of the recipe. Afterwards the network holds the average of the weights.
  ///
  /// - Parameters:
  ///   - checkpoint: the file that is written after each round; nil writes none.
  ///   - resumes: whether to go on from that file.
  ///   - isCancelled: asked before every step; the steps since the last round are then lost.
  ///   - progress: told steps of the round that are done, of how many, and the mean loss.
  ///   - observe: told of each round.
  /// - Returns: whether the recipe was completed.
  /// - Throws: `TrainingError.diverged`, or what is wrong with the checkpoint.
  public func run(
    checkpoint: String? = nil, resumes: Bool = false, isCancelled: () -> Bool = { false },
    progress: (Int, Int, Double) -> Void = { _, _, _ in }, observe: (Round) -> Void = { _ in }
  ) throws -> Bool {
    if let checkpoint, resumes {
      let state = try DetectionCheckpoint.read(checkpoint, into: network, average, recipe: recipe)
      (step, rounds, hard) = (state.step, state.rounds, state.hard)
    }
    let composers = self.composers(material)
    while step < recipe.steps {
      guard let round = try trainRound(composers, isCancelled, progress) else { return false }
      rounds.append(round)
      if let checkpoint {
        try DetectionCheckpoint.write(
          checkpoint, .init(recipe: recipe, step: step, rounds: rounds, hard: hard), network, average)
      }
      observe(round)
    }
    average.load(into: network)
    return true
  }

  private func composers(_ material: DetectionMaterial) -> DetectionLoader.Composers {
    .init(
      list: (0..<2 * threads).map { _ in
        SceneComposer(
          material, width: preprocessing.width, height: preprocessing.height, sides: recipe.smallest...recipe.largest)
      }, pictureBytes: preprocessing.width * preprocessing.height)
  }

  private func trainRound(
    _ composers: DetectionLoader.Composers, _ isCancelled: () -> Bool, _ progress: (Int, Int, Double) -> Void
  ) throws -> Round? {
    let steps = min(recipe.roundSteps, recipe.steps - step)
    let loader = DetectionLoader(
      composers, seed: recipe.seed, first: step * recipe.batch, batches: steps, of: recipe.batch, hard: hard,
      threads: threads)
    let rule = Optimizer.adam(learningRate: recipe.learningRate, weightDecay: recipe.weightDecay)
    let started = ContinuousClock.now
    var sum = 0.0
    var done = 0
    while let batch = loader.next() {
      if isCancelled() { return nil }
      network.forward(pixels: batch.pixels, images: recipe.batch, training: true)
      let value = backward(batch.contents)
      guard value.isFinite else {
        throw TrainingError.diverged(
          step: step + 1, layer: network.firstNodeThatDiverged(images: recipe.batch) ?? "loss")
      }
      rule.apply(to: network, step: step + 1, rate: rate(step))
      average.follow(network, step: step)
      collectHardViews(batch.contents)
      loader.finish(batch)
      (sum, done, step) = (sum + value, done + 1, step + 1)
      progress(done, steps, sum / Double(done))
    }
    let seconds = (ContinuousClock.now - started).inSeconds
    let pictures = Double(done * recipe.batch)
    return Round(
      step: step, loss: sum / Double(max(1, done)), validationLoss: validationLoss(), hardViews: hard.count,
      imagesPerSecond: pictures / max(1e-9, seconds))
  }

  private func rate(_ step: Int) -> Float {
    let warm = recipe.roundSteps
    guard step >= warm else { return recipe.learningRate * Float(step + 1) / Float(warm) }
    let done = Double(step - warm) / Double(max(1, recipe.steps - warm))
    return recipe.learningRate * Float(Training.Recipe.halfCosine(done))
  }

  /// The loss of a batch, and every gradient.
  private func backward(_ contents: [SceneComposer.Contents]) -> Double {
    var weight = 0.0
    for (image, content) in contents.enumerated() {
      targets[image].set(faces: content.faces, ignored: content.ignored)
      weight += DetectionLoss.weight(targets[image])
    }
    let scale = 1 / max(1, weight)
    return network.backward(images: contents.count) { image, logits, gradient in
      loss.evaluate(logits, targets[image], scale: scale, gradient: gradient)
    }
  }

  /// Remembers views without faces in which one was seen; forgets the oldest.
  private func collectHardViews(_ contents: [SceneComposer.Contents]) {
    for (image, content) in contents.enumerated() {
      guard let view = content.view else { continue }
      let logits = network.logits(image)
      let highest = stride(from: 0, to: logits.count, by: Detection.channels).reduce(-Float.infinity) {
        max($0, logits[$1])
      }
      // A probability of 0.2: what a camera that looks at a room for hours would sooner or later take for a face.
      guard highest > -1.386 else { continue }
      if !hard.contains(view) { hard.append(view) }
    }
    if hard.count > 2000 { hard.removeFirst(hard.count - 2000) }
  }

  /// The average's loss on composed pictures of the validation material.
  private func validationLoss() -> Double {
    let own = network.parameters.map(\.tensor)
    average.load(into: network)
    defer { for (parameter, tensor) in zip(network.parameters, own) { parameter.load(tensor) } }
    let batches = 8
    let loader = DetectionLoader(
      composers(validation), seed: 0x76616C, first: 0, batches: batches, of: recipe.batch, hard: [], threads: threads)
    var sum = 0.0
    while let batch = loader.next() {
      network.forward(pixels: batch.pixels, images: recipe.batch)
      sum += backward(batch.contents)
      loader.finish(batch)
    }
    return sum / Double(batches)
  }
}
