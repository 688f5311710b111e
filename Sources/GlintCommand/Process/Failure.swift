import ArgumentParser
import Glibc

/// Work that failed for a reason that a person can act on: exit status 1, the message on standard error.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Prints an error as `glint: ...` on standard error (help on standard output) and ends the program: 0 for help, 2 for
/// wrong use, 1 for all else.
func exitReporting(_ error: any Error) -> Never {
  switch GlintTool.exitCode(for: error) {
  case .success:
    emit(GlintTool.fullMessage(for: error))
    StandardOutput.endIfLost()
    exit(0)
  case .validationFailure:
    printError(GlintTool.fullMessage(for: error))
    exit(2)
  default:
    if let code = error as? ExitCode { exit(code.rawValue) }
    printError("glint: \(error)")
    exit(1)
  }
}
