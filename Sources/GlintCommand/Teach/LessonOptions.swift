import ArgumentParser
import Camera
import Faces
import Imaging
import Inference
import Live
import ModelFiles
import Models
import Teaching

/// Where `glint teach` collects pictures, and how many.
struct LessonOptions: ParsableArguments {
  @Option(name: .long, help: "The camera, as of 'glint live' (default: the first that can be opened).")
  var camera: String?

  @Flag(name: .long, help: "Use a rendered camera, to try it out.")
  var rendered = false

  @Option(name: .long, help: "Keep the pictures in this folder, beside those that are there (default: nowhere).")
  var keep: String?

  @OptionGroup var region: RegionOption

  @Option(name: .long, help: "Pictures of each class (default: 60).")
  var pictures: Int?

  @Option(name: .long, help: "Seconds to get ready before each class (default: 3).")
  var countdown: Double?

  @Option(name: .long, help: "Seconds after which a class is left that shows nothing new (default: 60).")
  var patience: Double?

  /// Whether a camera was asked for.
  var areAsked: Bool {
    camera != nil || rendered || keep != nil || pictures != nil || countdown != nil || patience != nil
  }

  func validate() throws {
    guard (TeachingSet.fewest...1_000).contains(pictures ?? TeachingSet.enough) else {
      throw ValidationError("--pictures takes a number from \(TeachingSet.fewest) to 1000.")
    }
    guard camera == nil || !rendered else { throw ValidationError("--camera and --rendered exclude each other.") }
    guard (0...600).contains(countdown ?? 0), (1...3600).contains(patience ?? 1) else {
      throw ValidationError("--countdown takes 0 to 600 seconds, --patience 1 to 3600.")
    }
  }

  /// Opens the camera and collects.
  ///
  /// - Parameters:
  ///   - detector: finds the faces; nil keeps frames.
  ///   - region: the part of the frames that is kept where no faces are.
  func collect(
    classes: [String], _ int8: QuantizedModel, detector: FaceDetector?, region: RegionInUse, quiet: Bool
  ) throws -> TeachingSet {
    let set = try TeachingSet(classes: [], folder: keep)
    for name in classes where set.class(named: name) == nil { _ = try set.add(class: name) }
    let options = try SourceOptions.parse(rendered ? ["--rendered"] : camera.map { ["--camera", $0] } ?? [])
    try options.prepare(recording: nil)
    let source = try options.open(recording: nil)
    printError("Looking at \(source.title). Ctrl-C ends.")
    let runner = try ModelRunner(.int8(int8), threads: 1)
    let pipeline = try LivePipeline(
      source: source, description: int8.description, follower: detector.map { FaceFollower($0) }
    ) { runner.logits($0) }
    pipeline.keptPixels = TaughtPicture.mostPixels
    let lessons = CameraLessons(
      classes: classes, pictures: pictures ?? TeachingSet.enough, countdown: countdown ?? 3,
      patience: patience ?? 60,
      quiet: quiet)
    var failure: (any Error)?
    try lessons.collect(into: set, wantsFaces: detector != nil, region: region) { look in
      let stop = StopSignal { Interruption.isAsked }
      _ = pipeline.run(
        .init(), stop: stop,
        notify: {
          if case .waiting(let error) = $0 { printError("\(error) Waiting for it.") }
        },
        publishWithPicture: { labelled, _, image in
          do {
            if try !look(labelled, image) { stop.request() }
          } catch {
            failure = error
            stop.request()
          }
        })
    }
    if let failure { throw failure }
    return set
  }
}
