import ArgumentParser
import Camera
import Faces
import Imaging
import Inference
import Live
import LiveWeb
import ModelFiles
import Models
import Teaching
import Threads

/// `--keep`, `--no-teach`: what the page of `glint live` may be taught.
struct TeachOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Keep what is taught on the page in this folder: pictures, and models, of which the one that was in use last is \
      used again (default: in memory alone).
      """, valueName: "folder"))
  var keep: String?

  @Option(
    name: .long, help: "Seconds that training a network for classes of your own on the page may take (default: 40).")
  var teachSeconds: Double?

  @Flag(name: .long, help: "Let nobody teach on the page.")
  var noTeach = false

  func validate() throws {
    guard keep == nil && teachSeconds == nil || !noTeach else {
      throw ValidationError("--no-teach excludes --keep and --teach-seconds.")
    }
    guard teachSeconds ?? 1 >= 1 else { throw ValidationError("--teach-seconds takes a number from 1 up.") }
  }
}

/// Teaching beside a camera: shows frames to the session, and puts a model that is to be used in the place of the one
/// that labels, between two frames.
final class LiveTeaching: Sendable {
  /// A model that is ready to label; it belongs to one side at a time.
  private struct Ready: @unchecked Sendable {
    let model: QuantizedModel
    let runner: ModelRunner
    let saturation: SaturationCheck
  }

  /// For so long after somebody asked, pictures are ready to be collected.
  private static let patience = Duration.seconds(10)

  let session: TeachingSession
  /// A region that was asked for in pixels, until the first frame comes.
  private let asked: Locked<RegionInUse?>
  private let visited = Locked<ContinuousClock.Instant?>(nil)
  private let ready: Locked<Ready?>
  private let alsoUse: Locked<[@Sendable (QuantizedModel) throws -> Void]>

  /// - Parameters:
  ///   - model: the model that labels; nil is returned for one that cannot be taught.
  ///   - path: its file.
  ///   - region: the part of the frames that was asked for.
  init?(
    _ options: TeachOptions, _ model: LoadedModel, path: String, region: AskedRegion?, threads: Int, trust: TrustOption
  ) throws {
    guard !options.noTeach, case .int8(let int8) = model, (try? FeatureReader.check(int8)) != nil else {
      if options.keep != nil { throw Failure("--keep: \(path) cannot be taught; it takes an int8 classifier") }
      return nil
    }
    var setup = try TeachingFiles.setup(int8, path: path, float: nil, features: nil, threads: threads, trust: trust)
    setup.seconds = options.teachSeconds ?? 40
    let (ready, alsoUse) = (Locked<Ready?>(nil), Locked<[@Sendable (QuantizedModel) throws -> Void]>([]))
    (self.ready, self.alsoUse) = (ready, alsoUse)
    asked = Locked(region.map { RegionInUse($0) })
    let first = region.map { TaughtRegion(region: RegionInUse($0).known) }
    // Who holds a button asks again and again: the same is said once in a while.
    let said = Locked<(words: String, time: ContinuousClock.Instant)?>(nil)
    let tell = { @Sendable (words: String) -> Void in
      let isNew = said.withLock { said in
        if let said, said.words == words, .now - said.time < Self.patience { return false }
        said = (words, .now)
        return true
      }
      if isNew { printError("glint: \(words)") }
    }
    session = try TeachingSession(setup, folder: options.keep, region: first, tell: tell) { model in
      do {
        let runner = try ModelRunner(.int8(model), threads: threads)
        let next = Ready(model: model, runner: runner, saturation: try SaturationCheck(model))
        for use in alsoUse.value { try use(model) }
        ready.withLock { $0 = next }
        return nil
      } catch {
        return "This model cannot be used: \(error)"
      }
    }
  }

  /// The model to begin with: the one that was in use last in the folder that is kept.
  var model: LoadedModel { .int8(session.inUse) }

  /// What the page's server asks.
  var web: WebTeaching {
    let requests = TeachingRequests(session, clock: TimeOfDay.milliseconds)
    let visited = visited
    return WebTeaching { path, changes in
      visited.withLock { $0 = .now }
      let answer = requests.answer(path, changes: changes)
      return .init(status: answer.status, type: answer.type, file: answer.file, bytes: answer.bytes)
    }
  }

  /// Has something else use each model that is to be used.
  func alsoUse(_ use: @escaping @Sendable (QuantizedModel) throws -> Void) { alsoUse.withLock { $0.append(use) } }

  /// The part of frames of this size that is labelled where no faces are looked for.
  func region(_ width: Int, _ height: Int) -> FrameRegion? {
    let first = asked.withLock { asked in
      defer { asked = nil }
      return asked
    }
    if let region = first?.region(width, height) {
      do { try session.draw(region) } catch { printError("glint: the region is not kept: \(error)") }
      try? session.collectFaces(false)
    }
    return session.region
  }

  /// Looks at a labelled frame, on the camera's thread; where another model is to be used, it labels from the next
  /// frame on.
  func look(_ labelled: LabelledFrame, _ image: Image, _ pipeline: LivePipeline, _ screen: inout LiveScreen) {
    // A frame that was decoded for its label alone may lack columns: where nobody looks, that does.
    if pipeline.keptPixels != nil {
      session.look(at: image, face: labelled.mainFollowedFace, milliseconds: TimeOfDay.milliseconds())
    }
    let isVisited = visited.value.map { .now - $0 < Self.patience } ?? false
    pipeline.keptPixels = isVisited ? TaughtPicture.mostPixels : nil
    let next = ready.withLock { ready in
      defer { ready = nil }
      return ready
    }
    guard let next else { return }
    pipeline.use(next.model.description, saturation: next.saturation) { next.runner.logits($0) }
    screen.use(next.model.description)
  }
}
