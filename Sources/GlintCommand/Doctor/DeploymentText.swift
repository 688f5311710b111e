import Evaluation
import Imaging
import Numerics

/// How a model is fed, in words for a terminal.
struct DeploymentText {
  private let check: DeploymentCheck
  /// The accuracy that another program reaches, 0...1.
  private let seen: Double?
  /// What became of every file of the folders.
  private let account: ReadingAccount
  /// Whether the user had the model fed against what its file says.
  private let isOverridden: Bool

  init(_ check: DeploymentCheck, seen: Double?, account: ReadingAccount, isOverridden: Bool) {
    self.check = check
    self.account = account
    self.seen = seen
    self.isOverridden = isOverridden
  }

  func show() {
    emit("")
    var table = Table(["fed with", "accuracy", "95 % interval", "change", "pictures"])
    table.add([
      isOverridden ? "whole pictures, against what the model's file says" : "what the model's file says",
      percent(check.accuracy), words(check.interval), "", String(check.pictures),
    ])
    for row in check.rows.sorted(by: { $0.gain < $1.gain }) {
      table.add([
        row.mistake.words, percent(row.accuracy), words(row.interval),
        (row.gain >= 0 ? "+" : "") + fixed(row.gain * 100, 1) + " points", String(row.pictures),
      ])
    }
    table.show()
    emit("")
    sentences.forEach { emit($0) }
  }

  /// What follows, in sentences.
  private var sentences: [String] {
    var sentences = check.explanations.map { row in
      """
      Fed with \(row.mistake.words) the model does better by \(fixed(row.gain * 100, 1)) points: the pictures, or \
      those that it was trained on, were made so. Put that right where they are made.
      """
    }
    if isOverridden {
      sentences.append(
        """
        The model was trained on faces and is fed whole pictures here, which is a mistake in itself: leave --no-faces \
        out.
        """
      )
    } else if sentences.isEmpty {
      sentences.append("No mistake makes the answers clearly better: the model is fed as it was trained.")
    }
    guard let seen else { return sentences }
    let fitting = check.mistakes(giving: seen)
    if check.interval.contains(seen) {
      sentences.append("\(percent(seen)) elsewhere is what the model reaches here, and needs no explanation.")
    } else if fitting.isEmpty {
      sentences.append("None of these mistakes alone would explain \(percent(seen)).")
    } else {
      sentences.append("\(percent(seen)) elsewhere would be explained by:")
      sentences += fitting.map { "  \($0.mistake.words) (\(percent($0.accuracy)), \(words($0.interval)))" }
    }
    return sentences
  }

  private func words(_ interval: ClosedRange<Double>) -> String {
    "\(percent(interval.lowerBound)) to \(percent(interval.upperBound))"
  }

  /// What a program reads.
  struct Facts: Encodable {
    struct Mistake: Encodable {
      let mistake: String
      let pictures: Int
      let accuracy: Double
      let accuracy_interval: [Double]
      let gain: Double
      let p: Double
    }

    let pictures: Int
    let accuracy: Double
    let accuracy_interval: [Double]
    /// Whether the model was fed as its file says, before any mistake.
    let as_the_file_says: Bool
    let mistakes: [Mistake]
    let explanations: [String]
    let explains_seen: [String]?
    let reading: ReadingFacts
  }

  /// In the words of `doctor --model --json`.
  var facts: Facts {
    Facts(
      pictures: check.pictures, accuracy: check.accuracy,
      accuracy_interval: [check.interval.lowerBound, check.interval.upperBound], as_the_file_says: !isOverridden,
      mistakes: check.rows.map {
        .init(
          mistake: $0.mistake.rawValue, pictures: $0.pictures, accuracy: $0.accuracy,
          accuracy_interval: [$0.interval.lowerBound, $0.interval.upperBound], gain: $0.gain, p: $0.p)
      }, explanations: check.explanations.map(\.mistake.rawValue),
      explains_seen: seen.map { check.mistakes(giving: $0).map(\.mistake.rawValue) }, reading: ReadingFacts(account))
  }
}
