import ArgumentParser
import Foundation
import Training

/// Reads a folder of class folders, with progress; files that are passed over are named and counted.
func readDataset(_ folder: String, split: SplitShares, threads: Int, quiet: Bool) throws -> Dataset {
  let bar = LockedProgress("Reading pictures", quiet: quiet)
  let dataset = try Dataset(folder: folder, shares: split, threads: threads) { done, all in
    bar.update(done, of: all)
  }
  bar.finish(
    "\(dataset.training.count) to train on, \(dataset.validation.count) to validate, \(dataset.test.count) to test")
  warn(dataset.damaged, "do not decode and are passed over")
  warn(dataset.leaks, "are left out of training, since copies of them are held out")
  return dataset
}

private func warn(_ rejected: [Dataset.Rejected], _ what: String) {
  guard !rejected.isEmpty else { return }
  complain("glint: \(rejected.count) \(rejected.count == 1 ? "file" : "files") \(what):")
  for entry in rejected.prefix(20) { complain("  \(entry.file): \(entry.reason)") }
  if rejected.count > 20 { complain("  and \(rejected.count - 20) more") }
}

/// A progress bar that several threads move.
final class LockedProgress: @unchecked Sendable {
  private let lock = NSLock()
  private var bar: Progress
  private var done = 0

  init(_ title: String, quiet: Bool) { bar = Progress(title, quiet: quiet) }

  /// Shows that `done` of `all` steps are done.
  func update(_ done: Int, of all: Int) { lock.withLock { bar.update(done, of: all) } }

  /// Counts one more step of `all`.
  func step(of all: Int) {
    lock.withLock {
      done += 1
      bar.update(done, of: all)
    }
  }

  /// Removes the bar and says what was done.
  func finish(_ note: String) { lock.withLock { bar.finish(note) } }
}

/// `--split`: what share of the pictures goes where.
struct SplitOption: ParsableArguments {
  @Option(name: .long, help: "The shares of training, validation and test.")
  var split = "70/20/10"

  /// The shares.
  var shares: SplitShares { parsed ?? .usual }

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
