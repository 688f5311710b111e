/// Everything that decides the weights besides the material.
public struct DetectorRecipe: Hashable, Sendable, Codable {
  /// Steps in all.
  public var steps = 4000
  /// Of these, the first ones with pictures of half the width and height.
  public var smallSteps = 3000
  /// Steps of a round.
  public var roundSteps = 200
  /// Pictures of one step.
  public var batch = 32
  /// The largest learning rate of Adam; it grows over the first round and falls along half a cosine.
  public var learningRate: Float = 2e-3
  /// Decoupled weight decay.
  public var weightDecay: Float = 0.01
  /// The most that the average of the weights keeps of itself in a step.
  public var averaging: Float = 0.998
  /// The seed of weights and pictures.
  public var seed: UInt64 = 1
  /// The sides of faces to be found, in pixels of the input.
  public var smallest = 17
  /// The largest.
  public var largest = 220
  /// The SHA-256 of the weights that were begun with; nil for fresh ones.
  public var start: String?

  /// The default recipe.
  public init() {}

  /// One line for people.
  public var summary: String {
    "adam \(learningRate), cosine schedule, weight decay \(weightDecay), weights averaged \(averaging), "
      + "\(steps) steps of \(batch) composed pictures, "
      + (smallSteps > 0 ? "the first \(smallSteps) at half size, " : "")
      + "faces of \(smallest) to \(largest) pixels, seed \(seed)"
      + (start.map { ", begun with weights \($0)" } ?? "")
  }
}
