import Files
import Imaging

extension Dataset {
  /// Leaves a source's pictures out of training and validation, so that its test pictures show how a model does on
  /// sources that it never saw.
  ///
  /// - Parameter name: as in `origins`.
  /// - Throws: `DatasetError` where there is no such source, or the others are too few to train on.
  public mutating func leaveOut(_ name: String) throws(DatasetError) {
    guard let origin = origins.firstIndex(of: name) else {
      throw DatasetError(path: name, "is none of the data folders, which are \(origins.joined(separator: ", "))")
    }
    let before = training.count + validation.count
    training.removeAll { $0.origin == origin }
    validation.removeAll { $0.origin == origin }
    for (label, count) in counts(training).enumerated() where count < 2 {
      throw DatasetError(
        path: name, "cannot be left out: the others have \(count) pictures of '\(labels[label])' to train on")
    }
    guard !validation.isEmpty else {
      throw DatasetError(path: name, "cannot be left out: the others have no pictures for validation")
    }
    let removed = before - training.count - validation.count
    account.used -= removed
    account.notNeeded += removed
    leftOutOrigins.append(origin)
    splitDescription += "; of \(name) only the test part is used"
    // Other pictures are trained on: a checkpoint of all does not fit.
    fingerprint = Array("\(fingerprint) without \(origin)".utf8).withUnsafeBytes { SHA256.hex($0) }
  }
}
