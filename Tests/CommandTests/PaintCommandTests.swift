import Foundation
import TestSupport
import Testing

/// A painted data set is whole, or is not there.
@Suite struct PaintCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Starts to paint more than anybody waits for, and sends a signal once the draft has a picture.
  private func paint(interruptedBy signal: CInt) throws -> Process {
    let process = Process()
    // What runs the tests may ignore Ctrl-C, as a shell does in the background, and the program would then too.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "--default-signal=INT,TERM", GlintProgram.path, "paint", folder.path("faces"), "--count", "100000", "--size",
      "64", "--quiet",
    ]
    process.standardError = FileHandle.nullDevice
    // Not as from a shell: signals that this thread blocks are let through all the same.
    try process.run()
    while process.isRunning, FileManager.default.subpaths(atPath: folder.path(""))?.count ?? 0 < 4 { usleep(500) }
    kill(process.processIdentifier, signal)
    process.waitForEnd()
    return process
  }

  @Test(arguments: [SIGINT, SIGTERM]) func interruptedWorkLeavesNothing(_ signal: CInt) throws {
    let process = try paint(interruptedBy: signal)
    #expect(process.terminationReason == .exit && process.terminationStatus == 1)
    #expect(try folder.names().isEmpty)
  }

  /// The next run removes what a killed one left, and mixes nothing in.
  @Test func killedWorkIsRemovedByTheNext() throws {
    for _ in 0..<3 {
      #expect(try paint(interruptedBy: SIGKILL).terminationReason == .uncaughtSignal)
      #expect(try folder.names().count == 1 && !folder.names().contains("faces"))
    }
    let run = try GlintProgram.run(["paint", folder.path("faces"), "--count", "6", "--size", "32", "--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.names() == ["faces"])
    let pictures = FileManager.default.subpaths(atPath: folder.path("faces"))?.filter { $0.hasSuffix(".jpg") }
    #expect(pictures?.count == 6)
  }

  @Test func foldersWithFilesStayAndEmptyOnesAreFilled() throws {
    try folder.write([7], as: "faces/happy/own.jpg")
    let refused = try GlintProgram.run(["paint", folder.path("faces"), "--count", "6", "--size", "32"])
    #expect(refused.status == 1 && refused.errors.contains("faces: is already there"), "\(refused.errors)")
    try FileManager.default.removeItem(atPath: folder.path("faces/happy"))
    let run = try GlintProgram.run(["paint", folder.path("faces"), "--count", "6", "--size", "32", "--quiet"])
    #expect(run.status == 0 && FileManager.default.fileExists(atPath: folder.path("faces/sad")), "\(run.errors)")
  }

  /// As many faces of each expression, and the command that comes next hides those that are neither happy nor sad.
  @Test func allExpressionsAreClassFolders() throws {
    let painted = try GlintProgram.run(
      ["paint", folder.path("faces"), "--count", "21", "--size", "32", "--all-expressions"])
    #expect(painted.status == 0 && painted.output.contains("--unsure neutral,surprise,fear,anger,disgust"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("faces")).sorted()
    #expect(names == ["anger", "disgust", "fear", "happy", "neutral", "sad", "surprise"])
    for name in names {
      let count = try FileManager.default.contentsOfDirectory(atPath: folder.path("faces/" + name)).count
      #expect(count == 3, "\(name)")
    }
  }
}
