import Datasets
import Imaging
import Models
import Quantization

extension QuantizationData {
  /// Reads folders, with progress: class folders named as a classifier's labels are split as the trainer does; of other
  /// folders the images are shared out by content. Also what became of every file.
  static func read(
    _ folders: [String], classes: ClassNames, faces: FaceSource, split: SplitShares, count: Int, comparesMethods: Bool,
    for description: ModelDescription, threads: Int, quiet: Bool
  ) throws -> (data: QuantizationData, account: ReadingAccount) {
    try FileArguments.checkFolders(folders)
    if description.isClassifier, folders.allSatisfy(classes.areFound),
      let dataset = try labelled(
        folders, classes: classes, faces: faces, split: split, for: description, threads: threads, quiet: quiet)
    {
      let data = QuantizationData(
        dataset,
        calibration: try prepare(
          dataset.training, atMost: count, "Calibration images", for: description, quiet: quiet),
        validation: try prepare(
          dataset.validation, atMost: mostValidation, "Validation images", for: description, quiet: quiet))
      var account = dataset.account
      let used = data.calibration.count + data.validation.count
      (account.used, account.notNeeded) = (used, account.notNeeded + account.used - used)
      tell(account, quiet: quiet)
      return (data, account)
    }
    var progress = Progress("Reading images", quiet: quiet)
    let images = try CalibrationImages(
      folders: folders, faces: faces, count: count + (comparesMethods ? mostValidation : 0),
      preprocessing: description.preprocessing
    ) { progress.update($0, of: $1) }
    if !quiet {
      AppliedRule.say(
        description.preprocessing, faces, cropped: images.found, whole: images.items.count - images.found)
    }
    let data = QuantizationData(images, count: count, comparesMethods: comparesMethods)
    progress.finish("\(data.calibration.count) to calibrate, \(data.validation.count) to evaluate methods")
    var account = images.account
    let used = data.calibration.count + data.validation.count
    (account.used, account.notNeeded) = (used, account.notNeeded + account.used - used)
    tell(account, quiet: quiet)
    return (data, account)
  }

  /// The data set of class folders; nil where it cannot be split, or has too few pictures to evaluate on.
  private static func labelled(
    _ folders: [String], classes: ClassNames, faces: FaceSource, split: SplitShares, for description: ModelDescription,
    threads: Int, quiet: Bool
  ) throws -> Dataset? {
    let dataset: Dataset
    do {
      dataset = try readDataset(
        folders, classes: classes, faces: faces, split: split, for: description, use: .calibration, threads: threads,
        quiet: quiet)
    } catch let error as DatasetError {
      printError("\(error); methods are evaluated by how often int8 and float agree")
      return nil
    }
    return dataset.validation.count >= fewestValidation ? dataset : nil
  }

  private static func prepare(
    _ pictures: [Dataset.Picture], atMost count: Int, _ title: String, for description: ModelDescription, quiet: Bool
  ) throws -> CalibrationImages {
    var progress = Progress(title, quiet: quiet)
    let images = try CalibrationImages(pictures, count: count, preprocessing: description.preprocessing) {
      progress.update($0, of: $1)
    }
    progress.finish("\(images.items.count) of \(pictures.count)")
    return images
  }
}

/// What was made, in the words of `quantize --json`.
struct QuantizationFacts: Encodable {
  let model: String
  let method: String
  let calibration_images: Int
  let reading: ReadingFacts?
}
