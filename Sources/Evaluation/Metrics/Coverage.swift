import Models

/// What a model's decision did on pictures of known classes: how many faces get a label, how many of these labels are
/// right, and how many pictures of classes that are never shown are rightly left without one.
public struct Coverage: Hashable, Sendable {
  /// Pictures of one class.
  public struct Count: Hashable, Sendable {
    /// All of them.
    public var pictures = 0
    /// Those that got a label.
    public var labelled = 0
    /// Those whose label is their class.
    public var right = 0
    /// Those whose likeliest class among the ones that may be shown is their own, whether or not it is likely enough.
    public var nearest = 0

    static func + (a: Count, b: Count) -> Count {
      Count(
        pictures: a.pictures + b.pictures, labelled: a.labelled + b.labelled, right: a.right + b.right,
        nearest: a.nearest + b.nearest)
    }
  }

  /// By class.
  public let classes: [Count]
  /// The numbers of the classes that may be shown.
  public let mayShow: Set<Int>
  /// The classes that may be shown, together.
  public let shown: Count
  /// Those that are never shown, together.
  public let hidden: Count

  /// Counts predictions.
  public init(_ predictions: [Metrics.Prediction], labels: [String], by decision: Decision) {
    var classes = [Count](repeating: Count(), count: labels.count)
    for prediction in predictions {
      let answer = decision.answer(prediction.probabilities.map { Float($0) }, labels: labels)
      let isNearest = answer.candidate == prediction.label
      classes[prediction.label].pictures += 1
      classes[prediction.label].labelled += answer.isSure ? 1 : 0
      classes[prediction.label].right += answer.isSure && isNearest ? 1 : 0
      classes[prediction.label].nearest += isNearest ? 1 : 0
    }
    self.classes = classes
    let mayShow = Set(decision.shownClasses)
    self.mayShow = mayShow
    shown = classes.indices.filter { mayShow.contains($0) }.reduce(Count()) { $0 + classes[$1] }
    hidden = classes.indices.filter { !mayShow.contains($0) }.reduce(Count()) { $0 + classes[$1] }
  }
}
