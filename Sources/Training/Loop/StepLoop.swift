import Files
import Models
import Numerics

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
  /// - Returns: whether these weights are the ones to be kept.
  /// - Throws: `TrainingError.notFinite` where they compute what is not a number, `.data` for pictures that vanish.
  func endRound(imagesPerSecond: Double) throws(TrainingError) -> Bool
}

/// What comes next.
package enum RoundBeginning<Item: Sendable> {
  /// These batches.
  case batches(DataLoader<Item>)
  /// Nothing.
  case ended(TrainingEnding)
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
  /// - Throws: `TrainingError` for pictures that vanish and checkpoints that do not fit.
  package func run<Task: TrainingTask>(
    _ task: Task, checkpoints: CheckpointOptions?, isCancelled: () -> Bool, afterStep: () -> Void,
    afterRound: (_ isBest: Bool) -> Void
  ) throws -> TrainingEnding where Task.State == State {
    if let checkpoints, checkpoints.resumes {
      (state, best) = try Checkpoint.read(
        checkpoints.path, into: task.learner, average, goingOnFrom: state, obstacle: task.obstacle)
    }
    let first = weights(task)
    // The latest step itself may have made a weight that is no number, which the next loss would show, unless a later
    // layer hides it: so weights are looked at before they are kept in any form.
    func diverged(at step: Int, _ layer: String) -> TrainingEnding {
      restore(best.isEmpty ? first : best, task)
      return .diverged(step: step, layer: layer)
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
          if let layer = task.learner.firstNodeWithLostWeights() { return diverged(at: task.step, layer) }
          let kept = checkpoints.map { keep(task, $0) } ?? .written
          if !best.isEmpty { restore(best, task) }
          return .cancelled(kept)
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
          if let layer = task.learner.firstNodeWithLostWeights() { return diverged(at: task.step, layer) }
          let pause = ContinuousClock.now
          do throws(FileError) { try write(task, to: checkpoints.path) } catch { checkpoints.failed("\(error)") }
          written = ContinuousClock.now
          seconds -= (written - pause).seconds
        }
      }
      seconds += (ContinuousClock.now - started).seconds
      if let layer = task.learner.firstNodeWithLostWeights() { return diverged(at: task.step, layer) }
      let isBest: Bool
      do throws(TrainingError) {
        isBest = try endRound(task, imagesPerSecond: Double(images) / max(1e-9, seconds))
      } catch {
        if case .notFinite(_, let layer) = error { return diverged(at: task.step, layer) }
        throw error
      }
      afterRound(isBest)
    }
  }

  private func write<Task: TrainingTask>(_ task: Task, to path: String) throws(FileError) where Task.State == State {
    try Checkpoint.write(path, state, task.learner, best: best, average: average)
  }

  /// Writes the last checkpoint, elsewhere where its place has no room any more.
  private func keep<Task: TrainingTask>(
    _ task: Task, _ checkpoints: CheckpointOptions
  ) -> CancelledCheckpoint where Task.State == State {
    do throws(FileError) { try write(task, to: checkpoints.path) } catch {
      let reason = "\(error)"
      guard let refuge = checkpoints.refuge else { return .lost(reason: reason) }
      do throws(FileError) { try write(task, to: refuge) } catch {
        return .lost(reason: "\(reason); nor could it be kept as \(error)")
      }
      return .elsewhere(refuge, reason: reason)
    }
    return .written
  }

  /// What counts is the average, where one is kept: it stands in for the weights while it is validated.
  private func endRound<Task: TrainingTask>(_ task: Task, imagesPerSecond: Double) throws(TrainingError) -> Bool {
    let own = weights(task)
    average?.load(into: task.learner)
    let isBest = try task.endRound(imagesPerSecond: imagesPerSecond)
    if isBest { best = weights(task) }
    restore(own, task)
    return isBest
  }

  private func weights<Task: TrainingTask>(_ task: Task) -> [Tensor<Float>] { task.learner.parameters.map(\.tensor) }

  private func restore<Task: TrainingTask>(_ weights: [Tensor<Float>], _ task: Task) {
    for (parameter, tensor) in zip(task.learner.parameters, weights) { parameter.load(tensor) }
  }
}
