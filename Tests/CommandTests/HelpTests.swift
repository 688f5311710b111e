import Models
import TestSupport
import Testing

private let commands = [
  "demo", "train", "quantize", "compare", "classify", "live", "bench", "inspect", "verify", "import", "run",
  "threshold",
]

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
