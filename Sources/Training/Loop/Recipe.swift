/// Everything that decides the weights besides data and architecture.
public struct Recipe: Hashable, Sendable, Codable {
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
  /// Epochs without a better validation loss after which training ends; 0 never does.
  public var patience = 5
  /// The seed of weights, order, augmentation and dropout.
  public var seed: UInt64 = 1
  /// Changes of training pictures.
  public var augmentation = Augmentation.faces

  /// The usual recipe.
  public init() {}

  /// One line for people.
  public var summary: String {
    var parts = [
      "\(optimizer.rawValue) \(learningRate)", "batch \(batch)", "at most \(epochs) epochs",
      patience > 0 ? "patience \(patience)" : "no early stopping", "seed \(seed)",
      augmentation == .none ? "no augmentation" : "augmented",
    ]
    if weightDecay > 0 { parts.append("weight decay \(weightDecay)") }
    if labelSmoothing > 0 { parts.append("label smoothing \(labelSmoothing)") }
    if balancesClasses { parts.append("classes balanced") }
    return parts.joined(separator: ", ")
  }

  var rule: Optimizer {
    switch optimizer {
    case .adam: .adam(learningRate: learningRate, weightDecay: weightDecay)
    case .sgd: .sgd(learningRate: learningRate, weightDecay: weightDecay)
    }
  }
}
