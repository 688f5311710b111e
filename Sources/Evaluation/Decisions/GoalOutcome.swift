/// A goal of a decision, what was asked and what came out.
public struct GoalOutcome: Hashable, Sendable {
  /// Which goal.
  public enum Kind: String, Sendable, CaseIterable {
    /// Pictures of classes that are shown, with a label.
    case labelled
    /// Labels that are right.
    case right
    /// Pictures of classes that are never shown, without a label.
    case unsure
  }

  /// Which goal.
  public let kind: Kind
  /// The number of the class that it is for; nil where it is for all that are shown, or all that are not.
  public let label: Int?
  /// The share that was asked for, 0...1.
  public let asked: Double
  /// The share that came out, 0...1.
  public let reached: Double
  /// Pictures that it is a share of.
  public let pictures: Int

  /// Whether less came out than was asked for.
  public var isMissed: Bool { reached < asked }
}

extension DecisionGoals {
  /// What came out of each goal on pictures that were counted; goals for pictures that are not there are left out.
  public func outcomes(_ coverage: Coverage) -> [GoalOutcome] {
    func outcome(
      _ kind: GoalOutcome.Kind, _ asked: Double, _ some: Int, _ all: Int, label: Int? = nil
    ) -> GoalOutcome? {
      all == 0
        ? nil
        : GoalOutcome(kind: kind, label: label, asked: asked, reached: Double(some) / Double(all), pictures: all)
    }
    let own = byClass.sorted { $0.key < $1.key }.map { label, asked in
      let count = coverage.classes[label]
      return coverage.mayShow.contains(label)
        ? outcome(.labelled, asked, count.labelled, count.pictures, label: label)
        : outcome(.unsure, asked, count.pictures - count.labelled, count.pictures, label: label)
    }
    return
      ([
        outcome(.labelled, labelled, coverage.shown.labelled, coverage.shown.pictures),
        outcome(.right, right, coverage.shown.right, coverage.shown.labelled),
        outcome(.unsure, unsure, coverage.hidden.pictures - coverage.hidden.labelled, coverage.hidden.pictures),
      ] + own).compactMap { $0 }
  }
}
