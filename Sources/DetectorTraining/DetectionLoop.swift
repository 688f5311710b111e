import Foundation
import Models
import Numerics
import Training

/// Trains a network that finds faces, on pictures composed anew for every step.
///
/// The first steps see pictures of half the width and height, which cost a quarter and hold all but the largest faces;
/// the weights then go on at full size. Steps come in rounds. After each, the average of the weights is validated on
/// composed pictures of material that is not trained on, a checkpoint is written, and the scenes in which faces were
/// seen that are not there come up more often in the next round. The same seed, material and version give the same
/// weights with any number of threads.
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
  /// The same for pictures of half the size, while these are learned.
  private let smallNetwork: Network?
  /// Rows and columns of cells, and their distance.
  public let detection: Detection
  /// How it is trained.
  public let recipe: DetectorRecipe
  /// Figures so far.
  public private(set) var rounds: [Round] = []

  let preprocessing: Preprocessing
  private let material: DetectionMaterial
  private let validation: DetectionMaterial
  private let threads: Int
  private let average: WeightAverage
  private let loss = DetectionLoss()
  /// In the order in which they came.
  private var hard: [SceneComposer.View] = []
  /// The same, to be found quickly.
  private var known: Set<SceneComposer.View> = []
  private var step = 0
  /// All pixels are hashed for it, so only where there is a checkpoint.
  private lazy var fingerprint = material.fingerprint + validation.fingerprint

  /// Where training stands.
  private var state: DetectionState {
    DetectionState(
      recipe: recipe, network: network.signature, fingerprint: fingerprint, step: step,
      rounds: rounds, hard: hard)
  }

  /// Builds the network with fresh weights.
  ///
  /// - Parameters:
  ///   - architecture: the network for an input; its output has the shape `[height / stride, width / stride, 4]`.
  ///   - preprocessing: the input.
  ///   - material: what is trained on.
  ///   - validation: what is validated on.
  ///   - recipe: how.
  ///   - threads: threads to compute with; they do not change the weights.
  /// - Throws: `TrainingError.network`, `.data` for material without photos or scenes, and what `architecture`
  ///   throws.
  public init(
    _ architecture: (_ input: Shape) throws -> Architecture, preprocessing: Preprocessing, material: DetectionMaterial,
    validation: DetectionMaterial, recipe: DetectorRecipe, threads: Int
  ) throws {
    self.preprocessing = preprocessing
    for (part, name) in [(material, "training"), (validation, "validation")] {
      guard !part.scenes.isEmpty, !part.photos.isEmpty else {
        throw TrainingError.data(
          path: "the \(name) part",
          "has \(part.photos.count) photos with faces and \(part.scenes.count) scenes without; give more of what is "
            + "missing: files are shared out by their names, 80 % to training, 8 % to validation, 12 % to tests")
      }
    }
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
    if let bias = network.parameters.first(where: { $0.name == full.nodes.last!.name + ".bias" }) {
      var tensor = bias.tensor
      tensor.elements[0] = -4
      bias.load(tensor)
    }
    average = WeightAverage(of: network, keeping: recipe.averaging)
    if recipe.smallSteps > 0 {
      let small = try Network(
        architecture([preprocessing.height / 2, preprocessing.width / 2, 1]), capacity: recipe.batch, threads: threads)
      small.takeState(of: network)
      smallNetwork = small
    } else {
      smallNetwork = nil
    }
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
      let (state, _) = try Checkpoint.read(checkpoint, into: network, average, goingOnFrom: self.state) {
        $0.obstacle(to: recipe, scenes: material.scenes)
      }
      (step, rounds, hard) = (state.step, state.rounds, state.hard)
      known = Set(hard)
      smallNetwork?.takeState(of: network)
    }
    while step < recipe.steps {
      let round: Round?
      if let smallNetwork, step < recipe.smallSteps {
        round = try trainRound(smallNetwork, until: recipe.smallSteps, isCancelled, progress)
        network.takeState(of: smallNetwork)
      } else {
        round = try trainRound(network, until: recipe.steps, isCancelled, progress)
      }
      guard let round else { return false }
      rounds.append(round)
      if let checkpoint {
        try Checkpoint.write(checkpoint, state, network, average: average)
      }
      observe(round)
    }
    average.load(into: network)
    return true
  }

  private func composers(_ material: DetectionMaterial, for network: Network) -> DetectionLoader.Composers {
    let (height, width) = (network.architecture.input[0], network.architecture.input[1])
    let largest = recipe.largest * height / preprocessing.height
    return .init(
      list: (0..<2 * threads).map { _ in
        SceneComposer(material, width: width, height: height, sides: recipe.smallest...largest)
      }, pictureBytes: width * height)
  }

  private func trainRound(
    _ network: Network, until end: Int, _ isCancelled: () -> Bool, _ progress: (Int, Int, Double) -> Void
  ) throws -> Round? {
    let steps = min(recipe.roundSteps, end - step)
    let loader = DetectionLoader.batches(
      composers(material, for: network), seed: recipe.seed, first: step * recipe.batch, batches: steps,
      of: recipe.batch, hard: hard,
      threads: threads)
    let rule = Optimizer.adam(learningRate: recipe.learningRate, weightDecay: recipe.weightDecay)
    let started = ContinuousClock.now
    var sum = 0.0
    var done = 0
    while let batch = try loader.next() {
      if isCancelled() { return nil }
      network.forward(pixels: batch.pixels, images: recipe.batch, training: true)
      let value = backward(network, batch.contents)
      guard value.isFinite else {
        throw TrainingError.diverged(
          step: step + 1, layer: network.firstNodeThatDiverged(images: recipe.batch) ?? "loss")
      }
      rule.apply(to: network, step: step + 1, rate: rate(step))
      average.follow(network, step: step)
      collectHardViews(network, batch.contents)
      loader.finish(batch)
      (sum, done, step) = (sum + value, done + 1, step + 1)
      progress(done, steps, sum / Double(done))
    }
    let seconds = (ContinuousClock.now - started).seconds
    let pictures = Double(done * recipe.batch)
    return Round(
      step: step, loss: sum / Double(max(1, done)), validationLoss: try validationLoss(network), hardViews: hard.count,
      imagesPerSecond: pictures / max(1e-9, seconds))
  }

  private func rate(_ step: Int) -> Float {
    let warm = recipe.roundSteps
    guard step >= warm else { return recipe.learningRate * Float(step + 1) / Float(warm) }
    let done = Double(step - warm) / Double(max(1, recipe.steps - warm))
    return recipe.learningRate * Float(TrainingRecipe.halfCosine(done))
  }

  /// The loss of a batch, and every gradient.
  private func backward(_ network: Network, _ contents: [SceneComposer.Contents]) -> Double {
    let (height, width) = (network.architecture.input[0], network.architecture.input[1])
    var target = DetectionTargets(
      rows: height / detection.stride, columns: width / detection.stride, stride: detection.stride)
    let targets = contents.map { content in
      target.set(faces: content.faces, ignored: content.ignored)
      return target
    }
    let weight = targets.reduce(0) { $0 + DetectionLoss.weight($1) }
    let scale = 1 / max(1, weight)
    return network.backward(images: contents.count) { image, logits, gradient in
      loss.evaluate(logits, targets[image], scale: scale, gradient: gradient)
    }
  }

  /// Remembers views without faces in which one was seen; forgets the oldest.
  private func collectHardViews(_ network: Network, _ contents: [SceneComposer.Contents]) {
    for (image, content) in contents.enumerated() {
      guard let view = content.view else { continue }
      let logits = network.logits(image)
      let highest = stride(from: 0, to: logits.count, by: Detection.channels).reduce(-Float.infinity) {
        max($0, logits[$1])
      }
      // A probability of 0.2: what a camera that looks at a room for hours would sooner or later take for a face.
      guard highest > -1.386 else { continue }
      if known.insert(view).inserted { hard.append(view) }
    }
    for _ in 0..<max(0, hard.count - DetectionState.mostHardViews) { known.remove(hard.removeFirst()) }
  }

  /// The average's loss on composed pictures of the validation material.
  private func validationLoss(_ network: Network) throws(TrainingError) -> Double {
    let own = network.parameters.map(\.tensor)
    average.load(into: network)
    defer { for (parameter, tensor) in zip(network.parameters, own) { parameter.load(tensor) } }
    let batches = 8
    let loader = DetectionLoader.batches(
      composers(validation, for: network), seed: 0x76616C, first: 0, batches: batches, of: recipe.batch, hard: [],
      threads: threads)
    var sum = 0.0
    while let batch = try loader.next() {
      network.forward(pixels: batch.pixels, images: recipe.batch)
      sum += backward(network, batch.contents)
      loader.finish(batch)
    }
    return sum / Double(batches)
  }
}
