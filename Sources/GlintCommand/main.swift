import ArgumentParser
import CSystem
import Foundation
import Runtime

// A file must not get the number of a standard stream that is closed, and with it what is printed.
sys_fill_standard_descriptors()
// Each write says by itself that nobody reads: a page's visitor who leaves must not end the program.
signal(SIGPIPE, SIG_IGN)

// Exit status: 0 done, 1 the work failed, 2 wrong use.
do {
  try CommandNames.check(CommandLine.arguments.dropFirst())
  var command = try GlintTool.parseAsRoot()
  if let error = ISA.limitError { throw Failure(error) }
  ISAOption.limitLibraries()
  try command.run()
  StandardOutput.endIfLost()
} catch {
  exitReporting(error)
}
