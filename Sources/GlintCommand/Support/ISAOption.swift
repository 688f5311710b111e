import ArgumentParser
import Runtime

/// `--isa NAME`: the best instruction set that int8 kernels may use.
struct ISAOption: ParsableArguments {
  @Option(
    name: .long,
    help: "Use int8 kernels up to this instruction set only: \(ISA.detected.map(\.name).joined(separator: ", ")).")
  var isa: String?

  /// The kernels that may serve.
  var kernels: KernelTable { isa.flatMap(ISA.init(name:)).map { KernelTable(limit: $0) } ?? .detected }

  func validate() throws {
    guard let isa else { return }
    let names = ISA.detected.map(\.name)
    guard names.contains(isa) else {
      throw ValidationError("--isa takes one of \(names.joined(separator: ", ")) on this machine, not '\(isa)'.")
    }
  }
}
