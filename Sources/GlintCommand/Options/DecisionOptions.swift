import ArgumentParser
import Evaluation
import Models
import Training

/// `--unsure`, `--goals`, `--labelled` and `--cost`: when a model names a class.
struct DecisionOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Classes that are never shown: their pictures are to be answered 'unsure', as others that are too doubtful. With \
      a percentage, how many of that class's pictures shall be: neutral=90,surprise=96. May be repeated.
      """, valueName: "classes"))
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

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Goals for single classes that are shown, in percent: how many of their pictures get a label.",
      valueName: "happy=90,sad=80"))
  var labelled: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      In place of goals, what a wrong label costs, counted in faces that get none: 3 for any, sad/neutral=3 for 'sad' \
      said of a neutral face; the rest costs 1. The thresholds that cost least are kept.
      """, valueName: "costs"))
  var cost: [String] = []

  private static func goals(_ text: String) throws -> DecisionGoals {
    let shares = text.split(separator: "/", omittingEmptySubsequences: false).map { (Double($0) ?? -1) / 100 }
    guard (2...3).contains(shares.count), shares.allSatisfy({ (0...1).contains($0) }) else {
      throw ValidationError("--goals takes percentages: labelled, right and unsure as in 80/95/60, or the first two.")
    }
    return DecisionGoals(labelled: shares[0], right: shares[1], unsure: shares.count == 3 ? shares[2] : 0)
  }

  func validate() throws {
    try Self.check(unsure, "--unsure", takes: "names of classes, as in neutral or neutral=90,fear")
    try Self.check(labelled, "--labelled", takes: "classes with percentages, as in happy=90,sad=80")
    try Self.check(cost, "--cost", takes: "numbers above 0, as in 3 or sad/neutral=3")
    for (name, value) in Self.entries(labelled) where Self.share(value) == nil {
      throw ValidationError("--labelled takes classes with percentages, as in happy=90,sad=80: '\(name)' has none.")
    }
    for (name, value) in Self.entries(unsure) where value != nil && Self.share(value) == nil {
      throw ValidationError("--unsure \(name): takes a percentage from 0 to 100 after '='.")
    }
    guard cost.isEmpty || goals == nil && labelled.isEmpty && !Self.entries(unsure).contains(where: { $0.value != nil })
    else { throw ValidationError("--cost and goals exclude each other.") }
    for (name, value) in Self.entries(cost) {
      guard let number = Double(value ?? name), number > 0, number.isFinite,
        value == nil || name.split(separator: "/", omittingEmptySubsequences: false).count == 2
      else { throw ValidationError("--cost takes numbers above 0, as in 3 or sad/neutral=3, not '\(name)'.") }
      let pair = name.split(separator: "/")
      guard value == nil || pair.count == 2 && pair[0] != pair[1] else {
        throw ValidationError("--cost \(name): takes two classes, what is said and what is true, as in sad/neutral=3.")
      }
    }
  }

  /// Refuses an option that is given and says nothing, and of two entries for the same the second: one of them would
  /// be left out without a word.
  private static func check(_ options: [String], _ name: String, takes what: String) throws {
    guard !options.contains(where: { commaList($0).isEmpty }) else {
      throw ValidationError("\(name) takes \(what); nothing stands there.")
    }
    var seen: Set<String> = []
    for (entry, value) in entries(options) {
      // A cost without classes is for any mistake.
      let isAny = name == "--cost" && value == nil
      guard seen.insert(isAny ? "" : entry).inserted else {
        throw ValidationError(
          isAny
            ? "--cost takes one number for any mistake, and others with their classes, as in 2,sad/neutral=3."
            : "\(name) names '\(entry)' twice; say once what shall be.")
      }
    }
  }

  /// `a=1,b` as names with what stands after the equals sign.
  private static func entries(_ options: [String]) -> [(name: String, value: String?)] {
    options.flatMap { commaList($0) }.map { entry in
      let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
    }
  }

  private static func share(_ percentage: String?) -> Double? {
    percentage.flatMap(Double.init).flatMap { (0...100).contains($0) ? $0 / 100 : nil }
  }

  /// Whether anything is asked for.
  var isGiven: Bool { !unsure.isEmpty || goals != nil || !labelled.isEmpty || !cost.isEmpty }

  /// What the thresholds of a model of these classes are fitted to; nil where all labels are always shown.
  ///
  /// - Parameter known: numbers of the classes that are never shown where `--unsure` does not name any.
  /// - Throws: for a class that is not there, and where none would be shown.
  func request(_ labels: [String], hiding known: Set<Int> = []) throws -> DecisionRequest? {
    guard isGiven else { return nil }
    if labels.contains(Decision.unsure) {
      throw Failure(
        "a class is called '\(Decision.unsure)', which is the answer where no class is named; call it otherwise, as in "
          + "--classes \"doubtful=\(Decision.unsure),...\"")
    }
    func number(_ name: String, _ option: String) throws -> Int {
      guard let label = labels.firstIndex(of: name) else {
        throw Failure("\(option) \(name): the classes are \(labels.joined(separator: ", "))")
      }
      return label
    }
    var goals = self.goals ?? DecisionGoals()
    var hidden = unsure.isEmpty ? known : []
    for (name, value) in Self.entries(unsure) {
      let label = try number(name, "--unsure")
      hidden.insert(label)
      if let share = Self.share(value) { goals.byClass[label] = share }
    }
    guard hidden.count < labels.count else {
      throw Failure("--unsure: names every class; none would be shown")
    }
    for (name, value) in Self.entries(labelled) {
      let label = try number(name, "--labelled")
      guard !hidden.contains(label) else {
        throw Failure("--labelled \(name): it is one of those that are never shown (--unsure)")
      }
      goals.byClass[label] = Self.share(value)
    }
    guard !cost.isEmpty else { return DecisionRequest(hidden: hidden, aim: .goals(goals)) }
    var costs = DecisionCosts()
    for (name, value) in Self.entries(cost) {
      guard let value, let price = Double(value) else {
        costs.wrong = Double(name) ?? costs.wrong
        continue
      }
      let pair = try name.split(separator: "/").map { try number(String($0), "--cost") }
      guard !hidden.contains(pair[0]) else {
        throw Failure("--cost \(name): '\(labels[pair[0]])' is never shown, so it is never said")
      }
      costs.mistakes[.init(label: pair[0], truth: pair[1])] = price
    }
    return DecisionRequest(hidden: hidden, aim: .costs(costs))
  }
}
