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
    process.executableURL = URL(fileURLWithPath: GlintProgram.path)
    process.arguments = ["paint", folder.path("faces"), "--count", "100000", "--size", "64", "--quiet"]
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, FileManager.default.subpaths(atPath: folder.path(""))?.count ?? 0 < 4 { usleep(500) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
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

  /// A model that learned from them says nothing of what is neither happy nor sad, more often than not.
  @Test func allExpressionsTeachWhatUnsureMeans() throws {
    let painted = try GlintProgram.run(
      ["paint", folder.path("faces"), "--count", "700", "--size", "32", "--variety", "0.1", "--all-expressions"])
    #expect(painted.status == 0 && painted.output.contains("--unsure neutral,surprise,fear,anger,disgust"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("faces")).sorted()
        == ["anger", "disgust", "fear", "happy", "neutral", "sad", "surprise"])
    let trained = try GlintProgram.run([
      "train", folder.path("faces"), "-o", folder.path("m.safetensors"), "--network", "compact", "--size", "32",
      "--epochs", "12", "--patience", "0", "--learning-rate", "0.003", "--schedule", "cosine", "--quiet", "--json",
      "--unsure", "neutral,surprise,fear,anger,disgust", "--goals", "80/90/80",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    let last = try #require(trained.output.split(separator: "\n").last)
    let line = try JSONDecoder().decode(Line.self, from: Data(last.utf8))
    let decision = line.test.decision
    #expect(decision.unsure * 10 > decision.hidden * 6, "\(decision)")
    #expect(decision.right * 10 > decision.shown * 5, "\(decision)")
  }

  private struct Line: Decodable {
    struct Part: Decodable {
      struct Decision: Decodable {
        let shown, right, hidden, unsure: Int
      }
      let decision: Decision
    }
    let test: Part
  }
}
