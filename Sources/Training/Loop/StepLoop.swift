import Models
import Numerics

/// Why training ended.
public enum TrainingEnding: Sendable, Equatable {
  /// The recipe is done.
  case completed
  /// The validation loss got no better.
  case earlyStopped
  /// Somebody asked for it.
  case cancelled
  /// A value stopped being a number in this step, first in this layer.
  case diverged(step: Int, layer: String)
}

/// What one kind of training does in a `StepLoop`: its batches, its loss and its figures.
package protocol TrainingTask: AnyObject {
  /// What checkpoints hold as text.
  associatedtype State: CheckpointState
  /// What is known of a picture of a batch.
  associatedtype Item: Sendable

  /// The network that learns; it may be another one in the next round.
  var learner: Network { get }
  /// How gradients become steps.
  var optimizer: Optimizer { get }
  /// Steps done in all.
  var step: Int { get }
  /// The learning rate of the next step.
  var learningRate: Float { get }
  /// Takes over into a checkpoint's state what may change between two runs, and says as a clause why training cannot
  /// go on from it: another recipe, or numbers that this training would never write.
  func obstacle(in state: inout State) -> String?
  /// Begins a round, or goes on with one: the batches that are left of it.
  func beginRound() -> RoundBeginning<Item>
  /// Runs a batch forward and backward, so that the learner holds every gradient.
  ///
  /// - Returns: a loss, which is finite unless training diverged.
  func learn(_ batch: DataLoader<Item>.Batch) -> Double
  /// Counts a step, after the weights changed.
  func count(_ batch: DataLoader<Item>.Batch, loss: Double)
  /// Ends a round: validates the weights that the learner holds, the average where one is kept.
  ///
  /// - Parameter imagesPerSecond: pictures that were learned.
  func endRound(imagesPerSecond: Double) throws(TrainingError) -> RoundResult
}

/// What comes next.
package enum RoundBeginning<Item: Sendable> {
  /// These batches.
  case batches(DataLoader<Item>)
  /// Nothing.
  case ended(TrainingEnding)
}

/// What a round gave.
package enum RoundResult {
  /// The weights are to be kept.
  case best
  /// The weights kept so far are better.
  case worse
  /// The validation loss is no number, since the result of this layer is none.
  case diverged(layer: String)
}

/// Steps of an optimizer in rounds, for whatever is trained: batches from the background, the average of the weights,
/// the best ones kept, checkpoints from which training goes on as if nothing had happened.
package final class StepLoop<State: CheckpointState> {
  /// How far training is; changed by the task.
  package var state: State
  private let average: WeightAverage?
  private var best: [Tensor<Float>] = []

  /// - Parameter average: follows the weights; what is validated and kept in their place.
  package init(_ state: State, average: WeightAverage?) {
    self.state = state
    self.average = average
  }

  /// Trains until the task or the caller ends it. Afterwards the learner holds the weights that were kept; where there
  /// are none yet and training diverged, those from before the first step.
  ///
  /// - Parameters:
  ///   - checkpoints: where to write them; nil writes none.
  ///   - isCancelled: asked before every batch.
  ///   - afterStep: called after each step.
  ///   - afterRound: called after each round with whether its weights are kept.
  /// - Throws: `TrainingError` for pictures that vanish and checkpoints that do not fit, `FileError` where the last one
  ///   cannot be written.
  package func run<Task: TrainingTask>(
    _ task: Task, checkpoints: CheckpointOptions?, isCancelled: () -> Bool, afterStep: () -> Void,
    afterRound: (_ isBest: Bool) -> Void
  ) throws -> TrainingEnding where Task.State == State {
    if let checkpoints, checkpoints.resumes {
      (state, best) = try Checkpoint.read(
        checkpoints.path, into: task.learner, average, goingOnFrom: state, obstacle: task.obstacle)
    }
    let first = weights(task)
    func diverged(at step: Int, _ layer: String) -> TrainingEnding {
      restore(best.isEmpty ? first : best, task)
      return .diverged(step: step, layer: layer)
    }
    /// Writes a checkpoint. The latest step itself may have made a weight that is no number, which the next loss would
    /// show: such weights must not replace those in the file.
    func save(_ path: String?) throws -> TrainingEnding? {
      if let layer = task.learner.firstNodeWithLostWeights() { return diverged(at: task.step, layer) }
      if let path { try Checkpoint.write(path, state, task.learner, best: best, average: average) }
      return nil
    }
    var written = ContinuousClock.now
    while true {
      let loader: DataLoader<Task.Item>
      switch task.beginRound() {
      case .batches(let batches): loader = batches
      case .ended(let ending):
        if !best.isEmpty { restore(best, task) }
        return ending
      }
      var (seconds, images) = (0.0, 0)
      let started = ContinuousClock.now
      while let batch = try loader.next() {
        if isCancelled() {
          if let ending = try save(checkpoints?.path) { return ending }
          if !best.isEmpty { restore(best, task) }
          return .cancelled
        }
        let loss = task.learn(batch)
        guard loss.isFinite else {
          return diverged(
            at: task.step + 1, task.learner.firstNodeThatDiverged(images: batch.items.count) ?? "loss")
        }
        task.optimizer.apply(to: task.learner, step: task.step + 1, rate: task.learningRate)
        average?.follow(task.learner, step: task.step)
        task.count(batch, loss: loss)
        images += batch.items.count
        loader.finish(batch)
        afterStep()
        if let checkpoints, (ContinuousClock.now - written).seconds >= checkpoints.interval {
          let pause = ContinuousClock.now
          do {
            if let ending = try save(checkpoints.path) { return ending }
          } catch { checkpoints.failed("\(error)") }
          written = ContinuousClock.now
          seconds -= (written - pause).seconds
        }
      }
      seconds += (ContinuousClock.now - started).seconds
      switch try endRound(task, imagesPerSecond: Double(images) / max(1e-9, seconds)) {
      case .best: afterRound(true)
      case .worse: afterRound(false)
      case .diverged(let layer): return diverged(at: task.step, layer)
      }
    }
  }

  /// What counts is the average, where one is kept: it stands in for the weights while it is validated.
  private func endRound<Task: TrainingTask>(
    _ task: Task, imagesPerSecond: Double
  ) throws(TrainingError) -> RoundResult {
    let own = weights(task)
    average?.load(into: task.learner)
    let result = try task.endRound(imagesPerSecond: imagesPerSecond)
    if case .best = result { best = weights(task) }
    restore(own, task)
    return result
  }

  private func weights<Task: TrainingTask>(_ task: Task) -> [Tensor<Float>] { task.learner.parameters.map(\.tensor) }

  private func restore<Task: TrainingTask>(_ weights: [Tensor<Float>], _ task: Task) {
    for (parameter, tensor) in zip(task.learner.parameters, weights) { parameter.load(tensor) }
  }
}
