/// What is known of one picture's class, and how much the picture counts.
public struct Truth: Hashable, Sendable {
  /// The class.
  public var label: Int
  /// How likely each class is, as voters say, together 1; nil where the label is all that is known.
  public var shares: [Float]?
  /// The classes that the picture can be of, nil for all: nothing is said of the others.
  public var candidates: [Int]?
  /// What a teacher says of the picture; nil without one.
  public var taught: Taught?
  /// Multiplies the picture's loss.
  public var weight: Double

  /// How likely each class is to a teacher.
  public struct Taught: Hashable, Sendable {
    /// By class, together 1. A teacher tells all classes apart, also those that the picture's source lacks.
    public var shares: [Float]
    /// How much of the loss is what is left between this and the network's answer, 0...1.
    public var weight: Float

    /// One share a class.
    public init(shares: [Float], weight: Float) { (self.shares, self.weight) = (shares, weight) }
  }

  /// A picture of a class, or of several by their shares.
  public init(
    label: Int, shares: [Float]? = nil, candidates: [Int]? = nil, taught: Taught? = nil, weight: Double = 1
  ) {
    (self.label, self.shares, self.candidates, self.taught) = (label, shares, candidates, taught)
    self.weight = weight
  }

  /// By class in `classes`, how likely it is among these; 1 for the label's alone where shares say nothing of them.
  func distribution(over classes: [Int]) -> [Double] {
    let own = shares.map { shares in classes.map { Double(shares[$0]) } } ?? []
    let sum = own.reduce(0, +)
    guard sum > 0 else { return classes.map { $0 == label ? 1 : 0 } }
    return own.map { $0 / sum }
  }
}
