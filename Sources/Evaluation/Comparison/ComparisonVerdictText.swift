import Numerics

extension ComparisonVerdict {
  /// The margin in points, as in `0.5`: decimals that are zero are left out.
  public var marginText: String {
    let whole = fixed(margin, 3)
    return String(whole.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
  }

  /// The verdict in one or two sentences.
  ///
  /// - Parameter names: what to call the two models.
  public func sentence(_ names: (first: String, second: String)) -> String {
    let (first, second) = names
    let low = loss.interval.lowerBound, high = loss.interval.upperBound
    func points(_ value: Double) -> String { fixed(abs(value), abs(value) < 1 ? 2 : 1) }
    let on = "on \(grouped(pictures)) pictures"
    switch finding {
    case .nothing: return "No picture was compared."
    case .better:
      return "\(second) is more accurate than \(first), by \(points(loss.points)) points "
        + "(\(points(high)) to \(points(low))) \(on): more than chance explains."
    case .equivalent where low > 0:
      return "\(second) is less accurate than \(first), by \(points(loss.points)) points (\(points(low)) to "
        + "\(points(high))) \(on): more than chance explains, and within the margin of \(marginText)."
    case .equivalent:
      let equal = isIdentical ? "Every probability is the same" : "\(second) is as accurate as \(first)"
      return "\(equal) \(on): \(second) loses at most \(points(high)) points, with 95 % confidence."
    case .worse:
      return "\(second) is less accurate than \(first), by \(points(loss.points)) points (\(points(low)) to "
        + "\(points(high))) \(on): more than chance explains."
    case .open where same == pictures:
      let found = isIdentical ? "No difference: every probability is the same" : "No difference found"
      return "\(found) \(on); up to \(percent(differing.upperBound)) of labels could still differ. "
        + "About \(grouped(enoughPictures)) pictures without one would bring that under \(marginText) %."
    case .open:
      return "\(grouped(pictures)) pictures cannot tell: \(second) may be up to \(points(high)) points less accurate "
        + "than \(first), or \(points(low)) more. About \(grouped(enoughPictures)) would tell to within "
        + "\(marginText) points."
    }
  }

  /// McNemar's test of the same counts, explained.
  ///
  /// - Parameter names: what to call the two models.
  public func mcNemarSentence(_ names: (first: String, second: String)) -> String {
    guard loss.lost + loss.won > 0 else { return "No picture is labelled rightly by one of the two alone." }
    let p = loss.mcNemarP
    let share = p < 0.001 ? "less than 0.1 %" : percent(p)
    return
      "\(names.first) alone is right on \(loss.lost), \(names.second) alone on \(loss.won): were both equally good, "
      + "\(share) of comparisons would come out at least as uneven (McNemar's exact test)."
  }
}
