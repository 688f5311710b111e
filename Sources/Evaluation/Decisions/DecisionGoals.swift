/// What a decision shall reach on pictures that were not trained on, as shares in 0...1.
public struct DecisionGoals: Hashable, Sendable {
  /// Of the pictures of classes that may be shown, how many get a label.
  public var labelled: Double
  /// Of these labels, how many are right.
  public var right: Double
  /// Of the pictures of classes that are never shown, how many get no label.
  public var unsure: Double
  /// By class number, further goals for one class alone: of the pictures of one that may be shown, how many get a
  /// label, of one that is never shown, how many get none.
  public var byClass: [Int: Double]

  /// Shares in 0...1; the defaults are 80 % labelled, 95 % of these right, 60 % unsure.
  public init(labelled: Double = 0.8, right: Double = 0.95, unsure: Double = 0.6, byClass: [Int: Double] = [:]) {
    self.labelled = labelled
    self.right = right
    self.unsure = unsure
    self.byClass = byClass
  }

  /// By how many standard errors each goal is exceeded, negative where it is missed; the worst first.
  func rooms(_ counts: DecisionCounts) -> [Double] {
    let rooms = [
      Self.room(counts.labelled, of: counts.shown, labelled), Self.room(counts.right, of: counts.labelled, right),
      Self.room(counts.hidden - counts.hiddenLabelled, of: counts.hidden, unsure),
    ]
    let own = byClass.map { label, goal in
      let (pictures, labelled) = (counts.pictures[label], counts.labelled(label))
      return Self.room(counts.isHidden[label] ? pictures - labelled : labelled, of: pictures, goal)
    }
    return (rooms + own).sorted()
  }

  /// The standard error is that of the goal's share; a goal for pictures that are not there is met.
  private static func room(_ count: Int, of all: Int, _ goal: Double) -> Double {
    guard all > 0 else { return .infinity }
    let spread = max(1e-3, goal * (1 - goal)).squareRoot()
    return (Double(count) / Double(all) - goal) / spread * Double(all).squareRoot()
  }
}
