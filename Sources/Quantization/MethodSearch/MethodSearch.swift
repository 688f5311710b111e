import Datasets
import Evaluation
import Models
import Numerics
import Runtime

/// Tries methods on a float model, cheap ones first, until one keeps the accuracy budget with room.
///
/// Methods are tried in rounds. Cheap ones always: every way of choosing ranges; then, each on the best so far, weights
/// by squared error, equalization, biases corrected from images. Expensive ones only while the budget is not kept
/// with room: learned rounding, at last fine-tuning. Where layers may be put into 16 bits, that comes just before
/// fine-tuning, since what rounding wins costs no time: those that win most for the time that they cost, until the
/// budget is kept with room.
///
/// Of those within the budget, the best is the one whose logits are nearest to the float model's: on few hundred
/// images, accuracy alone cannot tell good methods apart, and what a method wins whose logits are more than twice as
/// far off is luck. Few images cannot tell ranges apart either, since what clips is rare: then the calibration images
/// evaluate as well, except methods that learned from them. The budget is kept with room when the 95 % interval of the
/// paired loss ends within it and both models agree on 99.5 % of the images.
public struct MethodSearch {
  /// One method that was tried.
  public struct Trial: Sendable {
    /// What was tried; its description is its name in tables.
    public let method: QuantizationMethod
    /// How it did.
    public let outcome: MethodEvaluator.Outcome
    /// The mean squared error of the logits that methods are ordered by: the outcome's, or where there are few
    /// evaluation images, that of calibration images and these together. A method that learned from calibration images
    /// has that of the method it improves, times what it gains on the evaluation images.
    public let error: Double
  }

  /// What came out.
  public struct Result: Sendable {
    /// The int8 model of the winner, with the method search in its card.
    public let model: QuantizedModel
    /// The record with the choice, enough to make the same model without the images.
    public let record: CalibrationRecord
    /// All trials in order.
    public let trials: [Trial]
    /// The winner's place in `trials`.
    public let winner: Int
    /// Why it won, as a sentence.
    public let reason: String
    /// What each layer alone would win and cost in 16 bits, where that was tried.
    public let sixteenBitTrials: [SixteenBitTrial]
  }

  /// The most images that tell what layers win in 16 bits.
  private static let imagesForOrder = 64
  /// With fewer evaluation images, the calibration images evaluate as well.
  private static let enoughImages = 256

  private let model: FloatModel
  private let record: CalibrationRecord
  private let evaluator: MethodEvaluator
  private let calibration: [[UInt8]]
  private let budget: Double
  private let threads: Int
  private let kernels: KernelTable
  private var trials: [Trial] = []
  private var learned: [String: LearnedParameters] = [:]
  private var skipsExpensiveMethods = false
  private let sixteenBits: SixteenBitLayers
  private let addsSixteenBits: Bool
  private var sixteenBitTrials: [SixteenBitTrial] = []
  /// The calibration images, where they evaluate as well.
  private var helper: MethodEvaluator?
  private var work: SearchWork
  /// Stages that may still come.
  private var possible = Set(SearchWork.Stage.allCases)

  /// Prepares a search; `run` does it.
  ///
  /// - Parameters:
  ///   - record: of the calibration images.
  ///   - calibration: their pixels, for methods that learn from them.
  ///   - budget: how many points of accuracy may be lost.
  ///   - sixteenBits: layers that have 16 bits whatever the method.
  ///   - addsSixteenBits: whether layers are put into 16 bits until the budget is kept with room.
  public init(
    _ model: FloatModel, _ record: CalibrationRecord, calibration: [[UInt8]], evaluator: MethodEvaluator,
    budget: Double, sixteenBits: SixteenBitLayers = .none, addsSixteenBits: Bool = false,
    threads: Int, kernels: KernelTable = .detected
  ) {
    self.model = model
    self.record = record
    self.calibration = calibration
    self.evaluator = evaluator
    self.budget = budget
    self.sixteenBits = sixteenBits
    self.addsSixteenBits = addsSixteenBits
    self.threads = threads
    self.kernels = kernels
    work = SearchWork(
      model, images: evaluator.images.count + (evaluator.images.count < Self.enoughImages ? calibration.count : 0),
      calibration: calibration.count)
  }

  /// Tries methods and takes the best.
  ///
  /// - Parameters:
  ///   - learning: whether methods that learn from the images are tried as well; they take most of the time.
  ///   - trying: called before a method is tried, and while it learns.
  public mutating func run(learning: Bool = true, trying: (SearchProgress) -> Void = { _ in }) throws -> Result {
    if !learning { possible.subtract([.biases, .rounding, .fineTuning]) }
    if !addsSixteenBits { possible.remove(.sixteenBits) }
    if record.equalized == nil { possible.subtract([.equalizing, .equalizedRanges]) }
    let canFineTune = FineTuning.obstacle(model.description.graph) == nil
    if !canFineTune { possible.remove(.fineTuning) }
    if evaluator.images.count < Self.enoughImages, !calibration.isEmpty {
      let images = calibration.map { LabelledImage(name: "", label: 0, pixels: $0) }
      helper = try MethodEvaluator(model, images: images, isLabelled: false, threads: threads, kernels: kernels)
    }
    let ranges: [RangeMethod] = [.minMax, .movingAverage, .defaultPercentile, .entropy, .squaredError]
    try round(.ranges, ranges.map { .init(range: $0, sixteenBits: sixteenBits) }, trying)
    try round(.weights, [best.with { $0.weights = .squaredError }], trying)
    try round(.fineWeights, [best.with { $0.weights = .fine }], trying)
    if record.equalized != nil {
      let plain = best
      try round(.equalizing, [plain.with { $0.equalizes = true }], trying)
      // Equal channels may suit another way of choosing ranges.
      if best.equalizes || !hasRoom {
        try round(
          .equalizedRanges,
          ranges.map { .init(range: $0, weights: plain.weights, equalizes: true, sixteenBits: sixteenBits) }, trying)
      }
    }
    guard learning else {
      if addsSixteenBits, !hasRoom { try addSixteenBits(trying) }
      return try finish()
    }
    try round(.biases, [best.with { $0.correctsBias = true }], trying)
    skipsExpensiveMethods = hasRoom
    if !hasRoom {
      try round(
        .rounding,
        [
          best.with {
            $0.correctsBias = true
            $0.learnsRounding = true
          }
        ], trying)
    }
    if addsSixteenBits, !hasRoom { try addSixteenBits(trying) }
    if !hasRoom, canFineTune { try round(.fineTuning, [best.with { $0.fineTunes = true }], trying) }
    return try finish()
  }

  /// Tries one method alone.
  public mutating func run(
    only method: QuantizationMethod, trying: (SearchProgress) -> Void = { _ in }
  ) throws -> Result {
    possible = addsSixteenBits ? [.sixteenBits] : []
    let stage: SearchWork.Stage = method.fineTunes ? .fineTuning : method.learnsRounding ? .rounding : .biases
    try round(method.needsImages ? stage : .ranges, [method], trying)
    if addsSixteenBits, !hasRoom { try addSixteenBits(trying) }
    return try finish()
  }

  /// Puts layers into 16 bits, in the order of what they win for a microsecond, while that makes logits nearer.
  private mutating func addSixteenBits(_ trying: (SearchProgress) -> Void) throws {
    let plain = best
    work.begin(.sixteenBits)
    sixteenBitTrials = try SixteenBitTrial.measure(
      model, record, plain, learned: learned[plain.description],
      evaluator: evaluator.spread(Self.imagesForOrder), kernels: kernels
    ) { trying(progress("\($0) in 16 bits", Double($1) / Double(2 * $2))) }
    var chosen: Set<String> = []
    var error = trials[leader].error
    for trial in sixteenBitTrials.sorted(by: { $0.gainPerMicrosecond > $1.gainPerMicrosecond }) where trial.gain > 0 {
      let method = plain.with { $0.sixteenBits = .named(chosen.union([trial.name])) }
      // How weights are rounded is as good for layers in 16 bits.
      learned[method.description] = learned[plain.description]
      try round(.sixteenBits, [method], trying)
      // What wins less than a fiftieth is not worth its time.
      guard let after = trials.last?.error, after < 0.98 * error else { continue }
      error = after
      chosen.insert(trial.name)
      if hasRoom { return }
    }
  }

  private mutating func round(
    _ stage: SearchWork.Stage, _ methods: [QuantizationMethod], _ trying: (SearchProgress) -> Void
  ) throws {
    work.begin(stage)
    for (place, method) in methods.enumerated() where !trials.contains(where: { $0.method == method }) {
      let name = method.description
      let before = stage == .sixteenBits ? 0.5 : Double(place) / Double(methods.count)
      trying(progress(name, before))
      if method.needsImages, learned[name] == nil {
        learned[name] = try Learner(method, model, record, threads: threads, kernels: kernels).learn(calibration) {
          trying(progress(name, before + $0 / Double(methods.count)))
        }
      }
      let int8 = try Quantizer(method).untested(model, record, learned: learned[name])
      let outcome = try evaluator.evaluate(int8)
      trials.append(Trial(method: method, outcome: outcome, error: try error(int8, method, outcome)))
    }
  }

  private func progress(_ name: String, _ part: Double) -> SearchProgress {
    let isEnough = !trials.isEmpty && hasRoom
    let expected = isEnough ? possible.subtracting([.rounding, .sixteenBits, .fineTuning]) : possible
    return SearchProgress(method: name, share: work.share(part, expected: expected))
  }

  /// See `Trial.error`.
  private func error(
    _ int8: QuantizedModel, _ method: QuantizationMethod, _ outcome: MethodEvaluator.Outcome
  ) throws -> Double {
    guard let helper else { return outcome.squaredError }
    if !method.needsImages {
      let (few, more) = (Double(evaluator.images.count), Double(helper.images.count))
      let other = try helper.evaluate(int8).squaredError
      return (few * outcome.squaredError + more * other) / (few + more)
    }
    let plain = method.with {
      $0.correctsBias = false
      $0.learnsRounding = false
      $0.fineTunes = false
      $0.sixteenBits = sixteenBits
    }
    guard let base = trials.first(where: { $0.method == plain }), base.outcome.squaredError > 0 else {
      return outcome.squaredError
    }
    return base.error * outcome.squaredError / base.outcome.squaredError
  }

  /// The place of the best trial so far.
  private var leader: Int {
    let nearest = trials.map(\.error).min()!
    return trials.indices.min { key(trials[$0], nearest) < key(trials[$1], nearest) }!
  }

  private var best: QuantizationMethod { trials[leader].method }

  /// Logits not twice as far off as the nearest; within the budget before beyond it, there by loss; then by the error
  /// of the logits. The first of equals leads.
  private func key(_ trial: Trial, _ nearest: Double) -> (Int, Double, Double) {
    (trial.error > 4 * nearest ? 1 : 0, max(0, trial.outcome.loss.points - budget), trial.error)
  }

  private var hasRoom: Bool {
    let outcome = trials[leader].outcome
    return outcome.loss.interval.upperBound <= budget && outcome.agreement >= 0.995
  }

  private func finish() throws -> Result {
    let winner = leader
    let method = trials[winner].method
    let reason = reason(winner)
    var record = record
    record.choice = .init(method: method.description, trials: report, reason: reason)
    record.answers = AnswerFit(
      model.description, images: evaluator.images, before: evaluator.logits, after: trials[winner].outcome.logits,
      isLabelled: evaluator.isLabelled)
    record.learned = learned.filter { $0.key == method.description }
    return Result(
      model: try Quantizer(method).quantize(model, record), record: record, trials: trials, winner: winner,
      reason: reason, sixteenBitTrials: sixteenBitTrials)
  }

  private func reason(_ winner: Int) -> String {
    let outcome = trials[winner].outcome
    guard trials.count > 1 else { return "it was asked for" }
    if outcome.loss.points > budget {
      return "none of \(trials.count) methods keeps the budget of \(budget) points; it loses least"
    }
    let isNearest = trials.allSatisfy { $0.error >= trials[winner].error }
    let nearest =
      "of \(trials.count) methods tried, " + (isNearest ? "" : "and of those that keep the budget, ")
      + "its logits are nearest to float" + (helper == nil ? "" : ", the calibration images included")
    guard hasRoom else {
      return
        "\(nearest); \(outcome.loss.images) images are too few, or the loss is too large, to prove \(budget) points"
    }
    return "\(nearest), and the loss stays within \(budget) points beyond doubt"
      + (skipsExpensiveMethods ? ": learned rounding and fine-tuning are not needed" : "")
  }

  /// All trials in words, for the card.
  private var report: String {
    let kind = evaluator.isLabelled ? "points lost" : "points of answers changed"
    let rows = trials.map { trial in
      let loss = trial.outcome.loss
      return "\(trial.method) \(fixed(loss.points, 2)) (\(fixed(loss.interval.lowerBound, 2)) to "
        + "\(fixed(loss.interval.upperBound, 2))), logits off by \(fixed(100 * trial.outcome.relativeError, 2)) %"
    }
    return "on \(evaluator.images.count) validation images, \(kind): " + rows.joined(separator: "; ")
  }
}
