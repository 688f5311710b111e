import Datasets
import ModelFiles
import Models
import Numerics
import Training

/// The network for classes of somebody's own: where it begins, what it reads, and how it learns.
struct NewNetwork {
  /// For people, as in "one that begins from nothing".
  let name: String
  private let architecture: Architecture
  private let start: StartingWeights?
  private let preprocessing: Preprocessing

  /// The most passes over the pictures, and the fewest.
  ///
  /// With 60 pictures a class of rendered hands, 8 passes named 84 % of others rightly, 18 passes 94 %, 65 passes 96 %
  /// and 180 as many.
  private static let epochs = 18...80
  /// Rows and columns of what is read of whole pictures.
  private static let side = 96
  /// How many pictures tell how fast this machine learns.
  private static let probes = 48

  /// What is trained for these pictures: from the features of `start`, where there is one that can be trained, since
  /// from nothing rendered hands came to 74 to 90 % where it came to 93 to 97.
  ///
  /// - Parameter frames: which part of pictures without a face is looked at.
  init(for dataset: Dataset, frames: Preprocessing.Fit, start: FloatModel?) {
    let isOfFaces = dataset.training.contains { $0.face != nil }
    let logits = dataset.labels.count == 2 ? 1 : dataset.labels.count
    // Expressions are told without colour; things are not, and are smaller in the picture than a face in its crop.
    let first = isOfFaces ? start : start?.inColour(side: Self.side) ?? start
    if let first, let weights = try? StartingWeights(first, hash: first.weightsSHA256),
      let architecture = try? weights.architecture(logits: logits)
    {
      var rule = first.description.preprocessing
      if !isOfFaces { rule.fit = frames }
      self.init(
        name: "one that goes on from the features of the model that is here", architecture: architecture,
        start: weights, preprocessing: rule)
      return
    }
    let side = isOfFaces ? 64 : Self.side
    let rule = Preprocessing(
      width: side, height: side, colour: .rgb, fit: isOfFaces ? .face(marginPercent: 10) : frames)
    self.init(
      name: "one that begins from nothing",
      architecture: .compact(input: [side, side, 3], logits: logits), start: nil, preprocessing: rule)
  }

  private init(
    name: String, architecture: Architecture, start: StartingWeights?, preprocessing: Preprocessing
  ) {
    (self.name, self.architecture, self.start, self.preprocessing) = (name, architecture, start, preprocessing)
  }

  /// A training of as many passes as fit into a time, as this machine learns at the moment.
  ///
  /// - Throws: `TrainingError`.
  func loop(_ dataset: Dataset, seconds: Double, threads: Int) throws -> TrainingLoop {
    let few = Dataset(
      name: dataset.name, labels: dataset.labels, training: dataset.training.spread(Self.probes),
      validation: dataset.validation.spread(1), test: [], splitDescription: dataset.splitDescription)
    let probe = try loop(few, epochs: 1, threads: threads)
    let begin = ContinuousClock.now
    _ = try probe.run()
    let picture = begin.duration(to: .now).inSeconds / Double(few.training.count)
    let pass = picture * (Double(dataset.training.count) + Double(dataset.validation.count) / 3)
    let fitting = Int(min(1e6, seconds / max(pass, 1e-6)))
    return try loop(
      dataset, epochs: min(Self.epochs.upperBound, max(Self.epochs.lowerBound, fitting)), threads: threads)
  }

  private func loop(_ dataset: Dataset, epochs: Int, threads: Int) throws -> TrainingLoop {
    var recipe = TrainingRecipe()
    recipe.epochs = epochs
    // Few pictures are learned from in many small steps: 18 passes in steps of 16 came to 89 %, of 8 to 92 %.
    recipe.batch = 4
    recipe.patience = 0
    recipe.schedule = .cosine
    // A network without normalization that learns fast at once may come to say nothing more.
    recipe.warmup = min(5, epochs / 4)
    recipe.weightDecay = 0.02
    recipe.balancesClasses = true
    // The labels are sure, and the pictures few.
    recipe.labelSmoothing = 0.1
    recipe.averaging = 0.99
    // Which epoch suits a dozen held-out pictures best is luck.
    recipe.keepsLast = true
    recipe.augmentation = Augmentation.Level.strong.augmentation
    return try TrainingLoop(
      architecture, dataset: dataset, preprocessing: preprocessing, recipe: recipe, threads: threads, start: start)
  }
}
