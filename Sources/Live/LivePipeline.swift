import Camera
import Faces
import Glibc
import Imaging
import Models
import Threads

/// Capture, decode, find faces, classify, publish. Capture has a thread of its own, so that the newest frame is there
/// when the last is done with; everything else happens in turn on the caller's.
public final class LivePipeline {
  /// When to end, besides a request to stop.
  public struct Limits: Sendable {
    /// After this many labelled frames.
    public var frames: Int?
    /// After this many seconds.
    public var seconds: Double?

    /// What is nil has no limit.
    public init(frames: Int? = nil, seconds: Double? = nil) {
      self.frames = frames
      self.seconds = seconds
    }
  }

  /// What the pipeline says besides labels.
  public enum Notice: Sendable {
    /// The camera is waited for.
    case waiting(CameraError)
    /// The camera is there again: its title.
    case resumed(String)
    /// A frame could not be decoded. Told for the first ones; all are counted.
    case unreadable(ImageError)
    /// The camera's picture is unlike a good one. Told when it becomes so.
    case unlike(PictureFault)
  }

  /// How many frames a second are labelled at most; nil for as many as come. May be changed while `run` runs, from what
  /// it calls.
  public var mostFramesPerSecond: Double?

  /// As of `FrameLabeller`; may be changed while `run` runs, from what it calls, and is asked for each frame.
  public var region: (_ width: Int, _ height: Int) -> FrameRegion? {
    get { labeller.region }
    set { labeller.region = newValue }
  }

  /// As of `FrameLabeller`.
  public var keptPixels: Int? {
    get { labeller.keptPixels }
    set { labeller.keptPixels = newValue }
  }

  private let source: any FrameSource
  private let labeller: FrameLabeller
  private var summary = LiveSummary()
  private var check = PictureCheck()
  private var saturation: SaturationCheck?
  private var isSaturated = false

  /// - Parameters:
  ///   - source: where frames come from; used on a thread of its own while `run` runs.
  ///   - description: of the model.
  ///   - follower: as for `FrameLabeller`.
  ///   - saturation: what tells pictures that are unlike the calibration pictures.
  ///   - logits: the network: logits of pixels `[height, width, channels]`.
  public init(
    source: any FrameSource, description: ModelDescription, follower: FaceFollower? = nil,
    saturation: SaturationCheck? = nil, logits: @escaping ([UInt8]) -> [Float]
  ) throws(ImageError) {
    self.source = source
    self.saturation = saturation
    labeller = try FrameLabeller(description, follower: follower, logits: logits)
  }

  /// Labels with another model from the next frame on, without one being lost. Called from what `run` calls.
  ///
  /// - Parameters: as for the initializer.
  public func use(
    _ description: ModelDescription, saturation: SaturationCheck?, logits: @escaping ([UInt8]) -> [Float]
  ) {
    labeller.use(description, logits: logits)
    self.saturation = saturation
    isSaturated = false
  }

  /// Runs until a limit or the request to stop.
  ///
  /// - Parameters:
  ///   - notify: told what a person should know, on the caller's thread.
  ///   - publish: given each labelled frame, on the caller's thread.
  public func run(
    _ limits: Limits, stop: StopSignal, notify: (Notice) -> Void, publish: (LabelledFrame) -> Void
  ) -> LiveSummary {
    run(limits, stop: stop, notify: notify, publishWithPicture: { labelled, _, _ in publish(labelled) })
  }

  /// As above; `publishWithPicture` is also given the frame's bytes and its decoded picture.
  public func run(
    _ limits: Limits, stop: StopSignal, notify: (Notice) -> Void,
    publishWithPicture publish: (LabelledFrame, Frame, Image) -> Void
  ) -> LiveSummary {
    summary = LiveSummary()
    let names = ["capture", "queue", "decode", "detect", "prepare", "classify", "publish", "glass to label"]
    summary.stages = names.map { ($0, LatencyHistogram()) }
    let mailbox = Mailbox()
    startCapture(into: mailbox)
    defer { mailbox.close() }

    let start = monotonicNow(), processor = processorNow()
    var frame = Frame()
    var taken: UInt64 = 0
    frames: while !stop.isRequested {
      if let most = mostFramesPerSecond, wait(until: taken + UInt64(1e9 / max(most, 0.01))) { continue }
      let elapsed = Double(monotonicNow() - start) / 1e9
      if let most = limits.seconds, elapsed >= most { break }
      if let most = limits.frames, summary.labelled >= most { break }
      let patience = min(100, Int((limits.seconds ?? .infinity).advanced(by: -elapsed).clamped * 1000) + 1)
      switch mailbox.take(&frame, milliseconds: patience) {
      case .nothing: continue
      case .waiting(let error):
        summary.interruptions += 1
        notify(.waiting(error))
      case .resumed(let title): notify(.resumed(title))
      case .damaged(let error, _): notify(.unreadable(error))
      case .ended(let error):
        summary.failure = error
        break frames
      case .frame(let losses, let replaced):
        taken = monotonicNow()
        summary.losses = losses
        summary.replaced = replaced
        do throws(ImageError) {
          var labelled = try labeller.label(frame)
          labelled.dropped = summary.losses.lost + summary.losses.skipped + summary.replaced
          // Pictures of files are what they are.
          if frame.file == nil {
            let fault = check.look(at: labeller.image, region: labeller.looked, decoded: labeller.decoded)
            if let fault { notify(.unlike(fault)) }
            labelled.fault = check.fault ?? (isSaturated ? .saturated : nil)
          }
          let before = monotonicNow()
          publish(labelled, frame, labeller.image)
          count(labelled.times, publish: monotonicNow() - before)
          if frame.file == nil, !labelled.faces.isEmpty { lookAtSaturation(notify) }
        } catch {
          summary.damaged += 1
          if summary.damaged <= 3 { notify(.unreadable(error)) }
        }
      }
    }
    summary.losses = mailbox.latestLosses
    summary.damaged += summary.losses.damaged
    summary.wasStopped = stop.isRequested
    summary.seconds = Double(monotonicNow() - start) / 1e9
    summary.processorSeconds = processorNow() - processor
    return summary
  }

  /// Waits for a time, a tenth of a second at most; whether it is still to come.
  private func wait(until time: UInt64) -> Bool {
    let now = monotonicNow()
    guard now < time else { return false }
    var pause = timespec(tv_sec: 0, tv_nsec: Int(min(time - now, 100_000_000)))
    nanosleep(&pause, nil)
    return monotonicNow() < time
  }

  /// Once a second at a camera's rate, when the label is out already.
  private func lookAtSaturation(_ notify: (Notice) -> Void) {
    guard let saturation, summary.labelled % 30 == 0 else { return }
    let was = isSaturated
    isSaturated = saturation.look(at: labeller.pixels)
    if isSaturated, !was, check.fault == nil { notify(.unlike(.saturated)) }
  }

  private func startCapture(into mailbox: Mailbox) {
    let owned = Owned(source)
    BackgroundThread.start("capture") {
      let source = owned.value
      var frame = Frame()
      while !mailbox.mustEnd {
        switch source.next(into: &frame, milliseconds: 100) {
        case .frame: mailbox.put(&frame, losses: source.losses, waits: source.waitsForReader)
        case .nothing: mailbox.note(source.losses)
        case .waiting(let error): mailbox.tell(.waiting(error))
        case .resumed: mailbox.tell(.resumed(title: source.title))
        case .damaged(let error): mailbox.tell(.damaged(error, source.losses))
        case .ended(let error): mailbox.tell(.ended(error))
        }
      }
      mailbox.captureEnded()
    }
  }

  private func count(_ times: StageTimes, publish: UInt64) {
    summary.labelled += 1
    let all = [
      times.capture, times.queue, times.decode, times.detect, times.prepare, times.classify, publish,
      times.glassToLabel,
    ]
    for (index, time) in all.enumerated() { summary.stages[index].times.add(time) }
  }
}

/// A source that is handed to the capturing thread for as long as it runs.
private struct Owned: @unchecked Sendable {
  let value: any FrameSource
  init(_ value: any FrameSource) { self.value = value }
}

extension Double {
  /// A span of seconds that fits an Int of milliseconds.
  fileprivate var clamped: Double { Swift.max(0, Swift.min(self, 1e6)) }
}
