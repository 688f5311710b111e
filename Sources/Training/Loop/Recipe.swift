import Numerics

/// Everything that decides the weights besides data and architecture.
public struct TrainingRecipe: Hashable, Sendable, Codable {
  /// The rule that turns gradients into steps, as in `--optimizer`.
  public enum OptimizerName: String, Hashable, Sendable, Codable, CaseIterable {
    /// Adam.
    case adam
    /// Stochastic gradient descent with momentum 0.9.
    case sgd
  }

  /// The most passes over the training pictures.
  public var epochs = 25
  /// Pictures of one step.
  public var batch = 32
  /// The optimizer.
  public var optimizer = OptimizerName.adam
  /// The learning rate.
  public var learningRate: Float = 1e-3
  /// Decoupled weight decay.
  public var weightDecay: Float = 0
  /// The share of the target that is spread over all classes.
  public var labelSmoothing: Float = 0
  /// Whether rare classes weigh more, so that all weigh the same in sum.
  public var balancesClasses = false
  /// Whether pictures weigh so that every source has the same shares of the classes.
  public var balancesSources = false
  /// Epochs without a better validation loss after which training ends; 0 never does.
  public var patience = 5
  /// The seed of weights, order, augmentation and dropout.
  public var seed: UInt64 = 1
  /// How the learning rate changes.
  public var schedule = Schedule.constant
  /// Epochs over which the learning rate first grows from nothing.
  public var warmup = 0
  /// The most that an average of the weights keeps of itself in a step (Polyak, Juditsky 1992); 0 keeps no average. The
  /// average is validated and exported in place of the weights.
  public var averaging: Float = 0
  /// Changes of training pictures.
  public var augmentation = Augmentation.Level.light.augmentation

  /// Whether the last weights are kept, in place of those with the lowest validation loss: where few pictures validate,
  /// the lowest loss is luck. (Optional, since checkpoints of earlier versions say nothing of it.)
  public var keepsLast: Bool?

  /// What weights are learned from, where they do not begin as random ones.
  public var start: Start?

  /// Weights that training goes on from.
  public struct Start: Hashable, Sendable, Codable {
    /// Their SHA-256, as a model file has it.
    public var weights: String
    /// The layers that keep them.
    public var frozen: [String]
  }

  /// How the learning rate changes after the warm-up.
  public enum Schedule: String, Hashable, Sendable, Codable, CaseIterable {
    /// It stays.
    case constant
    /// It falls to nothing along half a cosine (Loshchilov, Hutter 2017).
    case cosine
  }

  /// The default recipe.
  public init() {}

  /// One line for people.
  public var summary: String {
    var parts = [
      "\(optimizer.rawValue) \(learningRate)", "batch \(batch)", "at most \(epochs) epochs",
      patience > 0 ? "patience \(patience)" : "no early stopping", "seed \(seed)",
      Augmentation.Level(augmentation).map { "augmentation \($0.rawValue)" } ?? "augmentation of its own",
    ]
    if weightDecay > 0 { parts.append("weight decay \(weightDecay)") }
    if labelSmoothing > 0 { parts.append("label smoothing \(labelSmoothing)") }
    if schedule == .cosine { parts.append("cosine schedule") }
    if warmup > 0 { parts.append("warm-up \(warmup) epochs") }
    if keepsLast == true { parts.append("the last weights kept") }
    if averaging > 0 { parts.append("weights averaged \(averaging)") }
    if balancesClasses { parts.append("classes balanced") }
    if balancesSources { parts.append("sources balanced") }
    if let start {
      parts.append("from the weights \(start.weights)")
      if !start.frozen.isEmpty { parts.append("of which \(start.frozen.joined(separator: ", ")) stay") }
    }
    return parts.joined(separator: ", ")
  }

  /// The learning rate of a step, counted from 0.
  func rate(step: Int, stepsPerEpoch: Int) -> Float {
    let warm = warmup * stepsPerEpoch
    if step < warm { return learningRate * Float(step + 1) / Float(warm) }
    guard schedule == .cosine else { return learningRate }
    let all = max(1, epochs * stepsPerEpoch - warm)
    return learningRate * Float(Self.halfCosine(Double(min(step - warm, all)) / Double(all)))
  }

  /// From 1 at t = 0 along half a cosine to 0 at t = 1.
  package static func halfCosine(_ t: Double) -> Double { (1 + Elementary.cosinePi(t)) / 2 }

  var rule: Optimizer {
    switch optimizer {
    case .adam: .adam(learningRate: learningRate, weightDecay: weightDecay)
    case .sgd: .sgd(learningRate: learningRate, weightDecay: weightDecay)
    }
  }
}
