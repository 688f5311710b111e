import ArgumentParser

// Exit status: 0 done, 1 the work failed, 2 wrong use.
do {
  var command = try GlintTool.parseAsRoot()
  try command.run()
} catch {
  exitReporting(error)
}
