/// How much accuracy an int8 model loses to its float model, measured on the same images.
public struct PairedLoss: Hashable, Sendable {
  /// Images compared.
  public let images: Int
  /// Images that only the float model got right.
  public let lost: Int
  /// Images that only the int8 model got right.
  public let won: Int

  /// Counts that were made elsewhere: `lost + won <= images`.
  public init(images: Int, lost: Int, won: Int) {
    self.images = images
    self.lost = lost
    self.won = won
  }

  /// Counts; where the truth is unknown, the float model's answers stand for it, and the loss is its upper bound.
  ///
  /// - Parameters:
  ///   - truth: the class of each image, nil where nobody knows.
  ///   - float: what the float model said.
  ///   - int8: what the int8 model said.
  public init(truth: [Int]?, float: [Int], int8: [Int]) {
    let truth = truth ?? float
    var (lost, won) = (0, 0)
    for (right, (first, second)) in zip(truth, zip(float, int8)) {
      if first == right, second != right { lost += 1 }
      if second == right, first != right { won += 1 }
    }
    self.init(images: truth.count, lost: lost, won: won)
  }

  /// The p-value of McNemar's test that both are right equally often.
  public var mcNemarP: Double { McNemar.pValue(onlyFirstRight: lost, onlySecondRight: won) }

  /// Accuracy lost, in points of 100; negative where int8 is better.
  public var points: Double { images == 0 ? 0 : 100 * Double(lost - won) / Double(images) }

  /// Its 95 % interval in points, for matched pairs after Agresti and Min 2005 ("Simple improved confidence intervals
  /// for comparing matched proportions"): half an image is added to each of the four outcomes of a pair, so that no
  /// difference on few images is no proof.
  public var interval: ClosedRange<Double> {
    let n = Double(images) + 2
    let difference = Double(lost - won)
    let spread = 1.959964 * (Double(lost + won) + 1 - difference * difference / n).squareRoot()
    return 100 * (difference - spread) / n...100 * (difference + spread) / n
  }
}
