import Graphs

extension Decision {
  /// The rule by which this share of the pictures of each class that may be shown is likely enough to be labelled: its
  /// threshold is the probability of its class that so many of its own pictures reach. What comes of it for pictures of
  /// other classes, `Coverage` counts.
  ///
  /// - Parameters:
  ///   - predictions: of pictures that were not trained on, calibrated, from sources that hold every class.
  ///   - classes: how many there are.
  ///   - hidden: the classes that are never shown.
  ///   - coverage: the share, in 0...1.
  ///   - otherwise: what is said where no label may be shown.
  public static func fitted(
    to predictions: [Metrics.Prediction], classes: Int, hiding hidden: Set<Int>, coverage: Double, otherwise: String
  ) -> Decision {
    let thresholds = (0..<classes).map { label -> Float? in
      guard !hidden.contains(label) else { return nil }
      let own = predictions.filter { $0.label == label }.map { Float($0.probabilities[label]) }
      return threshold(reachedBy: Int((coverage * Double(own.count)).rounded(.up)), of: own)
    }
    return Decision(thresholds: thresholds, otherwise: otherwise)
  }

  /// The same rule for another model of the same network, for example its int8 twin: thresholds that as many of the same
  /// pictures reach.
  ///
  /// - Parameters:
  ///   - before: probabilities by which this rule was fitted, `[labels]` of each picture.
  ///   - after: the other model's, of the same pictures.
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
    guard count > 0, count <= probabilities.count else { return 0 }
    let last = probabilities.sorted(by: >)[count - 1]
    var thousandths = min(1_000, Int(last * 1_000) + 1)
    while thousandths > 0, Float(thousandths) / 1_000 > last { thousandths -= 1 }
    return Float(thousandths) / 1_000
  }
}
