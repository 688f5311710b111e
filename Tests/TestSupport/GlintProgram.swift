import Foundation

/// The built `glint` program, run as a user would run it.
public enum GlintProgram {
  /// What a run gave back.
  public struct Result: Sendable {
    /// Exit status, or the signal's number plus 128.
    public let status: Int32
    /// Standard output.
    public let output: String
    /// Standard error.
    public let errors: String
  }

  /// The program's path: it lies beside the program that runs the tests.
  public static var path: String { path(of: "glint") }

  private static func path(of program: String) -> String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent(program).path
  }

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - program: another program of the package than `glint`.
  ///   - arguments: of the command line, the program's name left out.
  ///   - environment: variables set on top of the test's own.
  public static func run(
    program: String = "glint", _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    try run(path(of: program), arguments, environment: environment)
  }

  /// Runs a shell line in which `glint` is the program.
  public static func shell(_ line: String, environment: [String: String] = [:]) throws -> Result {
    try run("/bin/sh", ["-c", "glint() { '\(path)' \"$@\"; }; \(line)"], environment: environment)
  }

  private static func run(
    _ program: String, _ arguments: [String], environment: [String: String]
  ) throws -> Result {
    let folder = try TemporaryFolder()
    let (output, errors) = (folder.path("out"), folder.path("err"))
    for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.start()
    process.waitForEnd()
    let signalled = process.terminationReason == .uncaughtSignal
    return Result(
      status: process.terminationStatus + (signalled ? 128 : 0),
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}
