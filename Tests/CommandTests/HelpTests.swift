import Foundation
import Models
import TestSupport
import Testing

private let commands = [
  "bench", "classify", "compare", "demo", "doctor", "export", "features", "import", "inspect", "live", "paint",
  "quantize", "run", "teach", "threshold", "train", "verify",
]

/// A command as the argument parser describes it to programs.
private struct Command: Decodable {
  var commandName: String
  var discussion: String?
  var subcommands: [Command]?

  /// This one and all below it, by what one types.
  func all(after words: String = "") -> [(name: String, command: Command)] {
    let name = words + commandName
    return [(name, self)] + (subcommands ?? []).flatMap { $0.all(after: name + " ") }
  }
}

private struct Program: Decodable { var command: Command }

@Suite struct HelpTests {
  @Test(arguments: commands)
  func everyCommandExplainsItselfWithExamples(_ command: String) throws {
    let result = try GlintProgram.run([command, "--help"])
    #expect(result.status == 0)
    #expect(result.output.contains("Example"))
    #expect(result.output.contains("glint \(command)"))
    #expect(result.errors.isEmpty)
  }

  @Test func theProgramListsItsCommands() throws {
    let result = try GlintProgram.run(["--help"])
    #expect(result.status == 0)
    for command in commands { #expect(result.output.contains("  \(command) "), "\(command)") }
  }

  /// The parser breaks lines to the terminal's width and keeps those that a text has of its own: where a paragraph has
  /// some, every second line of it ends anywhere. Examples are broken by hand, so that what is copied can be run.
  @Test func paragraphsAreLeftToTheTerminalsWidth() throws {
    let result = try GlintProgram.run(["--experimental-dump-help"])
    let found = try JSONDecoder().decode(Program.self, from: Data(result.output.utf8)).command.all()
    for command in commands { #expect(found.contains { $0.name == "glint " + command }, "\(command)") }
    for (name, command) in found {
      let lines = (command.discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false)
      for line in lines where line.hasPrefix(" ") { #expect(line.count <= 80, "\(name): \(line)") }
      for (line, next) in zip(lines, lines.dropFirst()) where !line.isEmpty && !next.isEmpty {
        #expect(line.hasSuffix(":") || line.hasPrefix(" ") || next.hasPrefix(" "), "\(name): \(line)")
      }
    }
  }

  @Test func theVersionIsThatOfTheLibrary() throws {
    let result = try GlintProgram.run(["--version"])
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.output == GlintVersion.current + "\n")
  }

  /// Status 2, the reason on standard error, nothing on standard output.
  @Test(arguments: [
    ["fly"], ["--flag"], ["quantize"], ["quantize", "m", "-o", "q"],
    ["quantize", "m", "--calibration", "a", "--record", "b", "-o", "q"],
    ["quantize", "m", "--calibration", "a", "-o", "q", "--method", "percentile-12"],
    ["bench", "m", "--threads", "0"], ["bench"], ["bench", "m", "--training"], ["bench", "m", "--isa", "mmx"],
    ["inspect", "m", "--image", "i.png"],
    ["compare", "a"], ["train"], ["train", "photos"], ["classify"], ["live", "--seconds", "-1"],
    ["demo", "--images", "3"], ["verify", "--images", "0"], ["verify", "--isa", "mmx"], ["verify", "--threads", "0"],
  ])
  func wrongUse(_ arguments: [String]) throws {
    let result = try GlintProgram.run(arguments)
    #expect(result.status == 2)
    #expect(!result.errors.isEmpty)
    #expect(result.output.isEmpty)
  }
}
