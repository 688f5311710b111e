import ArgumentParser
import Runtime

// Exit status: 0 done, 1 the work failed, 2 wrong use.
do {
  try CommandNames.check(CommandLine.arguments.dropFirst())
  var command = try GlintTool.parseAsRoot()
  if let error = ISA.limitError { throw Failure(error) }
  ISAOption.limitLibraries()
  try command.run()
} catch {
  exitReporting(error)
}
