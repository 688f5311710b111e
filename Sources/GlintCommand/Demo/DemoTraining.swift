import Datasets
import Models
import Numerics
import Training

/// The demo's training, and what its page shows of it.
struct DemoTraining {
  let model: FloatModel
  let history: [EpochRecord]
  let keptEpoch: Int
  let recipe: TrainingRecipe
  let seconds: Double

  /// Trains the reference network; Ctrl-C ends the demo.
  init(_ data: Dataset, epochs: Int, seed: UInt64, threads: Int, quiet: Bool) throws {
    var recipe = TrainingRecipe()
    recipe.epochs = epochs
    recipe.seed = seed
    recipe.patience = 3
    // Faces are rendered turned, shifted and lit in every way already; mirroring is what is left to add.
    recipe.augmentation = .none
    recipe.augmentation.flip = true
    let loop = try TrainingLoop(
      Architecture(.happySad()), dataset: data, preprocessing: Preprocessing(width: 256, height: 256), recipe: recipe,
      threads: threads)
    var bar = Progress("Epoch 1 of \(epochs)", quiet: quiet)
    let start = ContinuousClock.now
    let ending = try loop.run(observe: { event in
      switch event {
      case .batch(_, let done, let all, let loss): bar.update(done, of: all, note: "loss \(fixed(loss, 4))")
      case .epoch(let record, _):
        bar.finish(
          "validation accuracy \(percent(record.validationAccuracy)), \(fixed(record.imagesPerSecond, 0)) images/s")
        bar = Progress("Epoch \(record.epoch + 1) of \(epochs)", quiet: quiet)
      }
    })
    if case .diverged(let step, let layer) = ending { throw TrainingError.diverged(step: step, layer: layer) }
    seconds = (ContinuousClock.now - start).seconds
    let validation = try loop.evaluate(data.validation).metrics
    let test = try loop.evaluate(data.test).metrics
    model = try loop.model(validation: validation, test: test, tool: GlintVersion.tool + " demo")
    history = loop.history
    keptEpoch = loop.bestEpoch
    self.recipe = recipe
  }
}
