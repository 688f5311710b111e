import Numerics

extension Coverage {
  /// As in `85.1 % of 1,758 labelled (83.4 % to 86.7 %), 96.2 % of those rightly (95.1 % to 97.1 %), without thresholds
  /// 91.9 %; of 729 that are never shown 71.2 % without a label (67.8 % to 74.4 %)`; in brackets 95 % intervals.
  public var words: String {
    var parts: [String] = []
    if shown.pictures > 0 {
      parts.append(
        "\(Self.share(shown.labelled, shown.pictures)) of \(grouped(shown.pictures)) labelled, "
          + "\(Self.share(shown.right, shown.labelled)) of those rightly; nearest label right "
          + Self.share(shown.nearest, shown.pictures))
    }
    if hidden.pictures > 0 {
      parts.append(
        "of \(grouped(hidden.pictures)) that are never shown "
          + "\(Self.share(hidden.pictures - hidden.labelled, hidden.pictures)) without a label")
    }
    return parts.joined(separator: "; ")
  }

  /// What became of each class, as in `happy 91.0 % labelled, sad 80.2 %; labelled although never shown: neutral 9.1 %,
  /// fear 7.4 %`.
  public func classWords(_ labels: [String]) -> String {
    func part(_ isShown: Bool) -> String {
      classes.indices.filter { mayShow.contains($0) == isShown && classes[$0].pictures > 0 }.map {
        "\(labels[$0]) \(percent(Double(classes[$0].labelled) / Double(classes[$0].pictures)))"
      }.joined(separator: ", ")
    }
    let (own, others) = (part(true), part(false))
    return [own.isEmpty ? "" : "labelled: " + own, others.isEmpty ? "" : "labelled although never shown: " + others]
      .filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private static func share(_ some: Int, _ all: Int) -> String {
    let interval = Wilson.interval(some, of: all)
    return "\(percent(Double(some) / Double(max(1, all)))) "
      + "(\(percent(interval.lowerBound)) to \(percent(interval.upperBound)))"
  }
}
