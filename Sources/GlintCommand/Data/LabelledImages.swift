import ArgumentParser
import Datasets
import Evaluation
import Imaging
import Models

/// Labelled images of a folder, preprocessed by a model's own rule.
enum LabelledImages {
  /// Reads a part of folders of class folders. Their split is one, as when they are trained on together.
  ///
  /// - Parameters:
  ///   - part: which part; the split is the trainer's own, fixed by content, so that the test part of the folder that
  ///     a model was trained on holds no picture that it has seen.
  /// - Returns: the images, and what became of every file.
  /// - Throws: where a folder has classes that are not among the model's labels, or nothing decodes.
  static func read(
    _ folders: [String], classes: ClassNames, faces: FaceSource, part: DataPart, split: SplitShares,
    for description: ModelDescription, threads: Int, quiet: Bool
  ) throws -> (images: [LabelledImage], account: ReadingAccount) {
    let dataset = try readDataset(
      folders, classes: classes, faces: faces, split: split, for: description, use: .evaluation, threads: threads,
      quiet: quiet)
    let pictures = part == .all ? dataset.training + dataset.validation + dataset.test : dataset.test
    guard dataset.account.used > 0 else {
      throw Failure("\(folders.joined(separator: ", ")): none of its pictures can be used\(dataset.account.hint)")
    }
    guard !pictures.isEmpty else {
      throw Failure(
        "\(folders.joined(separator: ", ")): none of its \(dataset.account.used) pictures is in the test part; "
          + "--part all takes every picture")
    }
    sayMissingClasses(dataset, in: pictures, part == .all ? "among all that can be read" : "in the test part")
    var account = dataset.account
    (account.used, account.notNeeded) = (pictures.count, account.notNeeded + account.used - pictures.count)
    tell(account, quiet: quiet)
    let images = try prepared(
      pictures, for: description, part: part == .all ? nil : DataPart.test.rawValue, quiet: quiet)
    return (images, account)
  }

  /// Decodes pictures and prepares them for a model, with progress.
  ///
  /// - Parameter part: the part's name, nil where it is not worth a word.
  static func prepared(
    _ pictures: [Dataset.Picture], for description: ModelDescription, part: String?, quiet: Bool
  ) throws -> [LabelledImage] {
    var progress = Progress("Preparing pictures", quiet: quiet)
    var images: [LabelledImage] = []
    for picture in pictures {
      images.append(try LabelledImage(picture, by: description.preprocessing))
      progress.update(images.count, of: pictures.count)
    }
    progress.finish("\(images.count) images\(part.map { " of the \($0) part" } ?? "")")
    return images
  }
}

/// Which part of a data set is looked at.
enum DataPart: String, CaseIterable, ExpressibleByArgument {
  /// What training never saw.
  case test
  /// Every picture.
  case all
}
