import ArgumentParser
import DetectorTraining
import Faces
import Files
import ModelFiles
import Models

/// `glint detector evaluate`: how many faces detectors find, and how many they see that are not there.
struct DetectorEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate detectors on pictures that were not trained on.",
    discussion: """
      Three questions, each with a 95 % interval where it is a share: how many of the photos' named faces are found, \
      with at least half of box and face in common; how many boxes are reported in pictures without faces; and the \
      average precision on composed pictures with several faces. The pictures are the part that 'glint detector train' \
      leaves out, or with --part validation the part on which it chooses the threshold.

      Photos of which every face is known (--wild) are looked at in windows, as 'glint classify' looks at photos. How \
      many of their faces are found is told by size, source and mask, at the threshold that lets one false box through \
      in 100 pictures without faces.

      Examples:
        glint detector evaluate detector.safetensors detector.int8.safetensors \\
          --photos lfw=lfw.csv --scenes rooms
        glint detector evaluate detector.int8.safetensors --photos lfw=lfw.csv \\
          --scenes rooms --show-misses misses.jpg
        glint detector evaluate detector.int8.safetensors --wild street=boxes.csv \\
          --scenes rooms --smallest 12
      """)

  @Argument(help: "Detector files, float or int8.")
  var models: [String]

  @OptionGroup var material: DetectorMaterialOptions

  @Option(name: .long, help: "The part of the material: test, validation or training.")
  var part = DetectionMaterial.Part.test

  @Option(name: .long, help: "Composed pictures with several faces.")
  var composed = 400

  @Option(
    name: .long,
    help: """
      With --wild: the side of the smallest faces looked for, in pixels of the photo (default: \
      \(PhotoWindows.defaultSmallest)).
      """)
  var smallest: Int?

  @Option(name: .long, help: "Draw named faces that the last model finds, with all its boxes, to this file.")
  var showFinds: String?

  @Option(name: .long, help: "Draw named faces that the last model misses, with all its boxes, to this file.")
  var showMisses: String?

  @Option(name: .long, help: "Draw pictures without faces in which the last model sees one to this file.")
  var showFalse: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (1...100_000).contains(composed) else { throw ValidationError("--composed takes a number from 1 to 100000.") }
    guard (4...10_000).contains(smallest ?? 4) else {
      throw ValidationError("--smallest takes a number from 4 to 10000.")
    }
    guard smallest == nil || !material.wild.isEmpty else { throw ValidationError("--smallest goes with --wild.") }
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("a model", models)
    material.note(in: &plan)
    try plan.write("--show-finds", showFinds, .sheet)
    try plan.write("--show-misses", showMisses, .sheet)
    try plan.write("--show-false", showFalse, .sheet)
    try plan.check(force: force.force)
    let opened = try models.map { path in
      let model = try trust.load(path)
      guard model.description.detection != nil else { throw Failure("\(path): names classes; it finds no faces") }
      return (path, model)
    }
    let material = try material.read(part, threads: threads.count, quiet: quiet.quiet)
    for (path, model) in opened {
      let evaluation = try DetectorEvaluation(
        model, material: material, composed: composed, threads: threads.count,
        keepsPictures: path == models.last)
      let wild =
        material.wild.isEmpty
        ? nil
        : try WildEvaluation(
          model, material: material, smallest: smallest ?? PhotoWindows.defaultSmallest, threads: threads.count,
          keepsPictures: path == models.last)
      if json.json {
        emitWhole(try jsonLine(DetectorLine(evaluation, wild, model: path, account: material.account)))
      } else {
        emit(([path] + evaluation.lines + (wild?.lines ?? [])).joined(separator: "\n"))
      }
      guard path == models.last else { continue }
      // Of photos with many faces, whatever they miss is of more interest than what others do.
      for (file, pictures) in [
        (showFinds, evaluation.finds), (showMisses, (wild?.misses ?? []) + evaluation.misses),
        (showFalse, (wild?.falseAlarms ?? []) + evaluation.falseAlarms),
      ] {
        if let file { try DetectionSheet(Array(pictures.prefix(96))).write(to: file) }
      }
    }
  }
}

extension DetectionMaterial.Part: ExpressibleByArgument {}
