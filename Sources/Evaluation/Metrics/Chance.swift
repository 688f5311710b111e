import Numerics

/// What figures say where a model may have learned nothing, or where pictures are too few to tell.
public struct ChanceCheck: Hashable, Sendable {
  /// Pictures counted.
  public let pictures: Int
  /// Those labelled rightly.
  public let right: Int
  /// The class with the most pictures, the first of equals.
  public let commonest: Int
  /// Its share of the pictures: the accuracy of a model that always answers so.
  public let commonestShare: Double

  /// Wilson's 95 % interval of the accuracy.
  public let interval: ClosedRange<Double>

  /// - Parameters:
  ///   - counts: pictures of each class.
  ///   - right: pictures labelled rightly.
  public init(counts: [Int], right: Int) {
    pictures = counts.reduce(0, +)
    self.right = right
    commonest = counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    commonestShare = pictures == 0 ? 0 : Double(counts[commonest]) / Double(pictures)
    interval = Wilson.interval(right, of: pictures)
  }

  /// Share of pictures labelled rightly.
  public var accuracy: Double { pictures == 0 ? 0 : Double(right) / Double(pictures) }

  /// Whether the accuracy cannot be told from that of always naming the commonest class. Nothing can be said where
  /// there is one class alone.
  public var mayBeChance: Bool { commonestShare < 1 && interval.lowerBound <= commonestShare }

  /// Whether the interval is wider than twenty points.
  public var isVague: Bool { interval.upperBound - interval.lowerBound > 0.2 }

  /// How many pictures would tell this accuracy to within five points: n = p (1 - p) (1.96 / 0.05)^2, of a p at least
  /// five points from both ends.
  public var enoughPictures: Int {
    let share = min(0.95, max(0.05, accuracy))
    return Int((share * (1 - share) * (1.96 / 0.05) * (1.96 / 0.05)).rounded(.up))
  }
}

extension Metrics {
  /// What the figures say where the model may have learned nothing.
  public var chance: ChanceCheck { ChanceCheck(counts: confusion.map { $0.reduce(0, +) }, right: correct) }
}
