import ArgumentParser
import Datasets
import Imaging
import Models
import Threads

/// Reads folders of class folders, with progress.
///
/// - Parameters:
///   - classes: the classes, of which each folder may lack some; nil takes those of the first folder.
///   - description: of the model that is to be fed, nil where one is to be trained.
///   - use: what the pictures are for.
func readDataset(
  _ folders: [String], classes: ClassNames?, faces: FaceSource, split: SplitShares,
  for description: ModelDescription? = nil, use: DataUse, threads: Int, quiet: Bool
) throws -> Dataset {
  try FileArguments.checkFolders(folders, wanting: FileArguments.classFolders)
  let bar = LockedProgress("Reading pictures", quiet: quiet)
  let dataset = try Dataset(
    folders: folders, faces: faces, shares: split, classes: classes, threads: threads, for: use
  ) { bar.update($0, of: $1) }
  bar.finish(
    "\(dataset.training.count) to train on, \(dataset.validation.count) to validate, \(dataset.test.count) to test")
  for (origin, classes) in zip(dataset.origins, dataset.originClasses)
  where !quiet && classes.count < dataset.labels.count {
    printError("  \(origin): holds \(classes.map { dataset.labels[$0] }.joined(separator: " and ")) alone")
  }
  if !quiet, description?.preprocessing.cropsToFaces ?? true {
    for table in dataset.boxTables { printError("  " + sentence(on: table)) }
  }
  if !quiet, let description { AppliedRule.say(description.preprocessing, faces, of: dataset) }
  if use == .training {
    sayMissingClasses(dataset, in: dataset.validation, "in the validation part")
    sayMissingClasses(dataset, in: dataset.test, "in the test part")
  }
  return dataset
}

/// Says which classes that the folders hold have no picture among those that figures are told of.
func sayMissingClasses(_ dataset: Dataset, in pictures: [Dataset.Picture], _ place: String) {
  guard !pictures.isEmpty else { return }
  let counts = dataset.counts(pictures), expected = Set(dataset.originClasses.joined())
  for (label, count) in counts.enumerated() where count == 0 && expected.contains(label) {
    printError("glint: no picture of class '\(dataset.labels[label])' is \(place): its figures say nothing of it")
  }
}

/// What a table of boxes gave.
func sentence(on table: Dataset.BoxTable) -> String {
  "\(table.folder): \(table.boxed) faces cropped by \(table.file)"
    + (table.unboxed > 0 ? ", \(table.unboxed) pictures without a box taken whole" : "")
}

/// `--boxes`: where faces stand in whole photos.
struct BoxesOption: ParsableArguments {
  @Option(
    name: .long,
    help:
      "A table of face boxes in whole photos: CSV with columns file and x, y, w, h (default: the folder's index.csv).")
  var boxes: String?

  func validate() throws { try FileArguments.checkBoxes(boxes) }
}

/// A progress bar that several threads move.
final class LockedProgress: Sendable {
  private struct State {
    var bar: Progress
    var done = 0
  }

  private let state: Locked<State>

  init(_ title: String, quiet: Bool) { state = Locked(State(bar: Progress(title, quiet: quiet))) }

  /// Shows that `done` of `all` steps are done.
  func update(_ done: Int, of all: Int) { state.withLock { $0.bar.update(done, of: all) } }

  /// Counts one more step of `all`.
  func step(of all: Int) {
    state.withLock {
      $0.done += 1
      $0.bar.update($0.done, of: all)
    }
  }

  /// Removes the bar and says what was done.
  func finish(_ note: String) { state.withLock { $0.bar.finish(note) } }
}

/// `--split`: what share of the pictures goes where.
struct SplitOption: ParsableArguments {
  @Option(name: .long, help: "The shares of training, validation and test.")
  var split = "70/20/10"

  /// As given, in parts of one hundred or any other sum.
  var shares: SplitShares { parsed ?? .default }

  private var parsed: SplitShares? {
    let numbers = split.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) ?? -1 }
    guard numbers.count == 3, numbers[0] > 0, numbers[1] > 0, numbers[2] >= 0, numbers.allSatisfy(\.isFinite) else {
      return nil
    }
    return SplitShares(numbers[0], numbers[1], numbers[2])
  }

  func validate() throws {
    guard parsed != nil else {
      throw ValidationError("--split takes three numbers as in 70/20/10, the first two above 0.")
    }
  }
}
