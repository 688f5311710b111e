import ArgumentParser
import Training

/// How a classifier is trained: everything that decides its weights besides network, pictures and classes.
struct RecipeOptions: ParsableArguments {
  @Option(name: .long, help: "The most passes over the training pictures.")
  var epochs = 25

  @Option(name: .long, help: "Pictures of one step.")
  var batch = 32

  @Option(name: .long, help: "The optimizer: adam, or sgd with momentum.")
  var optimizer = TrainingRecipe.OptimizerName.adam

  @Option(name: .long, help: "The learning rate (default: 0.001 for adam, 0.01 for sgd).")
  var learningRate: Float?

  @Option(name: .long, help: "Decoupled weight decay.")
  var weightDecay: Float = 0

  @Option(name: .long, help: "The share of the target that is spread over all classes.")
  var labelSmoothing: Float = 0

  @Option(name: .long, help: "How the learning rate changes: constant, or cosine, which falls to nothing.")
  var schedule = TrainingRecipe.Schedule.constant

  @Option(name: .long, help: "Epochs over which the learning rate first grows.")
  var warmup = 0

  @Option(name: .long, help: "Validate and export an average of the weights that keeps this share of itself a step.")
  var averaging: Float = 0

  @Flag(name: .long, help: "Weigh classes so that all count the same in sum.")
  var balanceClasses = false

  @Flag(
    name: .long,
    help: """
      Weigh pictures so that every folder has the same shares of the classes: otherwise where a picture comes from, \
      by its sharpness, colour or border, hints at its class.
      """)
  var balanceSources = false

  @Option(
    name: .long,
    help: """
      How much training pictures are shifted, lit, blurred and so on at random: none, light, standard, webcam (for \
      faces: also equalized, flat and partly covered) or strong.
      """)
  var augmentation = Augmentation.Level.light

  @Option(name: .long, help: "Epochs without a better validation loss after which training ends (0: never).")
  var patience = 5

  @Flag(
    name: .long,
    help: """
      Keep the last weights in place of those with the lowest validation loss, which is luck where few pictures \
      validate; with --schedule cosine and --patience 0.
      """)
  var keepLast = false

  @Option(name: .long, help: "The seed of weights, order, augmentation and dropout.")
  var seed: UInt64 = 1

  func validate() throws {
    guard (1...100_000).contains(epochs) else { throw ValidationError("--epochs takes a number from 1 to 100000.") }
    guard (1...4096).contains(batch) else { throw ValidationError("--batch takes a number from 1 to 4096.") }
    guard (0...100_000).contains(patience) else { throw ValidationError("--patience takes a number from 0 to 100000.") }
    guard rate.isFinite, rate > 0 else { throw ValidationError("--learning-rate takes a number above 0.") }
    guard weightDecay >= 0, weightDecay < 1 else { throw ValidationError("--weight-decay takes a number from 0 to 1.") }
    guard labelSmoothing >= 0, labelSmoothing < 1 else {
      throw ValidationError("--label-smoothing takes a number from 0 to below 1.")
    }
    guard (0...100_000).contains(warmup) else { throw ValidationError("--warmup takes a number from 0 to 100000.") }
    guard averaging >= 0, averaging < 1 else { throw ValidationError("--averaging takes a share from 0 to below 1.") }
  }

  private var rate: Float { learningRate ?? (optimizer == .adam ? 1e-3 : 1e-2) }

  /// The recipe that the options give.
  var recipe: TrainingRecipe {
    var recipe = TrainingRecipe()
    recipe.epochs = epochs
    recipe.batch = batch
    recipe.optimizer = optimizer
    recipe.learningRate = rate
    recipe.weightDecay = weightDecay
    recipe.labelSmoothing = labelSmoothing
    recipe.balancesClasses = balanceClasses
    recipe.balancesSources = balanceSources
    recipe.patience = patience
    recipe.schedule = schedule
    recipe.warmup = warmup
    recipe.averaging = averaging
    recipe.keepsLast = keepLast ? true : nil
    recipe.seed = seed
    recipe.augmentation = augmentation.augmentation
    return recipe
  }
}
