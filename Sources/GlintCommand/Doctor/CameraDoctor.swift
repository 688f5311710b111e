import ArgumentParser
import Board
import Camera

/// `glint doctor camera`: what stands in the way of a picture.
struct CameraDoctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "camera",
    abstract: "Look at every camera: what it is, who holds it, a frame of it; and say which to use.",
    discussion: """
      Looks at every video device: its driver, whether it is a camera or belongs to one (metadata, codec, image \
      processor, sensor), which program holds it, whether you may open it, what it offers, and one frame with its size \
      and brightness. Then at what is around: USB bandwidth, libcamera, undervoltage and throttling of the board. The \
      last line says which camera to use, or what is wrong.

      Each camera is on for about a second. Nothing is stored. The exit status is 1 where no camera gives a picture.

      Examples:
        glint doctor camera
        glint doctor camera --json
      """)

  @OptionGroup var json: JSONOption

  /// In place of `/`, for tests.
  @Option(name: .long, help: .hidden)
  var deviceRoot = "/"

  func run() throws {
    let board = BoardReader(root: deviceRoot).read()
    let findings = CameraInspection.all(root: deviceRoot)
    let adaptation = LibcameraAdaptation.path(root: deviceRoot)
    let verdict = CameraVerdict(
      findings, board: board, adaptation: adaptation, hasLibrary: LibcameraAdaptation.isLibraryThere(root: deviceRoot))
    if json.json {
      emitWhole(try jsonLine(CameraFacts(findings, verdict, board: board, adaptation: adaptation)))
    } else {
      CameraText.show(findings, verdict, board: board, adaptation: adaptation)
    }
    if verdict.use == nil { throw ExitCode(1) }
  }
}
