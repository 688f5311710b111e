import ArgumentParser
import RenderedFaces

/// `glint paint`: the rendered data set as files.
struct Paint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Paint faces, or hands, as a data set to try things on.",
    discussion: """
      Writes OUTPUT/happy and OUTPUT/sad with as many JPEG files; with --all-expressions also neutral, surprise, fear, \
      anger and disgust, to try what a model does that is to be unsure of these. With --hands it writes OUTPUT/rock, \
      OUTPUT/paper and OUTPUT/scissors, to try teaching classes of your own. The same seed paints the same pictures. \
      The folder is there when all of them are: it must not be there before, or be empty.

      Examples:
        glint paint faces
        glint paint faces --count 3000 --size 96 --variety 0.6 --seed 7
        glint paint faces --count 3500 --size 64 --all-expressions
        glint paint hands --hands --count 180
      """)

  @Argument(help: "The folder that is made.")
  var output: String

  @Option(name: .long, help: "How many pictures to paint.")
  var count = 600

  @Option(name: .long, help: "Rows and columns of each picture.")
  var size = 256

  @Option(
    name: .long,
    help: """
      How far pictures differ from a plain one: 0 frontal and well lit, 1 turned, dark, hidden \
      (default: \(FacePainter.standardVariety), of hands \(RenderedHands.standardVariety)).
      """)
  var variety: Float?

  @Flag(name: .long, help: "Paint neutral, surprised, afraid, angry and disgusted faces too.")
  var allExpressions = false

  @Flag(name: .long, help: "Paint hands that show rock, paper or scissors.")
  var hands = false

  @Option(name: .long, help: "The seed of the pictures.")
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (1...1_000_000).contains(count) else { throw ValidationError("--count takes a number from 1 to 1000000.") }
    guard (16...1024).contains(size) else { throw ValidationError("--size takes a number from 16 to 1024.") }
    guard (0...1).contains(variety ?? 0) else { throw ValidationError("--variety takes a number from 0 to 1.") }
    guard !hands || !allExpressions else { throw ValidationError("Hands have no expressions: leave one of both out.") }
  }

  private var classes: Int { (allExpressions ? RenderedFaces.allLabels : RenderedFaces.labels).count }

  func run() throws {
    let what = hands ? "hands" : "faces"
    let progress = LockedProgress("Painting \(what)", quiet: quiet.quiet)
    let total = count
    Interruption.listen()
    let isWhole =
      hands
      ? try RenderedHands.write(
        count: count, seed: seed, size: size, to: output, threads: threads.count,
        variety: variety ?? RenderedHands.standardVariety, isCancelled: { Interruption.isAsked },
        progress: { _ in progress.step(of: total) })
      : try RenderedFaces.write(
        count: count, seed: seed, size: size, to: output, threads: threads.count,
        variety: variety ?? FacePainter.standardVariety, classes: classes, isCancelled: { Interruption.isAsked },
        progress: { _ in progress.step(of: total) })
    guard isWhole else { throw Failure("interrupted: \(output) was not made, and nothing is left of it") }
    progress.finish("\(count) \(what) of \(size)x\(size) in \(output)")
    if !quiet.quiet { NextCommand.show(next) }
  }

  private var next: [String] {
    if hands { return ["teach", "--folder", output, "-o", "hands.int8.safetensors"] }
    let hidden = RenderedFaces.allLabels.dropFirst(RenderedFaces.labels.count)
    return ["train", output, "-o", "faces.safetensors", "--network", "compact", "--epochs", "10"]
      + (allExpressions ? ["--unsure", hidden.joined(separator: ",")] : [])
  }
}
