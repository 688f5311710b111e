import Numerics

extension Metrics {
  /// As in `91.2 % of 1759, 95 % interval 89.8 % to 92.4 %`.
  public var accuracyInWords: String {
    "\(percent(accuracy)) of \(count), 95 % interval \(percent(accuracyInterval.lowerBound)) to "
      + percent(accuracyInterval.upperBound)
  }
}
