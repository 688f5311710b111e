import Models
import Numerics

/// What a decision shall reach on pictures that were not trained on, as shares in 0...1.
public struct DecisionGoals: Hashable, Sendable {
  /// Of the pictures of classes that may be shown, how many get a label.
  public var labelled: Double
  /// Of these labels, how many are right.
  public var right: Double
  /// Of the pictures of classes that are never shown, how many get no label.
  public var unsure: Double

  /// Shares in 0...1; the defaults are 80 % labelled, 95 % of these right, 60 % unsure.
  public init(labelled: Double = 0.8, right: Double = 0.95, unsure: Double = 0.6) {
    self.labelled = labelled
    self.right = right
    self.unsure = unsure
  }
}

extension Decision {
  /// The thresholds that meet the goals with the most room: of all that were tried, those whose worst goal is missed by
  /// least or exceeded by most, counted in standard errors of its share, since a share of few pictures is known badly;
  /// of equals the next worst goal decides.
  ///
  /// First one threshold for all classes is sought (Chow 1970: the best for probabilities that are true, if all
  /// mistakes cost the same), then those of any two classes are changed together, over a grid of hundredths, until no
  /// move helps: one alone cannot follow where a goal is kept only if one threshold rises as another falls.
  ///
  /// - Parameters:
  ///   - predictions: of pictures that were not trained on, calibrated, from sources that hold every class.
  ///   - classes: how many there are.
  ///   - hidden: the classes that are never shown.
  ///   - otherwise: what is said where no label may be shown.
  public static func fitted(
    to predictions: [Metrics.Prediction], classes: Int, hiding hidden: Set<Int>, goals: DecisionGoals, otherwise: String
  ) -> Decision {
    let shown = (0..<classes).filter { !hidden.contains($0) }
    let seen = predictions.map { prediction -> Seen in
      let best = shown[shown.map { prediction.probabilities[$0] }.indexOfLargest ?? 0]
      return Seen(
        nearest: best, probability: Float(prediction.probabilities[best]), truth: prediction.label,
        isHidden: hidden.contains(prediction.label))
    }
    let steps = stride(from: 0, through: 990, by: 10).map { Float($0) / 1_000 }
    // Each class with each other one; one that is alone, with itself.
    let pairs = shown.flatMap { one in shown.filter { $0 > one || shown.count == 1 }.map { (one, $0) } }
    func best(_ candidates: [[Float]]) -> (thresholds: [Float], rooms: [Double]) {
      let tried = candidates.map { ($0, goals.rooms(seen, $0)) }
      return tried.dropFirst().reduce(tried[0]) { $0.1.lexicographicallyPrecedes($1.1) ? $1 : $0 }
    }
    var leader = best(steps.map { [Float](repeating: $0, count: classes) })
    var hasImproved = true
    while hasImproved {
      hasImproved = false
      for (one, other) in pairs {
        let improved = best(
          steps.flatMap { first in
            steps.map { second in
              var thresholds = leader.thresholds
              thresholds[one] = first
              thresholds[other] = second
              return thresholds
            }
          })
        if leader.rooms.lexicographicallyPrecedes(improved.rooms) { (leader, hasImproved) = (improved, true) }
      }
    }
    return Decision(
      thresholds: (0..<classes).map { hidden.contains($0) ? nil : leader.thresholds[$0] }, otherwise: otherwise)
  }

  /// The same rule for another model of the same network, for example its int8 version: thresholds that as many of the
  /// same pictures reach.
  ///
  /// - Parameters:
  ///   - before: probabilities by which this rule was fitted, `[labels]` of each picture.
  ///   - after: the other model's, of the same pictures. One that is not a number reaches no threshold.
  public func matched(_ before: [[Float]], _ after: [[Float]]) -> Decision {
    var matched = self
    for (label, threshold) in thresholds.enumerated() {
      guard let threshold else { continue }
      let reaching = before.count { $0[label] >= threshold }
      // Where all reach it, or none, nothing is known of where it belongs.
      guard reaching > 0, reaching < before.count else { continue }
      matched.thresholds[label] = Self.threshold(reachedBy: reaching, of: after.map { $0[label] })
    }
    return matched
  }

  /// When a label is shown, as in `happy from 0.512, sad from 0.433, otherwise unsure`.
  public func words(labels: [String]) -> String {
    let shown = shownClasses.map { "\(labels[$0]) from \(thresholds[$0] ?? 0)" }
    return shown.joined(separator: ", ") + ", otherwise " + otherwise
  }

  /// The largest number of three decimals that so many of the probabilities reach.
  private static func threshold(reachedBy count: Int, of probabilities: [Float]) -> Float {
    let numbers = probabilities.filter { !$0.isNaN }
    guard count > 0, count <= numbers.count else { return 0 }
    let last = numbers.sorted(by: >)[count - 1]
    var thousandths = min(1_000, Int(last * 1_000) + 1)
    while thousandths > 0, Float(thousandths) / 1_000 > last { thousandths -= 1 }
    return Float(thousandths) / 1_000
  }
}

/// What counts of a prediction where thresholds are tried.
private struct Seen {
  let nearest: Int
  let probability: Float
  let truth: Int
  let isHidden: Bool
}

extension DecisionGoals {
  /// By how many standard errors each goal is exceeded, negative where it is missed; the worst first.
  fileprivate func rooms(_ seen: [Seen], _ thresholds: [Float]) -> [Double] {
    var (shown, labelled, right, hidden, unsure) = (0, 0, 0, 0, 0)
    for one in seen {
      let isSure = one.probability >= thresholds[one.nearest]
      if one.isHidden {
        hidden += 1
        unsure += isSure ? 0 : 1
      } else {
        shown += 1
        labelled += isSure ? 1 : 0
        right += isSure && one.nearest == one.truth ? 1 : 0
      }
    }
    return [
      Self.room(labelled, of: shown, self.labelled), Self.room(right, of: labelled, self.right),
      Self.room(unsure, of: hidden, self.unsure),
    ].sorted()
  }

  /// The standard error is that of the goal's share; a goal for pictures that are not there is met.
  private static func room(_ count: Int, of all: Int, _ goal: Double) -> Double {
    guard all > 0 else { return .infinity }
    let spread = max(1e-3, goal * (1 - goal)).squareRoot()
    return (Double(count) / Double(all) - goal) / spread * Double(all).squareRoot()
  }
}
