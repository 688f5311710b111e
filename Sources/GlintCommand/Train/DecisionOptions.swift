import ArgumentParser
import Datasets
import Evaluation
import Training

/// `--unsure` and `--goals`: when a model names a class.
struct DecisionOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      """
      A class that is never shown: its pictures are to be answered 'unsure', as others that are too doubtful \
      (repeatable).
      """
  )
  var unsure: [String] = []

  @Option(
    name: .long,
    help: """
      When the model is to be unsure, in percent of pictures that were not trained on: how many of the classes that \
      are shown get a label, how many of these labels are right, how many of the classes that are never shown get \
      none. The thresholds that meet this with the most room are kept in the model (default: 80/95/60 with --unsure).
      """,
    transform: Self.goals)
  var goals: DecisionGoals?

  private static func goals(_ text: String) throws -> DecisionGoals {
    let shares = text.split(separator: "/", omittingEmptySubsequences: false).map { (Double($0) ?? -1) / 100 }
    guard (2...3).contains(shares.count), shares.allSatisfy({ (0...1).contains($0) }) else {
      throw ValidationError("--goals takes percentages: labelled, right and unsure as in 80/95/60, or the first two.")
    }
    return DecisionGoals(labelled: shares[0], right: shares[1], unsure: shares.count == 3 ? shares[2] : 0)
  }

  /// What the thresholds of a model of these classes are fitted to; nil where all labels are always shown.
  ///
  /// - Throws: for a class that is not there, and where none would be shown.
  func request(_ dataset: Dataset) throws -> DecisionRequest? {
    guard !unsure.isEmpty || goals != nil else { return nil }
    let hidden = try unsure.map { name in
      guard let label = dataset.labels.firstIndex(of: name) else {
        throw Failure("--unsure \(name): the classes are \(dataset.labels.joined(separator: ", "))")
      }
      return label
    }
    guard Set(hidden).count < dataset.labels.count else {
      throw Failure("--unsure: names every class; none would be shown")
    }
    return DecisionRequest(hidden: Set(hidden), goals: goals ?? DecisionGoals())
  }
}
