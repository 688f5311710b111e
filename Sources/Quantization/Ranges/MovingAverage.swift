/// The exponential moving average of each image's smallest and largest value (Jacob et al. 2018, "Quantization and
/// Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", section 3.1): a single odd image moves
/// it little.
public enum MovingAverage {
  /// The share that the newest image has.
  public static let rate: Float = 0.05

  /// The range after all images, in the order of the record (by hash), so that it follows from the images alone.
  ///
  /// Started at the first image: `average += rate * (next - average)`.
  public static func range(_ images: [CalibrationRecord.Extremes]) -> (low: Float, high: Float) {
    guard let first = images.first else { return (0, 0) }
    return images.dropFirst().reduce((first.low, first.high)) { average, next in
      (average.0 + rate * (next.low - average.0), average.1 + rate * (next.high - average.1))
    }
  }
}
