/// What mistakes cost, counted in faces that get no label although they could: 1 is the cost of such a face.
public struct DecisionCosts: Hashable, Sendable {
  /// A label that is said of a picture of another class.
  public struct Mistake: Hashable, Sendable {
    /// The number of the class that is said.
    public var label: Int
    /// The number of the class that it is.
    public var truth: Int

    /// `label` said of a picture of `truth`.
    public init(label: Int, truth: Int) { (self.label, self.truth) = (label, truth) }
  }

  /// The cost of a wrong label.
  public var wrong: Double
  /// The costs of mistakes that cost something else.
  public var mistakes: [Mistake: Double]

  /// Costs above 0; a wrong label costs as much as a face without one, unless they say otherwise.
  public init(wrong: Double = 1, mistakes: [Mistake: Double] = [:]) {
    self.wrong = wrong
    self.mistakes = mistakes
  }

  /// The cost of all pictures together.
  func sum(_ counts: DecisionCounts) -> Double {
    var sum = Double(counts.shown - counts.labelled)
    for truth in counts.pictures.indices {
      for label in counts.pictures.indices where label != truth {
        let count = counts.said(label, of: truth)
        if count > 0 { sum += Double(count) * (mistakes[Mistake(label: label, truth: truth)] ?? wrong) }
      }
    }
    return sum
  }

  /// As in `a wrong label as much as 1.0 faces without one, sad of neutral 3.0`.
  public func words(labels: [String]) -> String {
    let own = mistakes.sorted { ($0.key.label, $0.key.truth) < ($1.key.label, $1.key.truth) }
    return "a wrong label costs as much as \(wrong) faces without one"
      + own.map { ", '\(labels[$0.key.label])' of '\(labels[$0.key.truth])' \($0.value)" }.joined()
  }
}

/// What the thresholds of a decision are fitted to.
public enum DecisionAim: Hashable, Sendable {
  /// The thresholds that meet the goals with the most room: of all that were tried, those whose worst goal is missed by
  /// least or exceeded by most, counted in standard errors of its share, since a share of few pictures is known badly;
  /// of equals the next worst goal decides.
  case goals(DecisionGoals)
  /// Those whose mistakes cost least, the classes being as common as in the pictures.
  case costs(DecisionCosts)

  /// The goals, where they are the aim.
  public var goals: DecisionGoals? { if case .goals(let goals) = self { goals } else { nil } }

  /// What is to be large, the most important first.
  func merits(_ counts: DecisionCounts) -> [Double] {
    switch self {
    case .goals(let goals): goals.rooms(counts)
    case .costs(let costs): [-costs.sum(counts)]
    }
  }
}
