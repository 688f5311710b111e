import Foundation
import ModelFiles
import Models
import TestSupport
import Testing

/// Signals to `glint train`, and what is kept where the disk has no room for all of it.
@Suite struct InterruptionTests {
  private let folder: TemporaryFolder
  /// A training that does not end by itself within a test, as a line for the shell.
  private let training: String

  init() throws {
    folder = try TemporaryFolder()
    try folder.writeDarkAndLight(side: 24, light: 100, count: 40)
    training =
      "'\(GlintProgram.path)' train '\(folder.path("data"))' -o '\(folder.path("m.safetensors"))' --size 24 --batch 8 "
      + "--patience 0 --quiet --json --threads 1 --epochs"
  }

  /// Waits, in the shell, until the first epoch is done.
  private var begun: String { "while kill -0 $! && ! [ -s '\(folder.path("out"))' ]; do sleep 0.02; done" }

  private func run(_ epochs: Int, ulimit: String = "", _ then: String) throws -> GlintProgram.Result {
    try GlintProgram.shell(
      "\(ulimit)\n\(training) \(epochs) > '\(folder.path("out"))' & \(begun)\n\(then)\nwait $!",
      environment: ["TMPDIR": folder.path("")])
  }

  /// The program writes into a pipe that is full and that nobody reads: it cannot get to ending well.
  @Test func aSecondSignalEndsTheProgramAtOnce() throws {
    let checkpoint = folder.path("m.safetensors.checkpoint")
    let run = try GlintProgram.shell(
      """
      mkfifo '\(folder.path("pipe"))'; exec 3<> '\(folder.path("pipe"))'; head -c 65536 /dev/zero >&3
      \(training) 100000 --checkpoint-interval 0 >&3 &
      while kill -0 $! && ! [ -s '\(checkpoint)' ]; do sleep 0.02; done
      then=; now=begun
      while [ "$then" != "$now" ]; do then=$now; sleep 1; now=$(stat -c %y '\(checkpoint)'); done
      kill -TERM $!; sleep 1; kill -0 $! || echo 'ended at the first' >&2
      kill -TERM $!; wait $!
      """)
    #expect(run.status == 128 + SIGTERM, "\(run.errors)")
    #expect(!run.errors.contains("ended at the first"))
    #expect(try !folder.names().contains("m.safetensors"))
  }

  /// Two signals wait while the program is stopped, as where a wrapper sends each to the program and to its group.
  @Test func twoSignalsAtOnceAreOneWish() throws {
    let run = try run(100_000, "kill -STOP $!; kill -TERM $!; kill -HUP $!; kill -CONT $!")
    #expect(run.status == 1 && run.errors.contains("interrupted after"), "\(run.errors)")
  }

  @Test(arguments: ["TERM", "HUP"])
  func oneSignalKeepsWhatWasLearned(_ signal: String) throws {
    let run = try run(100_000, "kill -\(signal) $!")
    #expect(run.status == 1 && run.errors.contains("the same command with --resume goes on"), "\(run.errors)")
    #expect(try folder.names().contains("m.safetensors.checkpoint"))
  }

  /// As `nohup` starts programs; the signal that is not ignored then ends it well.
  @Test func ignoredSignalsStayIgnored() throws {
    let run = try run(100_000, ulimit: "trap '' HUP INT", "kill -HUP $!; kill -INT $!; kill -HUP $!; kill -TERM $!")
    #expect(run.status == 1 && run.errors.contains("interrupted after"), "\(run.errors)")
  }

  /// No file may be larger than two models: a checkpoint, which is five times as large, cannot be written anywhere.
  @Test func theModelIsKeptWhereACheckpointHasNoRoom() throws {
    let whole = try GlintProgram.shell("\(training) 1", environment: ["TMPDIR": folder.path("")])
    #expect(whole.status == 0, "\(whole.errors)")
    let path = folder.path("m.safetensors")
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    try FileManager.default.removeItem(atPath: path)
    let run = try run(100_000, ulimit: "trap '' XFSZ; ulimit -f \(2 * size / 512)", "kill -TERM $!")
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.errors.contains("The checkpoint is lost: "), "\(run.errors)")
    #expect(run.errors.contains("are kept in \(path)"), "\(run.errors)")
    #expect(try FloatModel.load(path).description.card["best epoch"] != nil)
    #expect(try folder.names().sorted() == ["data", "m.safetensors", "out"])
  }
}
