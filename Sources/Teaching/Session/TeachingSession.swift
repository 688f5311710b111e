import CThreads
import Files
import Imaging
import ModelFiles
import Models
import Threads

/// Teaching beside a camera: it is shown each frame, keeps those that are asked for, and learns on a thread of its own
/// at a lower priority. May be used by several threads: by the camera's, and by those that answer pages.
public final class TeachingSession: Sendable {
  /// What is done with a new model: it takes the place of the one in use. Returns why not, as a sentence, where it
  /// cannot.
  public typealias Use = @Sendable (_ model: QuantizedModel) -> String?

  /// What is learned from and by.
  public struct Setup: Sendable {
    /// The model in use.
    public var int8: QuantizedModel
    /// Its float weights, where they are there.
    public var float: FloatModel?
    /// Stored features of others, where they are there.
    public var table: FeatureTable?
    /// Threads to learn with.
    public var threads: Int
    /// Name and version of the program.
    public var tool: String
    /// How long training a network for classes of one's own may take, in seconds.
    public var seconds = 40.0

    /// What is known of the model that is taught.
    public init(_ int8: QuantizedModel, float: FloatModel?, table: FeatureTable?, threads: Int, tool: String) {
      (self.int8, self.float, self.table, self.threads, self.tool) = (int8, float, table, threads, tool)
    }
  }

  /// Between two pictures that are kept, in milliseconds.
  public static let pause: Int64 = 200
  /// How far back "that was wrong" reaches, in milliseconds.
  static let memory: Int64 = 3_000

  /// The pictures.
  public let set: TeachingSet
  package let versions: Versions
  /// Told what a person should know who sees no page.
  let tell: @Sendable (String) -> Void
  private let setup: Setup
  private let state = Locked(State())

  package struct State {
    struct Recent {
      let milliseconds: Int64
      let image: Image
      let isFace: Bool
    }

    /// Whether faces are collected, or frames.
    var wantsFaces = true
    /// The part of the frames that was drawn.
    var region: FrameRegion?
    var collecting: (id: Int, until: Int64)?
    var last: Int64 = 0
    var recent: [Recent] = []
    /// Pictures that were passed over since collecting began, since they show what others show.
    var nearCopies = 0
    var problem: String?
    var training: Training?
    package var outcome: Outcome?
  }

  /// A training that runs.
  struct Training {
    var progress = Teaching.Progress(doing: "beginning", share: 0, curve: [])
    var isCancelled = false
    let begin = ContinuousClock.now
  }

  /// The latest training that ended.
  package struct Outcome {
    var words: [String]
    var isBetter = false
    /// The number of the version that came out.
    var version: Int?
    var changed: [Teaching.Change] = []
    var curve: [Double] = []
    var seconds = 0.0

    static let cancelled = Outcome(words: ["Learning was cancelled. Nothing changes."])
  }

  /// - Parameters:
  ///   - setup: what is learned from and by.
  ///   - folder: where pictures and models are kept; nil keeps them in memory until they are saved.
  ///   - region: the part of the frames to begin with; nil for the one that was drawn in this folder before, or that
  ///     the model in use was taught on.
  ///   - tell: told what a person should know who sees no page, such as that a disk is full.
  ///   - use: what is done with a model that is to be used.
  /// - Throws: `FileError` where the folder cannot be made or read.
  public init(
    _ setup: Setup, folder: String?, region: TaughtRegion? = nil, tell: @escaping @Sendable (String) -> Void = { _ in },
    use: @escaping Use
  ) throws {
    self.setup = setup
    self.tell = tell
    // Those that are shown, and neutral, which is mistaken for them most; the model's others can be added by name.
    let description = setup.int8.description
    let shown = description.shownClasses.map { description.labels[$0] }
    let others = description.labels.filter { $0 == "neutral" && !shown.contains($0) }
    set = try TeachingSet(classes: shown + others, folder: folder)
    versions = try Versions(setup.int8, folder: folder.map { $0 + "/.models" }, use: use)
    let model = versions.inUse.description
    let first = region ?? folder.flatMap { TeachingSet.region(in: $0) }.map { TaughtRegion(region: $0) }
    state.withLock { state in
      state.region = (first ?? Self.region(of: model))?.region
      state.wantsFaces = model.preprocessing.cropsToFaces && region?.region == nil
    }
  }

  /// The model that is in use: the one that it began with, or the one that was in use in this folder before.
  public var inUse: QuantizedModel { versions.inUse }

  /// Looks at a frame, on the camera's thread.
  ///
  /// - Parameters:
  ///   - frame: as it was decoded.
  ///   - face: the main one, in pixels of the whole frame; nil where none is seen.
  ///   - milliseconds: since 1970.
  public func look(at frame: Image, face: FaceBox?, milliseconds: Int64) {
    let (due, wantsFaces, region, id) = state.withLock { state in
      if let collecting = state.collecting, milliseconds > collecting.until { state.collecting = nil }
      let isDue = milliseconds - state.last >= Self.pause || milliseconds < state.last
      return (isDue, state.wantsFaces, state.region, state.collecting?.id)
    }
    guard due, !wantsFaces || face != nil else { return }
    let cut = TaughtPicture.cut(frame, face: wantsFaces ? face : nil, region: region)
    state.withLock { state in
      state.last = milliseconds
      state.recent.append(.init(milliseconds: milliseconds, image: cut, isFace: wantsFaces))
      state.recent.removeAll { milliseconds - $0.milliseconds > Self.memory || $0.milliseconds > milliseconds }
    }
    guard let id else { return }
    keep(cut, isFace: wantsFaces, in: id, milliseconds)
  }

  private func keep(_ cut: Image, isFace: Bool, in id: Int, _ milliseconds: Int64) {
    var problem: String?
    do {
      switch try set.add(cut: cut, isFace: isFace, to: id, milliseconds: milliseconds) {
      case .kept: state.withLock { $0.problem = nil }
      case .nearCopy: state.withLock { $0.nearCopies += 1 }
      case .full: problem = "\(TeachingSet.mostPictures) pictures are the most: delete some."
      }
    } catch {
      // The file's name would make it another problem each time.
      let reason = (error as? FileError)?.reason
      problem = "The picture is not kept\(reason == nil ? "" : " in \(set.path ?? "")"): \(reason ?? "\(error)")"
    }
    if let problem {
      state.withLock { ($0.problem, $0.collecting) = (problem, nil) }
      tell(problem)
    }
  }

  /// Collects for a class from now on, for so long: who holds a button asks again and again, so that collecting ends
  /// where nobody asks any more.
  ///
  /// - Throws: `TeachingError` for a class that is not there.
  func collect(_ id: Int, from now: Int64, milliseconds: Int64) throws(TeachingError) {
    guard set.classes.contains(where: { $0.id == id }) else { throw TeachingError("There is no such class any more.") }
    state.withLock { state in
      if state.collecting?.id != id { state.nearCopies = 0 }
      // A problem stays until a picture is kept again.
      state.collecting = (id, now + min(milliseconds, 5_000))
    }
  }

  /// Ends collecting.
  func stopCollecting() {
    state.withLock { $0.collecting = nil }
    set.flush()
  }

  /// Takes what was seen in the last seconds as examples of a class; how many were kept.
  func thatWasWrong(_ id: Int) throws -> Int {
    let recent = state.withLock { state in
      defer { state.recent = [] }
      return state.recent
    }
    var kept = 0
    for picture in recent {
      let added = try set.add(
        cut: picture.image, isFace: picture.isFace, to: id, milliseconds: picture.milliseconds)
      if case .kept = added { kept += 1 }
    }
    set.flush()
    return kept
  }

  /// Collects faces, or frames.
  ///
  /// - Throws: `TeachingError` where faces are wanted and the model in use looks for none.
  public func collectFaces(_ wanted: Bool) throws(TeachingError) {
    guard !wanted || inUse.description.preprocessing.cropsToFaces else {
      throw TeachingError("The model in use looks for no faces: go back to one that does.")
    }
    state.withLock { state in
      (state.wantsFaces, state.recent) = (wanted, [])
    }
  }

  /// Starts learning on a thread of its own.
  ///
  /// - Throws: `TeachingError` where it runs already, or there is too little to learn from.
  func train() throws {
    let counts = set.classes.map { ($0.name, set.count(of: $0.id)) }.filter { $0.1 > 0 }
    guard !counts.isEmpty else { throw TeachingError("There are no pictures yet: hold a class's button to collect.") }
    let way = Teaching.Way(classes: counts.map(\.0), of: setup.int8.description)
    let labels = way == .personalize ? setup.int8.description.labels : counts.map(\.0)
    guard labels.count > 1 else { throw TeachingError("There is one class: teach two or more.") }
    let dataset = try set.dataset(labels: labels)
    try state.withLock { state throws(TeachingError) in
      guard state.training == nil else { throw TeachingError("It is learning already.") }
      (state.training, state.outcome, state.problem) = (Training(), nil, nil)
    }
    let (setup, before, region) = (setup, versions.inUse, region)
    BackgroundThread.start("teaching") { [self] in
      ct_lower_priority()
      let isCancelled = { self.state.withLock { $0.training?.isCancelled ?? true } }
      let observe = { (progress: Teaching.Progress) -> Void in
        self.state.withLock { $0.training?.progress = progress }
      }
      let outcome: Outcome
      do {
        let result =
          switch way {
          case .personalize:
            // Always from the model that it began with, on all pictures, and held against the one in use.
            try Personalization(setup.int8, float: setup.float, table: setup.table).run(
              dataset, before: before.description.labels == labels ? before : nil, isCancelled: isCancelled,
              observe: observe)
          case .newClasses:
            try NewClasses(
              start: setup.float, frames: region == nil ? .centreSquare : .stretch, threads: setup.threads,
              budget: setup.seconds, tool: setup.tool
            ).run(dataset, before: before, isCancelled: isCancelled, observe: observe)
          }
        if var result {
          result.note(region)
          outcome = add(result)
        } else {
          outcome = .cancelled
        }
      } catch {
        outcome = Outcome(words: ["It could not learn: \(error)"])
        tell(outcome.words[0])
      }
      state.withLock { ($0.training, $0.outcome) = (nil, outcome) }
    }
  }

  /// What came out, for the page; a better model becomes a version.
  private func add(_ result: Teaching.Result) -> Outcome {
    let version = result.isBetter ? versions.add(result.int8, words: result.words[0]) : nil
    // Who deletes all in this moment deletes this too.
    if state.withLock({ $0.training?.isCancelled ?? true }) {
      if let version { versions.forget(version.number) }
      return .cancelled
    }
    var words = result.words
    if let problem = version?.problem {
      words.append("It can be used until the program ends, and is not kept: \(problem)")
      tell("The model that was taught is not kept: \(problem)")
    }
    return Outcome(
      words: words, isBetter: result.isBetter, version: version?.number, changed: result.changed,
      curve: state.withLock { $0.training?.progress.curve ?? [] }, seconds: result.seconds)
  }

  /// Ends learning soon.
  func cancel() { state.withLock { $0.training?.isCancelled = true } }

  /// Deletes all pictures and all models that were taught; the model that it began with is used again.
  func wipe() throws {
    cancel()
    stopCollecting()
    try set.wipe()
    state.withLock { ($0.recent, $0.outcome, $0.nearCopies) = ([], nil, 0) }
    try versions.wipe()
    try collectFaces(inUse.description.preprocessing.cropsToFaces)
    try draw(nil)
  }

  /// What is so at the moment.
  package var now: State { state.withLock { $0 } }

  func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
}
