import Numerics

/// What the pictures of a comparison show of the difference between two models, and what they leave open.
public struct ComparisonVerdict: Hashable, Sendable {
  /// What they show at 95 % confidence.
  public enum Finding: String, Hashable, Sendable, CaseIterable {
    /// There were no pictures.
    case nothing
    /// The second model is more accurate.
    case better
    /// The second model loses at most the margin.
    case equivalent
    /// The second model is less accurate, by what may be more than the margin.
    case worse
    /// Neither: more pictures would tell.
    case open
  }

  /// Pictures to which both gave the same label.
  public let same: Int
  /// Accuracy that the second model loses to the first.
  public let loss: PairedLoss
  /// Whether every probability was the same to the bit.
  public let isIdentical: Bool
  /// The loss, in points of 100, that is as good as none.
  public let margin: Double

  /// - Parameters:
  ///   - same: pictures to which both gave the same label.
  ///   - isIdentical: whether every probability was the same.
  ///   - margin: the loss, in points of 100, that is as good as none.
  public init(same: Int, loss: PairedLoss, isIdentical: Bool = false, margin: Double = 0.5) {
    self.same = same
    self.loss = loss
    self.isIdentical = isIdentical
    self.margin = margin
  }

  /// Pictures compared.
  public var pictures: Int { loss.images }

  /// What the interval of the loss shows.
  public var finding: Finding {
    guard pictures > 0 else { return .nothing }
    let interval = loss.interval
    if interval.upperBound < 0 { return .better }
    if interval.upperBound <= margin { return .equivalent }
    return interval.lowerBound > 0 ? .worse : .open
  }

  /// The 95 % interval of the share of pictures to which the two give different labels (Wilson's).
  public var differing: ClosedRange<Double> { Wilson.interval(pictures - same, of: pictures) }

  /// The 95 % interval of the share to which they give the same label.
  public var agreement: ClosedRange<Double> { Wilson.interval(same, of: pictures) }

  /// About how many pictures would tell the loss to within the margin, were labels to change as often as here. Where
  /// none changed, how many like them would bring Wilson's bound on changed labels under the margin.
  public var enoughPictures: Int {
    let z = 1.959964, margin = max(self.margin, 0.01) / 100
    if same == pictures { return Self.rounded(z * z * (1 - margin) / margin) }
    let changed = Double(loss.lost + loss.won + 1) / Double(pictures + 2)
    return Self.rounded(changed * (z / margin) * (z / margin))
  }

  /// Rounded up to two digits: no more of it is known.
  private static func rounded(_ count: Double) -> Int {
    var unit = 1.0
    while count / unit >= 100 { unit *= 10 }
    return Int((count / unit).rounded(.up) * unit)
  }
}

extension Comparison {
  /// What the pictures show.
  ///
  /// - Parameter margin: the loss, in points of 100, that is as good as none.
  public func verdict(margin: Double = 0.5) -> ComparisonVerdict {
    ComparisonVerdict(same: same, loss: loss, isIdentical: isIdentical, margin: margin)
  }
}
