import ArgumentParser
import RenderedFaces

/// `glint paint`: the rendered data set as files.
struct Paint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Paint happy and sad faces as a data set to try things on.",
    discussion: """
      Writes OUTPUT/happy and OUTPUT/sad with as many JPEG files; with --all-expressions also neutral, surprise, fear, \
      anger and disgust, to try what a model does that is to be unsure of these. The same seed paints the same faces. \
      The folder is \
      there when all of them are: it must not be there before, or be empty.

      Examples:
        glint paint faces
        glint paint faces --count 3000 --size 96 --variety 0.6 --seed 7
        glint paint faces --count 3500 --size 64 --all-expressions
      """)

  @Argument(help: "The folder that is made.")
  var output: String

  @Option(name: .long, help: "How many faces to paint.")
  var count = 600

  @Option(name: .long, help: "Rows and columns of each picture.")
  var size = 256

  @Option(
    name: .long, help: "How far faces differ from a plain portrait: 0 frontal and well lit, 1 turned, dark, hidden.")
  var variety = FacePainter.standardVariety

  @Flag(name: .long, help: "Paint neutral, surprised, afraid, angry and disgusted faces too.")
  var allExpressions = false

  @Option(name: .long, help: "The seed of the faces.")
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (1...1_000_000).contains(count) else { throw ValidationError("--count takes a number from 1 to 1000000.") }
    guard (16...1024).contains(size) else { throw ValidationError("--size takes a number from 16 to 1024.") }
    guard (0...1).contains(variety) else { throw ValidationError("--variety takes a number from 0 to 1.") }
  }

  private var classes: Int { (allExpressions ? RenderedFaces.allLabels : RenderedFaces.labels).count }

  func run() throws {
    let progress = LockedProgress("Painting faces", quiet: quiet.quiet)
    let total = count
    Interruption.listen()
    let isWhole = try RenderedFaces.write(
      count: count, seed: seed, size: size, to: output, threads: threads.count, variety: variety,
      classes: classes, isCancelled: { Interruption.isAsked }, progress: { _ in progress.step(of: total) })
    guard isWhole else { throw Failure("interrupted: \(output) was not made, and nothing is left of it") }
    progress.finish("\(count) faces of \(size)x\(size) in \(output)")
    if !quiet.quiet {
      let hidden = RenderedFaces.allLabels.dropFirst(RenderedFaces.labels.count)
      NextCommand.show(
        ["train", output, "-o", "faces.safetensors", "--network", "compact", "--epochs", "10"]
          + (allExpressions ? ["--unsure", hidden.joined(separator: ",")] : []))
    }
  }
}
