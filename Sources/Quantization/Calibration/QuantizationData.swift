import Datasets

/// The images that a float model is quantized on: some calibrate, others evaluate methods, none is of the test part.
public struct QuantizationData: Sendable {
  /// What activations are observed on.
  public let calibration: [CalibrationImages.Item]
  /// What methods are evaluated on; empty where the images are too few.
  public let validation: [LabelledImage]
  /// Whether the classes of `validation` are known.
  public let isLabelled: Bool

  /// The most images that evaluate methods.
  public static let mostValidation = 1_024
  /// Fewer tell nothing.
  public static let fewestValidation = 20

  /// The labelled data of a data set: calibration images are of its training part, and methods are evaluated on its
  /// validation part.
  ///
  /// - Parameters:
  ///   - calibration: images of `dataset.training`.
  ///   - validation: images of `dataset.validation`, at most `mostValidation`.
  public init(_ dataset: Dataset, calibration: CalibrationImages, validation: CalibrationImages) {
    let whole = Set(dataset.validation.filter(dataset.knowsAllClasses).map(\.name))
    self.calibration = calibration.items
    self.validation = validation.items.map {
      LabelledImage(name: $0.path, label: $0.label, pixels: $0.pixels, knowsAllClasses: whole.contains($0.path))
    }
    isLabelled = true
  }

  /// Shares out images without labels: a fifth evaluates methods, unless there are plenty; where that is too few to
  /// tell anything, or no methods are compared, all calibrate.
  ///
  /// - Parameters:
  ///   - count: the most images that calibrate.
  ///   - comparesMethods: whether images are needed to evaluate methods.
  public init(_ images: CalibrationImages, count: Int, comparesMethods: Bool) {
    let all = images.items
    var calibrating = min(count, all.count - all.count / 5)
    var evaluating = all[calibrating...]
    if !comparesMethods || evaluating.count < Self.fewestValidation {
      (calibrating, evaluating) = (min(count, all.count), [])
    }
    calibration = Array(all[..<calibrating])
    validation = evaluating.map { LabelledImage(name: $0.path, label: 0, pixels: $0.pixels) }
    isLabelled = false
  }
}
