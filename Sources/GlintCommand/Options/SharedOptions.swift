import ArgumentParser
import Threads

/// Options that several commands share under one name.
struct ThreadOption: ParsableArguments {
  @Option(name: .long, help: "Threads to compute with (default: as many cores as this process may use).")
  var threads: Int?

  /// The number of threads asked for, or one for each core that this process may use.
  var count: Int { threads ?? AvailableCores.count }

  func validate() throws {
    guard let threads else { return }
    guard (1...256).contains(threads) else { throw ValidationError("--threads takes a number from 1 to 256.") }
  }
}

/// `--quiet`: no progress, only results and errors.
struct QuietOption: ParsableArguments {
  @Flag(name: .long, help: "Show no progress, only results and errors.")
  var quiet = false
}

/// `--force`: files that others made are replaced.
struct ForceOption: ParsableArguments {
  @Flag(name: .long, help: "Replace files that are there already, also those that Glint did not make.")
  var force = false
}

/// `--json`: results for programs.
struct JSONOption: ParsableArguments {
  @Flag(name: .long, help: "Print results as JSON, for programs.")
  var json = false
}

/// How often training writes what it can go on from.
struct CheckpointIntervalOption: ParsableArguments {
  @Option(
    name: .customLong("checkpoint-interval"),
    help: "Seconds between two checkpoints, from which a killed run can go on.")
  var seconds = 20.0

  func validate() throws {
    guard seconds >= 0 else { throw ValidationError("--checkpoint-interval takes a number of seconds from 0 up.") }
  }
}
