import Datasets
import Evaluation
import FloatRuntime
import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing
import Training

@Suite struct TrainingLoopTests {
  /// Pictures of a bright or a dark spot on noise: easy, but not for a network that has learned nothing.
  static func dataset(_ count: Int = 120, size: Int = 24, seed: UInt64 = 3) -> Dataset {
    func picture(_ index: Int) -> Dataset.Picture {
      var random = CounterRandom(seed: seed, stream: UInt64(index))
      let label = index % 2
      var pixels = (0..<size * size * 3).map { _ in UInt8(random.below(100) + 78) }
      let (row, column) = (random.below(size - 6), random.below(size - 6))
      for y in row..<row + 6 {
        for x in column..<column + 6 {
          for c in 0..<3 { pixels[(y * size + x) * 3 + c] = label == 0 ? 235 : 20 }
        }
      }
      return .init(
        name: "picture \(index)", label: label,
        source: .image(Image(width: size, height: size, channels: 3, pixels: pixels)))
    }
    let pictures = (0..<count).map(picture)
    return Dataset(
      name: "spots", labels: ["bright", "dark"], training: Array(pictures[..<(count * 2 / 3)]),
      validation: Array(pictures[(count * 2 / 3)..<(count * 5 / 6)]), test: Array(pictures[(count * 5 / 6)...]),
      splitDescription: "by number")
  }

  static func loop(
    threads: Int = 1, kernels: FloatKernels = .fastest, change: (inout TrainingRecipe) -> Void = { _ in }
  ) throws -> TrainingLoop {
    var recipe = TrainingRecipe()
    recipe.epochs = 3
    recipe.batch = 17
    recipe.patience = 0
    recipe.augmentation = .none
    change(&recipe)
    var architecture = try Architecture(Graph.happySad(input: [24, 24, 3]))
    architecture.nodes.insert(.init("drop", .dropout(0.25), inputs: [12]), at: 12)
    architecture.nodes[13].inputs = [13]
    return try TrainingLoop(
      architecture, dataset: dataset(), preprocessing: .init(width: 24, height: 24), recipe: recipe, threads: threads,
      kernels: kernels)
  }

  static func hash(_ loop: TrainingLoop) throws -> String {
    let metrics = try loop.evaluate(loop.dataset.validation).metrics
    return try loop.model(validation: metrics, test: nil, tool: "test").weightsSHA256
  }

  static func temporaryFolder() throws -> String {
    let path = NSTemporaryDirectory() + "glint-training-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test func learns() throws {
    let loop = try Self.loop { $0.epochs = 25 }
    #expect(try loop.run() == .completed)
    let test = try loop.evaluate(loop.dataset.test)
    #expect(test.metrics.accuracy >= 0.9, "\(test.metrics.confusion)")
    #expect(test.predictions.map(\.name) == loop.dataset.test.map(\.name))
    let model = try loop.model(validation: test.metrics, test: test.metrics, tool: "test")
    #expect(model.description.graph == Graph.happySad(input: [24, 24, 3]))
    #expect(model.description.preprocessing == loop.preprocessing)
    #expect(model.golden.count == 1)
    #expect(model.description.card["training pictures"] == "40 bright, 40 dark")
  }

  @Test func momentumLearns() throws {
    let loop = try Self.loop {
      $0.epochs = 25
      $0.optimizer = .sgd
      $0.learningRate = 0.01
    }
    #expect(try loop.run() == .completed)
    #expect(loop.history.last!.loss < 0.8 * loop.history[0].loss)
  }

  @Test func sameWeightsOnAnyNumberOfThreadsAndInstructionSet() throws {
    let first = try Self.loop()
    _ = try first.run()
    let wanted = try Self.hash(first)
    for kernels in FloatKernels.available {
      for threads in [1, 3] {
        let loop = try Self.loop(threads: threads, kernels: kernels)
        _ = try loop.run()
        #expect(try Self.hash(loop) == wanted, "\(kernels), \(threads) threads")
      }
    }
    let other = try Self.loop { $0.seed = 2 }
    _ = try other.run()
    #expect(try Self.hash(other) != wanted)
  }

  @Test(arguments: [1, 4, 5, 9, 14])
  func resumesToTheSameWeights(_ stopAfter: Int) throws {
    let folder = try Self.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try Self.loop()
    _ = try whole.run()
    let path = folder + "/c.checkpoint"
    var batches = 0
    let first = try Self.loop(threads: 2)
    let ending = try first.run(
      checkpoints: .init(path: path), isCancelled: { batches >= stopAfter },
      observe: { if case .batch = $0 { batches += 1 } })
    #expect(ending == .cancelled(.written))
    let second = try Self.loop(threads: 1)
    #expect(try second.run(checkpoints: .init(path: path, resumes: true)) == .completed)
    #expect(try Self.hash(second) == Self.hash(whole), "stopped after \(stopAfter) batches")
    #expect(second.history.map(\.validationLoss) == whole.history.map(\.validationLoss))
    #expect(second.history.map(\.loss) == whole.history.map(\.loss))
  }

  @Test func compactNetworkLearnsAndResumesWithAllTheRest() throws {
    func loop() throws -> TrainingLoop {
      var recipe = TrainingRecipe()
      recipe.epochs = 6
      recipe.batch = 20
      recipe.patience = 0
      recipe.augmentation = .none
      recipe.schedule = .cosine
      recipe.warmup = 1
      recipe.averaging = 0.95
      recipe.weightDecay = 0.01
      recipe.labelSmoothing = 0.05
      recipe.balancesClasses = true
      recipe.learningRate = 4e-3
      return try TrainingLoop(
        .compact(input: [24, 24, 3], logits: 2), dataset: Self.dataset(), preprocessing: .init(width: 24, height: 24),
        recipe: recipe, threads: 2)
    }
    let folder = try Self.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let whole = try loop()
    #expect(try whole.run() == .completed)
    let test = try whole.evaluate(whole.dataset.test).metrics
    #expect(test.accuracy >= 0.75, "\(test.confusion)")
    var batches = 0
    let path = folder + "/c.checkpoint"
    _ = try loop().run(
      checkpoints: .init(path: path), isCancelled: { batches >= 10 },
      observe: { if case .batch = $0 { batches += 1 } })
    let second = try loop()
    #expect(try second.run(checkpoints: .init(path: path, resumes: true)) == .completed)
    #expect(try Self.hash(second) == Self.hash(whole))
    // The exported graph has neither normalization nor dropout, and computes the same.
    let model = try second.model(validation: test, test: nil, tool: "test")
    #expect(model.description.graph.nodes.count == 8 + 6 + 3 + 2)
    #expect(try model.description.graph.shapes().last == [2])
  }

  @Test func refusesAForeignCheckpoint() throws {
    let folder = try Self.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/c.checkpoint"
    _ = try Self.loop().run(checkpoints: .init(path: path, interval: 0))
    let other = try Self.loop { $0.learningRate = 0.5 }
    let error = caught(TrainingError.self) { try other.run(checkpoints: .init(path: path, resumes: true)) }
    #expect(error.map { "\($0)".contains("other options") } == true)
    let network = try TrainingLoop(
      Architecture(Graph.happySad(input: [24, 26, 3])), dataset: Self.dataset(),
      preprocessing: .init(width: 26, height: 24), recipe: TrainingRecipe(), threads: 1)
    let second = caught(TrainingError.self) { try network.run(checkpoints: .init(path: path, resumes: true)) }
    #expect(second.map { "\($0)".contains("another network: it has ") } == true)
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(throws: TrainingError.self) { try Self.loop().run(checkpoints: .init(path: path, resumes: true)) }
  }

  @Test func stopsEarlyAndKeepsTheBest() throws {
    let loop = try Self.loop {
      $0.epochs = 40
      $0.patience = 2
      $0.learningRate = 0.01
    }
    let ending = try loop.run()
    #expect(ending == .earlyStopped)
    let best = loop.history.map(\.validationLoss).min()!
    #expect(loop.history[loop.bestEpoch - 1].validationLoss == best)
    #expect(loop.history.count == loop.bestEpoch + 2)
    #expect(try loop.evaluate(loop.dataset.validation).metrics.loss == best)
  }

  @Test func saysWhereItDivergedAndKeepsTheLastGoodWeights() throws {
    let loop = try Self.loop {
      $0.learningRate = 1e30
      $0.optimizer = .sgd
    }
    guard case .diverged(let step, let layer) = try loop.run() else {
      Issue.record("a learning rate of 1e30 diverges")
      return
    }
    #expect(step >= 2)
    #expect(!layer.isEmpty)
    #expect(loop.network.parameters.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
  }

  @Test func neverWritesLostWeightsToACheckpoint() throws {
    let folder = try Self.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/c.checkpoint"
    // The first step itself overflows the weights: the loss before it was an ordinary number.
    let loop = try Self.loop {
      $0.learningRate = .infinity
      $0.optimizer = .sgd
    }
    guard case .diverged(let step, let layer) = try loop.run(checkpoints: .init(path: path, interval: 0)) else {
      Issue.record("an infinite learning rate diverges")
      return
    }
    #expect(step == 1)
    #expect(layer == "conv1")
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(loop.network.parameters.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
  }
}
