import Evaluation
import Numerics

/// What a person should be told of figures before they are believed.
enum Verdicts {
  /// Sentences on an accuracy that may be chance, or that too few pictures tell.
  ///
  /// - Parameter part: which pictures, as in `test`.
  static func sentences(_ chance: ChanceCheck, labels: [String], part: String) -> [String] {
    guard chance.pictures > 0 else { return [] }
    let figures =
      "\(percent(chance.accuracy)) right on \(grouped(chance.pictures)) \(part) pictures "
      + "(\(percent(chance.interval.lowerBound)) to \(percent(chance.interval.upperBound)))"
    if chance.commonestShare == 1 {
      return ["all \(chance.pictures) \(part) pictures are of class '\(labels[chance.commonest])': they tell nothing"]
    }
    let few =
      chance.isVague
      ? "\(chance.pictures) \(part) pictures are too few to tell; about \(chance.enoughPictures) would tell the "
        + "accuracy to within 5 points" : nil
    guard chance.mayBeChance else { return [few].compactMap { $0 } }
    return [
      "\(figures) is no better than chance: always answering '\(labels[chance.commonest])' gives "
        + percent(chance.commonestShare), few,
    ].compactMap { $0 }
  }

  /// Sentences on goals that were not met, by how much.
  static func sentences(_ goals: [GoalOutcome], labels: [String], part: String) -> [String] {
    goals.filter(\.isMissed).map { goal in
      let own = goal.label.map { "'\(labels[$0])'" }
      let what =
        switch goal.kind {
        case .labelled: "of pictures of \(own ?? "the classes that are shown") have a label"
        case .right: "of the labels are right"
        case .unsure: "of pictures of \(own ?? "the classes that are never shown") have no label"
        }
      return "goal not met: \(percent(goal.reached)) \(what), \(percent(goal.asked)) were asked for "
        + "(\(fixed((goal.asked - goal.reached) * 100, 1)) points short, on \(grouped(goal.pictures)) \(part) pictures)"
    }
  }
}
