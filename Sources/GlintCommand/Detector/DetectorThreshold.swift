import ArgumentParser
import DetectorTraining
import Faces
import Files
import ModelFiles
import Models
import Numerics
import Training

/// `glint detector threshold`: from which score on a detector says "face".
struct DetectorThreshold: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "threshold",
    abstract: "Choose the score from which a detector says 'face'.",
    discussion: """
      'glint detector train' seals a threshold into the float model, and 'glint quantize' keeps it. This chooses it \
      anew, for float or int8: the lowest one that lets at most so many boxes through in 100 pictures of the \
      validation part without faces, in frames and, with --wild, in photos at their own size. What it gives on the \
      test part goes into the model's card.

      Every picture counts where there are few: look with 'glint detector evaluate --part validation --show-false' at \
      what decides it, and take out pictures that do show a face.

      Examples:
        glint detector threshold detector.int8.safetensors --wild street=boxes.csv \\
          --scenes rooms -o d.safetensors
        glint detector threshold detector.int8.safetensors --photos lfw=lfw.csv \\
          --scenes rooms --false-boxes 0.5 \\
          -o careful.int8.safetensors
      """)

  @Argument(help: "A detector, float or int8.")
  var model: String

  @OptionGroup var material: DetectorMaterialOptions

  @Option(name: .long, help: "False boxes in 100 pictures without faces.")
  var falseBoxes = 1.0

  @Option(name: [.short, .long], help: "The model file to write.")
  var output: String

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (0...100).contains(falseBoxes) else { throw ValidationError("--false-boxes takes a number from 0 to 100.") }
  }

  func run() throws {
    let loaded = try trust.load(model)
    guard let before = loaded.description.detection?.threshold else {
      throw Failure("\(model): names classes; it finds no faces")
    }
    var plan = OutputPlan()
    plan.read("the model", model)
    material.note(in: &plan)
    try plan.write("-o", output, loaded.outputKind)
    try plan.check(force: force.force)
    let validation = try material.read(.validation, threads: threads.count, quiet: quiet.quiet)
    let test = try material.read(.test, threads: threads.count, quiet: quiet.quiet)
    let (fitted, evaluation) = try loaded.withFittedThreshold(
      falseBoxesIn100: falseBoxes, validation: validation, test: test, threads: threads.count)
    try Refuge.write("The model", to: output) { try fitted.write(to: $0) }
    emit((["\(output): was \(fixed(Double(before), 3))"] + evaluation.lines).joined(separator: "\n"))
  }
}
