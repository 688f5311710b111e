import Datasets
import FloatRuntime
import Inference
import ModelFiles
import Models
import Numerics
import Runtime

/// Any number of models on the same labelled images, each held against the first.
public struct ModelTable: Sendable {
  /// One model.
  public struct Row: Sendable {
    /// Its answers.
    public let evaluation: ModelEvaluation
    /// Accuracy lost to the first model.
    public let loss: PairedLoss
    /// Images to which it gives the first model's label.
    public let same: Int
    /// Mean of -log of the probability of the true class; nil where its outputs are no probabilities.
    public let meanLoss: Double?
    /// The median of the times of one image, in seconds.
    public let seconds: Double
    /// The bytes that activations of one image take; of a float model, of every value at once.
    public let activationBytes: Int
    /// Multiply-adds of one image.
    public let multiplyAdds: Int
    /// The median of the instructions of one image, outside the kernel, on all threads; nil where nobody counts them.
    public let instructions: Int?
  }

  /// In the order of the models.
  public let rows: [Row]
  /// How many images they were compared on.
  public let images: Int
  /// Why no instructions were counted, as a clause; nil where they were.
  public let whyNoInstructions: String?

  /// Runs images through all models, one after the other on each, so that none has the machine to itself for long.
  ///
  /// - Parameters:
  ///   - models: two or more; the first is held to be right.
  ///   - images: labelled, prepared by the rule that all models share.
  /// - Throws: `ComparisonError` where one does not answer the first one's question, `NotFiniteError` where one's
  ///   logits for an image are no numbers.
  public init(
    _ models: [LoadedModel], images: [LabelledImage], threads: Int, kernels: KernelTable = .detected,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    for model in models.dropFirst() { try Comparison.checkPair(models[0].description, model.description) }
    // Threads count that start after it: those of the runners.
    let counter: InstructionCount?
    do throws(InstructionCount.Unavailable) {
      counter = try InstructionCount()
      whyNoInstructions = nil
    } catch {
      counter = nil
      whyNoInstructions = error.reason
    }
    let runners = try models.map { try ModelRunner($0, threads: threads, kernels: kernels) }
    var evaluations = models.map {
      ModelEvaluation(
        labels: $0.description.labels, truth: images.map(\.label), decision: $0.description.decision)
    }
    var logits = [[[Float]]](repeating: [], count: models.count)
    var times = [[Double]](repeating: [], count: models.count)
    var counts = [[Int]](repeating: [], count: models.count)
    for (index, image) in images.enumerated() {
      for (place, runner) in runners.enumerated() {
        let (before, start) = (counter?.instructions, ContinuousClock.now)
        let own = try runner.finiteLogits(image.pixels, of: image.name)
        times[place].append((ContinuousClock.now - start).seconds)
        if let counter, let before { counts[place].append(counter.instructions - before) }
        logits[place].append(own)
        evaluations[place].add(runner.probabilities(logits: own))
      }
      progress(index + 1, images.count)
    }
    self.images = images.count
    let first = evaluations[0].predictions
    rows = try models.indices.map { place in
      let description = models[place].description
      evaluations[place].seconds = times[place].reduce(0, +)
      let said = evaluations[place].predictions
      return Row(
        evaluation: evaluations[place],
        loss: PairedLoss(truth: images.map(\.label), float: first, int8: said),
        same: zip(first, said).count { $0 == $1 },
        meanLoss: AnswerError(
          logits[place], reference: logits[place], truth: images.map(\.label), by: description
        ).loss,
        seconds: times[place].isEmpty ? 0 : times[place].sorted()[times[place].count / 2],
        activationBytes: try Self.activationBytes(models[place], kernels: kernels, threads: threads),
        multiplyAdds: try description.graph.multiplyAdds().reduce(0, +),
        instructions: counts[place].isEmpty ? nil : counts[place].sorted()[counts[place].count / 2])
    }
  }

  private static func activationBytes(_ model: LoadedModel, kernels: KernelTable, threads: Int) throws -> Int {
    switch model {
    case .float(let float): try float.description.graph.shapes().reduce(0) { $0 + 4 * $1.count }
    case .int8(let int8): try Interpreter(int8, kernels: kernels, threads: threads).plan.arenaBytes
    }
  }

  /// Rows that no other one beats: none is at least as accurate at less of a cost, or more accurate at as much.
  ///
  /// - Parameter cost: of a row, such as its time.
  public func front(_ cost: (Int) -> Double) -> [Int] {
    rows.indices.filter { own in
      let (right, price) = (rows[own].evaluation.metrics.correct, cost(own))
      return !rows.indices.contains { other in
        let (theirs, theirPrice) = (rows[other].evaluation.metrics.correct, cost(other))
        return theirs >= right && theirPrice <= price && (theirs > right || theirPrice < price)
      }
    }
  }
}
