import Graphs
import ModelFiles
import Quantization
import Training

/// The images that a float model is quantized on: some calibrate, others judge, none is of the test part.
struct QuantizationData {
  /// What activations are observed on.
  let calibration: [CalibrationImages.Item]
  /// What methods are judged by; empty where the images are too few.
  let validation: [Comparison.Image]
  /// Whether the classes of `validation` are known.
  let isLabelled: Bool

  /// The most images that judge.
  private static let mostJudging = 1_024
  /// Fewer tell nothing.
  static let fewestJudging = 20

  /// Reads folders: class folders named as a classifier's labels are split as the trainer does, calibration from
  /// their training part, judges from their validation part; of other folders the images are shared out by content, or
  /// all calibrate where no method is `sought`.
  static func read(
    _ folders: [String], faces: FaceSource, split: SplitShares, count: Int, sought: Bool, for description: ModelDescription,
    threads: Int, quiet: Bool
  ) throws -> QuantizationData {
    let labelled =
      try description.isClassifier
      ? labelled(folders, faces: faces, split: split, labels: description.labels, threads: threads, quiet: quiet) : nil
    if let labelled {
      let calibration = try prepare(labelled.training, count, "Calibration images", description, quiet)
      let judging = try prepare(labelled.validation, mostJudging, "Validation images", description, quiet)
      let whole = Set(labelled.validation.filter(labelled.knowsAllClasses).map(\.name))
      return QuantizationData(
        calibration: calibration,
        validation: judging.map {
          .init(name: $0.path, label: $0.label, pixels: $0.pixels, knowsAllClasses: whole.contains($0.path))
        }, isLabelled: true)
    }
    var progress = Progress("Reading images", quiet: quiet)
    let images = try CalibrationImages(
      folders: folders, faces: faces, count: count + (sought ? mostJudging : 0),
      preprocessing: description.preprocessing
    ) { progress.update($0, of: $1) }
    for error in images.damaged { complain("passed over: \(error)") }
    if images.faceless > 0 { complain("glint: no face was found in \(images.faceless) pictures, which are left out") }
    // A fifth judges, unless there are plenty; where that is too few to tell anything, all calibrate.
    let all = images.items
    var calibrating = min(count, all.count - all.count / 5)
    var judging = all[calibrating...]
    if !sought || judging.count < fewestJudging { (calibrating, judging) = (min(count, all.count), []) }
    progress.finish("\(calibrating) to calibrate, \(judging.count) to judge")
    return QuantizationData(
      calibration: Array(all[..<calibrating]),
      validation: judging.map { .init(name: $0.path, label: 0, pixels: $0.pixels) }, isLabelled: false)
  }

  /// The parts of folders of class folders; nil where one has none of the model's labels, or too few pictures to split.
  private static func labelled(
    _ folders: [String], faces: FaceSource, split: SplitShares, labels: [String], threads: Int, quiet: Bool
  ) throws -> Dataset? {
    let names = Set(labels)
    guard folders.allSatisfy({ FolderListing.holds(names, in: $0) || FolderListing.holds(names, in: $0 + "/train") })
    else { return nil }
    let dataset: Dataset
    do {
      dataset = try readDataset(
        folders, faces: faces, split: split, labels: labels, threads: threads, quiet: quiet)
    } catch let error as TrainingError {
      complain("\(error); methods are judged by how often int8 and float agree")
      return nil
    }
    guard dataset.validation.count >= fewestJudging else { return nil }
    return dataset
  }

  private static func prepare(
    _ pictures: [Dataset.Picture], _ count: Int, _ title: String, _ description: ModelDescription, _ quiet: Bool
  ) throws -> [CalibrationImages.Item] {
    var progress = Progress(title, quiet: quiet)
    let images = try CalibrationImages(pictures, count: count, preprocessing: description.preprocessing) {
      progress.update($0, of: $1)
    }
    progress.finish("\(images.items.count) of \(pictures.count)")
    return images.items
  }
}
