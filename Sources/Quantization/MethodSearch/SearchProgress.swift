import FloatRuntime
import Models

/// How far a search is.
public struct SearchProgress: Sendable {
  /// The method that is being tried.
  public let method: String
  /// The share of the work that is done, 0 to 1: of what has been done and is expected still. It grows at a leap where
  /// methods turn out not to be needed.
  public let share: Double
}

/// The work of a search, counted in runs of one picture through the float network, by which its end can be told.
///
/// A method that learns takes as long as a hundred that do not, so that the number of methods tells nothing of the
/// time. The weights below were measured with the compact and the reference network.
struct SearchWork {
  /// A group of methods that are tried one after the other.
  enum Stage: Int, CaseIterable {
    case ranges, weights, fineWeights, equalizing, equalizedRanges, biases, rounding, sixteenBits, fineTuning
  }

  /// A run of the int8 engine against one of the float network.
  private static let int8 = 0.1
  /// Learned rounding of a layer, against the runs through the networks that show what goes into it.
  private static let rounding = 1.0

  private let costs: [Double]
  private var done = 0.0
  private var stage = Stage.ranges

  /// - Parameters:
  ///   - images: how many evaluate a method.
  ///   - calibration: how many teach one.
  init(_ model: FloatModel, images: Int, calibration: Int) {
    let layers = model.parameters.count { $0 != nil }
    let trial = Double(images) * Self.int8
    let samples = Double(layers * calibration)
    costs = Stage.allCases.map { stage in
      switch stage {
      case .ranges, .equalizedRanges: 5 * trial
      case .weights, .fineWeights, .equalizing: trial
      case .biases: samples + trial
      case .rounding: samples * (1 + Self.rounding) + trial
      case .sixteenBits: Double(layers) * 2 * trial
      case .fineTuning: FineTuning.pictures + trial
      }
    }
  }

  /// A stage begins; what was expected of those before is done.
  mutating func begin(_ next: Stage) {
    if next != stage { done += costs[stage.rawValue] }
    stage = next
  }

  /// The share of the work that is done.
  ///
  /// - Parameters:
  ///   - part: of the stage, 0 to 1.
  ///   - expected: which stages are still to come, as far as is known.
  func share(_ part: Double, expected: Set<Stage>) -> Double {
    let now = costs[stage.rawValue]
    let later = expected.filter { $0.rawValue > stage.rawValue }.map { costs[$0.rawValue] }.reduce(0, +)
    let sum = done + part * now
    return sum / (sum + (1 - part) * now + later)
  }
}
