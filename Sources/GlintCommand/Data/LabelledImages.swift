import ArgumentParser
import Datasets
import Evaluation
import Models

/// Labelled images of a folder, preprocessed by a model's own rule.
enum LabelledImages {
  /// Reads a part of folders of class folders. Their split is one, as when they are trained on together.
  ///
  /// - Parameters:
  ///   - part: which part; the split is the trainer's own, fixed by content, so that the test part of the folder that
  ///     a model was trained on holds no picture that it has seen.
  /// - Throws: where a folder has classes that are not among the model's labels, or nothing decodes.
  static func read(
    _ folders: [String], faces: FaceSource, part: DataPart, split: SplitShares, for description: ModelDescription,
    threads: Int, quiet: Bool
  ) throws -> [LabelledImage] {
    let dataset = try readDataset(
      folders, faces: faces, split: split, for: description, threads: threads, quiet: quiet)
    let pictures = part == .all ? dataset.training + dataset.validation + dataset.test : dataset.test
    guard !pictures.isEmpty else {
      throw Failure("\(folders.joined(separator: ", ")): its test part is empty; --part all takes every picture")
    }
    var progress = Progress("Preparing pictures", quiet: quiet)
    var images: [LabelledImage] = []
    for picture in pictures {
      images.append(try LabelledImage(picture, by: description.preprocessing))
      progress.update(images.count, of: pictures.count)
    }
    progress.finish("\(images.count) images\(part == .all ? "" : " of the test part")")
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
