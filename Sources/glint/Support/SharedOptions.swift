import ArgumentParser
import Foundation
import Runtime

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

/// `--isa`: the best instruction set that kernels may use.
struct ISAOption: ParsableArguments {
  @Option(
    name: .long,
    help: "Best instruction set to use: \(ISA.allCases.map(\.name).joined(separator: ", ")) (default: the machine's).")
  var isa: String?

  /// The kernels that may serve.
  var kernels: KernelTable {
    isa.flatMap(ISA.init(name:)).map { KernelTable(limit: $0) } ?? .detected
  }

  func validate() throws {
    guard let isa else { return }
    guard let limit = ISA(name: isa) else {
      throw ValidationError("--isa takes one of \(ISA.allCases.map(\.name).joined(separator: ", ")), not '\(isa)'.")
    }
    guard ISA.detected.contains(limit) else {
      throw ValidationError(
        "This machine has no \(isa); it has \(ISA.detected.map(\.name).joined(separator: ", ")).")
    }
  }
}
