/// What labelled pictures are read for: how many it takes, and what is said where they are too few.
public enum DataUse: Sendable {
  /// Weights are learned: every class needs pictures to learn from and pictures that validate.
  case training
  /// Activations are observed on the training part, and methods evaluated on the validation part.
  case calibration
  /// A trained model is measured: no class needs a number of pictures.
  case evaluation
  /// The pictures themselves are looked at.
  case checkup

  /// What needs two classes, and why.
  var needsClasses: String {
    switch self {
    case .training: "training needs at least two class folders"
    case .calibration: "a labelled calibration set has at least two class folders"
    case .evaluation:
      "accuracy is measured on at least two class folders, since one label for everything would do for one"
    case .checkup: "a check-up compares at least two class folders"
    }
  }

  /// What the training part's pictures are for.
  var verb: String {
    switch self {
    case .training, .checkup: "to train on"
    case .calibration: "to calibrate on"
    case .evaluation: "to evaluate on"
    }
  }
}
