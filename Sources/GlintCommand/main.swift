import ArgumentParser
import CSystem
import Files
import Glibc
import Runtime

// A file must not get the number of a standard stream that is closed, and with it what is printed.
sys_fill_standard_descriptors()
// Each write says by itself that nobody reads: a page's visitor who leaves must not end the program.
signal(SIGPIPE, SIG_IGN)

// As Swift hands them over, arguments that are not UTF-8 have lost their bytes, and no longer name their files.
let arguments = (1..<max(1, Int(CommandLine.argc))).compactMap { number in
  CommandLine.unsafeArgv[number].map { PathText.text(cString: $0) }
}

// Exit status: 0 done, 1 the work failed, 2 wrong use.
do {
  try CommandNames.check(arguments[...])
  var command = try GlintTool.parseAsRoot(arguments)
  if let error = ISA.limitError { throw Failure(error) }
  ISAOption.limitLibraries()
  try command.run()
  StandardOutput.endIfLost()
} catch {
  exitReporting(error)
}
