import ArgumentParser
import Glibc
import Runtime

/// `--isa NAME`: the best instruction set that may serve.
struct ISAOption: ParsableArguments {
  @Option(
    name: .long,
    help: "Use nothing beyond this instruction set: \(ISA.supported.map(\.name).joined(separator: ", ")).")
  var isa: String?

  /// Limits the process while the command line is read, so that no command begins its work without.
  func validate() throws { try Self.limit(to: isa) }

  /// Limits the process to what `--isa` names.
  static func limit(to name: String?) throws {
    guard let name else { return }
    guard let isa = ISA.supported.first(where: { $0.name == name }) else {
      let names = ISA.supported.map(\.name).joined(separator: ", ")
      throw ValidationError("--isa takes one of \(names) on this machine, not '\(name)'.")
    }
    ISA.limit(to: isa)
  }

  /// Hands the limit on to libjpeg-turbo, which looks at the processor for itself and takes limits from the environment
  /// when a thread first decodes. To be called before there are threads.
  static func limitLibraries() {
    let allowed = ISA.detected
    guard allowed != ISA.supported else { return }
    #if arch(x86_64)
      if allowed.contains(.avx2) { return }  // it has nothing beyond
      setenv(allowed.contains(.sse41) ? "JSIMD_FORCESSE2" : "JSIMD_FORCENONE", "1", 1)
    #else
      if !allowed.contains(.neon) { setenv("JSIMD_FORCENONE", "1", 1) }
    #endif
  }
}
