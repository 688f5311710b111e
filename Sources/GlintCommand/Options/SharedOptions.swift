import ArgumentParser
import Foundation

/// Options that several commands share under one name.
struct ThreadOption: ParsableArguments {
  @Option(name: .long, help: "Threads to compute with (default: one per core).")
  var threads: Int?

  /// The number of threads asked for, or one per core.
  var count: Int { threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }

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

/// `--json`: results for programs.
struct JSONOption: ParsableArguments {
  @Flag(name: .long, help: "Print results as JSON, for programs.")
  var json = false
}
