import ArgumentParser
import Models

/// The command line: one type a command, each in a file of its own.
struct GlintTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "glint",
    abstract: "Train a small CNN, quantize it to int8, and label faces live.",
    version: GlintVersion.current,
    subcommands: [
      Demo.self,
      Paint.self,
      Train.self,
      Import.self,
      Export.self,
      Quantize.self,
      Compare.self,
      Threshold.self,
      Inspect.self,
      Run.self,
      Bench.self,
      Verify.self,
      Classify.self,
      Doctor.self,
      DetectorCommand.self,
      LiveCommand.self,
      TeachCommand.self,
      FeaturesCommand.self,
    ])
}
