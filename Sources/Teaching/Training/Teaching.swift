import Datasets
import Evaluation
import Models
import Numerics

/// Teaching: pictures that somebody collected become a better int8 model, or one for classes of their own.
public enum Teaching {
  /// How it is done.
  public enum Way: Equatable, Sendable {
    /// The classes are the model's: its head is learned anew, with stored features of others beside one's own pictures.
    case personalize
    /// Other classes: a network of their own, which begins as the model or from nothing.
    case newClasses

    /// The way for these classes: where all are the model's, it is taught.
    public init(classes: [String], of model: ModelDescription) {
      self = Set(classes).isSubset(of: model.labels) ? .personalize : .newClasses
    }
  }

  /// How far it is.
  public struct Progress: Sendable {
    /// What is done at the moment, as a clause.
    public var doing: String
    /// Of all, from 0 to 1.
    public var share: Double
    /// Accuracy on held-out pictures of each round so far, for a curve.
    public var curve: [Double]
  }

  /// What came out.
  public struct Result: Sendable {
    /// How it was done.
    public let way: Way
    /// The new model.
    public internal(set) var int8: QuantizedModel
    /// The same in float; nil where the model that was taught came without its float weights.
    public let float: FloatModel?
    /// On the pictures that were held out.
    public let own: Pair
    /// On pictures of people in general; nil where none are stored for this model, and for classes of one's own.
    public let general: Pair?
    /// Of the held-out pictures, how many the float model names as the int8 model does; nil without a float model.
    public let agreement: (same: Int, of: Int)?
    /// Held-out pictures whose answer changed: name, right class, before and after.
    public let changed: [Change]
    /// What else should be known, in sentences.
    public let notes: [String]
    /// How long it took.
    public let seconds: Double

    /// Whether the new model may take the place of the old one: right more often on held-out pictures, and on those of
    /// people in general at most half a point less often; or, for classes that the old one does not know, beyond doubt
    /// right more often than the most frequent class alone would be.
    public var isBetter: Bool {
      let chance = Double(own.chance) / Double(max(1, own.count))
      let isGood = own.before.map { own.after > $0 } ?? (own.interval.lowerBound > chance)
      return isGood && (general.map { $0.lost <= 0.5 } ?? true)
    }
  }

  /// A held-out picture of which the answer changed.
  public struct Change: Sendable {
    /// The picture.
    public let name: String
    /// Its class.
    public let label: String
    /// What was said of it and what is said now.
    public let before, after: String
  }

  /// How many pictures were named rightly, before and after.
  public struct Pair: Hashable, Sendable {
    /// Pictures in all.
    public let count: Int
    /// Rightly named by the old model; nil where it does not know these classes.
    public let before: Int?
    /// Rightly named by the new one.
    public let after: Int
    /// How many the most frequent class alone would name.
    public let chance: Int
    /// Pictures that only the old one, and that only the new one names rightly.
    public let onlyBefore, onlyAfter: Int

    init(labels: [Int], before: [Int]?, after: [Int]) {
      count = labels.count
      func right(_ answers: [Int]) -> Int { zip(labels, answers).count { $0 == $1 } }
      self.before = before.map(right)
      self.after = right(after)
      chance = Dictionary(grouping: labels) { $0 }.values.map(\.count).max() ?? 0
      let both = zip(labels, zip(before ?? after, after))
      onlyBefore = both.count { $0 == $1.0 && $0 != $1.1 }
      onlyAfter = both.count { $0 != $1.0 && $0 == $1.1 }
    }

    /// Points of 100 that were lost; negative where some were won.
    public var lost: Double { count == 0 ? 0 : 100 * Double((before ?? after) - after) / Double(count) }
    /// Wilson's 95 % interval of the new accuracy.
    public var interval: ClosedRange<Double> { Wilson.interval(after, of: count) }
    /// The chance that luck alone parts the pictures on which one of both is right so unevenly.
    public var pValue: Double { McNemar.pValue(onlyFirstRight: onlyBefore, onlySecondRight: onlyAfter) }
  }
}
